# Tools that read: sort, uniq, cut, tr. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
sort n
X
t <<'X'
sort -r n
X
t <<'X'
sort -k2n n
X
t <<'X'
sort -k2,2nr n
X
t <<'X'
sort -n s
X
t <<'X'
sort -rn s
X
t <<'X'
sort -f n
X
t <<'X'
sort -u u
X
t <<'X'
sort -fu u
X
t <<'X'
sort -t: -k2 c
X
t <<'X'
sort -t: -k2,2 -k1,1 c
X
t <<'X'
sort -k1.1,1.1 -s n
X
t <<'X'
sort -c s
X
t <<'X'
sort -k 2 -b n
X
t <<'X'
sort nonl n
X
t <<'X'
printf '3\n-1\n10\n2.5\n2.25\n-10\n\nx\n' | sort -n
X
t <<'X'
printf '3\n-1\n10\n2.5\n2.25\n-10\n\nx\n' | sort -nr
X
t <<'X'
uniq u
X
t <<'X'
uniq -c u
X
t <<'X'
uniq -d u
X
t <<'X'
uniq -u u
X
t <<'X'
uniq -i u
X
t <<'X'
uniq -f1 n
X
t <<'X'
cut -d: -f2 c
X
t <<'X'
cut -d: -f1,3 c
X
t <<'X'
cut -d: -f2- c
X
t <<'X'
cut -s -d: -f2 c
X
t <<'X'
cut -c2-3 c
X
t <<'X'
cut -c-2 c
X
t <<'X'
cut -f1 t
X
t <<'X'
tr a-z A-Z < t
X
t <<'X'
tr -d aeiou < t
X
t <<'X'
tr -s ' ' < t
X
t <<'X'
tr -cd 'a-z\n' < t
X
t <<'X'
tr '[:lower:]' '[:upper:]' < g
X
t <<'X'
tr -s '\n' < t
X
t <<'X'
tr abc x < c
X
t <<'X'
tr -c 'a-z' '\n' < t
X
t <<'X'
printf 'a b\0c\0' | xargs -0 -n1 echo
X
t <<'X'
printf '"a b" c\\ d\n' | xargs -n1 echo
X
