# Tools that read: grep and its options. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
grep foo g
X
t <<'X'
grep -n foo g
X
t <<'X'
grep -c foo g
X
t <<'X'
grep -v foo g
X
t <<'X'
grep -i FOO g
X
t <<'X'
grep -o fo. g
X
t <<'X'
grep -w foo g
X
t <<'X'
grep -x baz g
X
t <<'X'
grep -l foo g t
X
t <<'X'
grep -L foo g t
X
t <<'X'
grep -r hello d
X
t <<'X'
grep -ri hello d | sort
X
t <<'X'
grep -rl HELLO d
X
t <<'X'
grep -E 'foo|baz' g
X
t <<'X'
grep 'fo*' g
X
t <<'X'
grep '\(foo\).*\1' g
X
t <<'X'
grep -E '^(a|b)' g
X
t <<'X'
grep -F 'foo(' g
X
t <<'X'
grep -q foo g; echo $?
X
t <<'X'
grep nope g; echo $?
X
t <<'X'
grep foo nonexist; echo $?
X
t <<'X'
grep -s foo nonexist; echo $?
X
t <<'X'
grep -e foo -e baz g
X
t <<'X'
grep -m1 foo g
X
t <<'X'
grep -A1 -n 5 s
X
t <<'X'
grep -B1 5 s
X
t <<'X'
grep -C1 15 s
X
t <<'X'
grep -A1 5 s
X
t <<'X'
grep -h foo g g
X
t <<'X'
grep -H baz g
X
t <<'X'
grep '[[:digit:]]' n
X
t <<'X'
grep -E 'o{2}' g
X
t <<'X'
grep -E 'a+b?' g
X
t <<'X'
grep '^$' t
X
t <<'X'
grep '' t
X
t <<'X'
grep -v '' t
X
t <<'X'
grep -on '[a-z]*' t
X
