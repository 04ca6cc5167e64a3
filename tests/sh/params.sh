# Parameter expansion.
unset u; e=; v=value
echo "[${u-d}]" "[${u:-d}]" "[${e-d}]" "[${e:-d}]" "[${v-d}]" "[${v:-d}]"
echo "[${u+a}]" "[${u:+a}]" "[${e+a}]" "[${e:+a}]" "[${v+a}]" "[${v:+a}]"
echo "${u:=set}" "$u"; echo "${#v} ${#e} ${#}"
f=/usr/local/lib/libfoo.so.1.2
echo ${f#*/} ${f##*/} ${f%.*} ${f%%.*} ${f%/*} "${f##*.}"
x='*'; echo "${x#'*'}|" "${x#\*}|"
y=aXbXc; echo ${y#*X} ${y##*X} ${y%X*} ${y%%X*} "${y%"X"*}"
set -- one two three four five six seven eight nine ten eleven
echo $1 $10 ${10} ${11} $# "${@}" 
shift 3; echo $1 $#
echo "${u2:-"quoted word"}" ${u2:-two words} "${u2:-a'b}"
echo ${u3:-$(echo sub)} ${u3:-${v}} "${u3:-`echo bt`}"
IFS=:; set -- a b c; echo "$*" $*; IFS=' 	
'
p=a:b::c:; IFS=:; for w in $p; do printf '[%s]' "$w"; done; echo
p='  a  b '; IFS=' '; for w in $p; do printf '[%s]' "$w"; done; echo
p=' a : b :: c '; IFS=' :'; for w in $p; do printf '[%s]' "$w"; done; echo
unset IFS
for w in ${p}x; do printf '[%s]' "$w"; done; echo
(echo ${nope:?gone} ) 2>/dev/null; echo "status $?"
(set -u; echo $nope2) 2>/dev/null; echo "status $?"
HOME=/home/me; echo ~ ~/x "~" a=~ \~
z=~/bin:~/lib; echo $z
echo $((1+2))${v}$((3*4))
n=5; echo ${#n}$n; echo "$n$n" "${n}n"
: ${q:=default}; echo $q
echo "${v%%e}" "${v%u*}" "${v#?}" "${v##[a-v]}"
