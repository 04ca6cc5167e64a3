# Redirection and here-documents.
cd "${TMPDIR:-/tmp}" && d=shtest.$$ && mkdir $d && cd $d || exit 1
echo one > f; echo two >> f; cat f; cat < f
echo err 1>&2 2>/dev/null
sh -c 'echo out; echo err >&2' > o 2> e; cat o e
sh -c 'echo out; echo err >&2' > both 2>&1; cat both
cat << EOF
plain $((1+1)) $HOME_NOT_SET `echo bt` $(echo sub)
	tab "quotes" 'single' \$escaped \\ back
EOF
cat << 'EOF'
no $expansion `here` $(x) \$
EOF
cat <<- EOF
	tabs	gone
	EOF
cat << A; cat << B
first
A
second
B
cat << EOF | tr a-z A-Z
piped
EOF
while read x; do echo "got $x"; done << EOF
l1
l2
EOF
exec 3> three; echo to3 >&3; exec 3>&-; cat three
exec 4< f; read a <&4; read b <&4; exec 4<&-; echo $a $b
{ echo g1; echo g2; } > g; cat g
for i in 1 2; do echo $i; done > l; cat l
if true; then echo c; fi > c; cat c
: > empty; [ -s empty ] || echo empty
cat nosuch 2>/dev/null || echo failed
(echo x > /nonexistent/file) 2>/dev/null || echo failed
set -C; (echo a > f) 2>/dev/null || echo refused; echo b >| f; cat f; set +C
func() { cat; }; func << E
to function
E
x=$(cat << E
in substitution
E
); echo "$x"
echo a b c | { read p q; echo "$q $p"; }
read -r raw << 'E'
back\slash
E
echo "$raw"
IFS=: read a b c << E
1:2:3:4
E
echo $a $b $c
cat <f >f2; cat f2
echo hi | cat - f
cat << EOF
${undefined-default}x
EOF
cd ..; rm -r $d
