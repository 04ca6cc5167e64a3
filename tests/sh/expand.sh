# File name expansion and command substitution.
cd "${TMPDIR:-/tmp}" && d=shglob.$$ && mkdir $d && cd $d || exit 1
touch a.c b.c c.h .hidden 'sp ace' x1 x2 x3; mkdir dir; touch dir/in1 dir/in2
echo *.c; echo ?.h; echo [ab].c; echo [!a].c; echo x[1-2]; echo *; echo .h*
echo nomatch* "*.c" '*.c' \*.c; echo d*/; echo dir/*; echo */in?
v='*.c'; echo $v "$v"; for f in *; do printf '[%s]' "$f"; done; echo
set -f; echo *.c; set +f
echo $(echo a; echo b) "$(echo a; echo b)"
echo "$(printf 'x\n\n\n')|"
x=$(exit 3); echo $?
x=`echo '$HOME'`; echo "$x"
echo $(case a in a) echo paren;; esac)
echo $(echo ")" '(' \) # comment )
)
echo $( (echo subshell) ) $((1+1))
echo "$(cat <<E
heredoc ) in sub
E
)"
y='a  b'; echo $y "$y" x$y
echo "$(echo "$(echo "$(echo deep)")")"
n=$(echo 1)$(echo 2); echo $n
eval "echo \$((1+1)) \"\$y\""
echo ${x:+"$y"} ${x:+$y}
set -- $y; echo $#
set -- "$y" ''; echo $#; set -- $empty; echo $#; set -- "$empty"; echo $#
cd ..; rm -r $d
