# Control flow.
if true; then echo t; fi
if false; then echo t; else echo f; fi
if false; then echo 1; elif true; then echo 2; else echo 3; fi
for i in a b c; do echo $i; done
for i in; do echo never; done
set -- x y; for i do echo $i; done
for i
do echo "$i"; done
n=0; while [ $n -lt 3 ]; do n=$((n+1)); [ $n = 2 ] && continue; echo $n; done
until [ $n = 0 ]; do n=$((n-1)); done; echo $n
for a in 1 2 3; do for b in 1 2 3; do [ $b = 2 ] && continue 2; [ $a = 3 ] && break 2; echo $a$b; done; done
case abc in a*) echo star;; *) echo other;; esac
case x in a|b|x) echo alt;; esac
case "a b" in "a b") echo quoted;; esac
case '*' in \*) echo literal;; esac
case foo in (foo) echo paren;; esac
case zzz in a) echo a;; esac; echo $?
case b in [!a]) echo neg;; esac
v='a*'; case 'a*' in "$v") echo same;; esac; case abc in $v) echo pattern;; esac
true && echo and; false || echo or; false && echo no; true || echo no
! false && echo bang; ! true || echo bang2
{ echo group; echo two; } | cat
(echo sub; exit 3); echo $?
f() { echo "f: $1 $#"; return 4; }
f a b; echo $?
g() { local x=inner; echo $x; }; x=outer; g; echo $x
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(( $1 * $(fact $(($1 - 1))) )); fi; }; fact 6
h() { for i in 1 2 3; do [ $i = 2 ] && return 7; done; }; h; echo $?
while :; do break; done; echo broke
k() (cd /; pwd); k
false; echo $?; true; echo $?
sh -c 'exit 9' ; echo $?
nosuchcommand 2>/dev/null; echo $?
/ 2>/dev/null; echo $?
if ! true; then echo x; else echo y; fi
x=1 y=2; echo $x$y
x=3 sh -c 'echo $x'; echo $x
echo one; echo two & wait; echo three
eval 'echo ev; z=5'; echo $z
