# Quotes, escapes, and what a double quote still lets through.
a='single $x `y` "z"'
b="double 'q' \$x \`y\` \"z\" \\ end"
echo "$a"; echo "$b"
echo a\ b 'c'"d"e \'f\' "it's" 'say "hi"'
echo "a
b" c\
d
echo "x\
y"
printf '[%s]' '' "" a"" ''b; echo
echo "${a}x" "${a:-no}" '$a'
echo \$HOME "\$HOME" "$(echo "nested $(echo "deep 'quotes'")")"
echo `echo back \`echo tick\``
echo "`echo "in quotes"`"
echo # comment
echo a#b 'c # d' # e
set -- 'a b' c
printf '<%s>' "$@" x"$@"y "$*" $*; echo
set --
printf '<%s>' "$@" ; echo; printf '<%s>' "" "$@" "x$@"; echo
