# Built-in commands.
test 1 = 1 && echo eq; [ a != b ] && echo ne; [ 3 -gt 2 ] && echo gt; [ ! a = b ] && echo not
[ -n x ] && [ -z '' ] && echo nz; [ -d / ] && [ -e /dev/null ] && [ ! -f / ] && echo files
[ a ] && echo single; [ '' ] || echo empty; [ ] || echo none
[ a = a -a b = b ] && echo and; [ a = b -o b = b ] && echo or; [ \( a = a \) ] && echo par
[ '!' = '!' ] && echo bang; [ -n = -n ] && echo opsafe; x='('; [ "$x" = '(' ] && echo parsafe
[ 1 -eq x ] 2>/dev/null; echo $?
printf '%s %d %x %o %c|%5s|%-5s|%05d|%.2s|%%\n' str 42 255 8 char r l 7 abcdef
printf '%s\n' a b c; printf '%s-%s\n' a b c; printf 'x\ty\n\101\n'; printf '%b\n' 'a\tb\0101'
printf '%d\n' "'A" 0x10 010; printf '%s|' ; echo; printf '%5.1f|%e\n' 3.14159 12345
echo -n no newline; echo
export E=exported; sh -c 'echo $E'; unset E; sh -c 'echo [$E]'
readonly R=1; (R=2) 2>/dev/null; echo $?
set -- a b c; shift; echo $*; shift 2; echo $#
cd /; pwd; cd /dev/../dev; pwd; cd - ; (cd /tmp && pwd); pwd
umask 022; umask; umask -S; umask u=rwx,g=,o=; umask
type cd | head -1; command -v echo; command -v if
command echo via command; command false; echo $?
f() { echo func; }; unset -f f; f 2>/dev/null; echo $?
trap 'echo bye' EXIT; trap 'echo usr1' USR1; kill -USR1 $$; echo after
trap - USR1; trap '' USR2; kill -USR2 $$; echo ignored
(trap 'echo sub exit' EXIT; exit 5); echo $?
sleep 0 & wait $!; echo $?; (exit 6) & wait $!; echo $?; wait 99999; echo $?
while getopts ab:c o -a -b arg -c rest; do echo "$o ${OPTARG-}"; done; echo $OPTIND
set -- -x -yfoo file; OPTIND=1; while getopts xy: o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo $1
echo 'a b	c d' | { read x y z; echo "[$x][$y][$z]"; }
echo '  lead trail  ' | { read x; echo "[$x]"; }
printf 'a\\\nb\n' | { read x; echo "[$x]"; }; printf 'a\\b\n' | { read x; echo "[$x]"; }
printf 'no newline' | { read x; echo "$? [$x]"; }
echo a:b:c: | { IFS=: read p q; echo "[$p][$q]"; }
: ignored args; . /dev/null; echo $?
cat > /tmp/dot.$$ <<'X'
dotted=yes; return 3
X
. /tmp/dot.$$; echo $? $dotted; rm /tmp/dot.$$
set -e; false || true; if false; then :; fi; ! true; echo survived; set +e
sh -ec 'echo a; false; echo b'; echo $?
sh -ec 'f() { false; echo in; }; f && echo x; f; echo y'; echo $?
sh -xc 'a=1; echo $a "b c"' 2>&1
sh -c 'echo $0 $1 $2' zero one two
sh -uc 'echo $1' 2>/dev/null; echo $?
kill -l 9; kill -0 $$ && echo alive
exec sh -c 'echo execed'
