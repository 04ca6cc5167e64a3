# Tools that read: Names and values: find, xargs, ls, expr, seq and small ones. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
ls -a d
X
t <<'X'
ls -A d
X
t <<'X'
ls -d d
X
t <<'X'
ls -1 d n t
X
t <<'X'
ls -r
X
t <<'X'
ls nonexist n
X
t <<'X'
ls -p d
X
t <<'X'
find . | sort
X
t <<'X'
find d -name '*.txt'
X
t <<'X'
find . -type f | sort
X
t <<'X'
find . -type d -maxdepth 1 | sort
X
t <<'X'
find . -maxdepth 1 -name 's*' | sort
X
t <<'X'
find d -type l
X
t <<'X'
find . -type f -size +200c | sort
X
t <<'X'
find . -empty | sort
X
t <<'X'
find . -name n -exec echo got {} \;
X
t <<'X'
find d -type f -exec wc -l {} + | sort
X
t <<'X'
find . ! -type f | sort
X
t <<'X'
find . -name a -o -name n | sort
X
t <<'X'
find . \( -name a -o -name n \) -print | sort
X
t <<'X'
find . -perm 750
X
t <<'X'
find d -name e -prune -o -print | sort
X
t <<'X'
find d -mindepth 1 | sort
X
t <<'X'
find d -path '*e/b*'
X
t <<'X'
find nonexist
X
t <<'X'
seq 5
X
t <<'X'
seq 2 5
X
t <<'X'
seq 1 2 10
X
t <<'X'
seq 5 -2 -5
X
t <<'X'
seq -w 8 11
X
t <<'X'
seq -s, 1 5
X
t <<'X'
seq 1 .5 3
X
t <<'X'
seq 0.1 0.1 0.5
X
t <<'X'
seq 3 1
X
t <<'X'
seq -3 0
X
t <<'X'
xargs < n
X
t <<'X'
xargs -n2 < n
X
t <<'X'
xargs -n1 echo x < n
X
t <<'X'
xargs -I{} echo '[{}]' < n
X
t <<'X'
xargs false < n; echo $?
X
t <<'X'
xargs -r echo x < empty
X
t <<'X'
xargs echo x < empty
X
t <<'X'
basename /a/b/c
X
t <<'X'
basename a.c .c
X
t <<'X'
basename /
X
t <<'X'
basename a/
X
t <<'X'
dirname /a/b/c
X
t <<'X'
dirname a
X
t <<'X'
dirname /a
X
t <<'X'
dirname a/b/
X
t <<'X'
env -i A=1 B=2 env
X
t <<'X'
env -u HOME A=b printenv A
X
t <<'X'
printenv NOPE; echo $?
X
t <<'X'
date -d @0 -u +%Y-%m-%dT%H:%M:%S
X
t <<'X'
date -u -d @86400 '+%a %b %e %j %U %y'
X
t <<'X'
readlink n; echo $?
X
t <<'X'
realpath d/../n | grep -c /n
X
t <<'X'
expr 1 + 2
X
t <<'X'
expr 2 \* 3 + 1
X
t <<'X'
expr 10 / 3 % 2
X
t <<'X'
expr abc : 'a\(.\)c'
X
t <<'X'
expr abc : '.*'
X
t <<'X'
expr abc : x; echo $?
X
t <<'X'
expr 1 = 1; expr a \< b
X
t <<'X'
expr 0; echo $?
X
t <<'X'
expr length hello
X
t <<'X'
expr substr hello 2 3
X
t <<'X'
expr index hello l
X
t <<'X'
expr '(' 1 + 2 ')' \* 3
X
t <<'X'
expr 1 + ; echo $?
X
t <<'X'
expr '' \| def
X
t <<'X'
test -f n; echo $?
X
t <<'X'
test 1 -lt 2 -a 3 -gt 2; echo $?
X
t <<'X'
[ a = b ]; echo $?
X
t <<'X'
pwd | wc -l
X
