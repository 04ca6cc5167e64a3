# Tools that read: cat, head, tail, wc and the rest. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
cat t c
X
t <<'X'
cat -n t
X
t <<'X'
cat nonexist t
X
t <<'X'
cat < t
X
t <<'X'
wc t
X
t <<'X'
wc t c s
X
t <<'X'
wc -l s
X
t <<'X'
wc -l < s
X
t <<'X'
wc -c t n
X
t <<'X'
wc -lw s t
X
t <<'X'
cat s | wc
X
t <<'X'
wc -m t
X
t <<'X'
head s
X
t <<'X'
head -n 3 s
X
t <<'X'
head -3 s
X
t <<'X'
head -n -25 s
X
t <<'X'
head -c 5 s
X
t <<'X'
head -n 2 s t
X
t <<'X'
head -q -n1 s t
X
t <<'X'
tail s
X
t <<'X'
tail -n 3 s
X
t <<'X'
tail -3 s
X
t <<'X'
tail -n +28 s
X
t <<'X'
tail -c 7 s
X
t <<'X'
tail -c +70 s
X
t <<'X'
tail -n 2 s t
X
t <<'X'
tail -n 1 nonl
X
t <<'X'
true; echo $?
X
t <<'X'
false; echo $?
X
