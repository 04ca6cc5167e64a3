# What is no command, and odd but good ones.
for s in 'if true' 'fi' 'echo (' 'case x in' '{ echo' '( echo' 'echo "unterminated' "echo 'x" 'do' 'for 1 in a; do :; done' 'a && ' '| x' ';;' 'while true; do' 'echo ${x' 'echo $(echo' 'if; then :; fi'; do
	sh -c "$s" >/dev/null 2>&1; echo "$s: $?"
done
if true;then echo tight;fi
{ echo brace; }
(echo a;echo b)
while false;do :;done;echo $?
case x in x)echo nospace;;esac
f(){ echo tightf;};f
echo a;echo b&wait
echo if then else fi do done case esac
echo { } ! in
if
true
then
echo newlines
fi
for i in 1 \
2
do echo $i
done
true &&
echo continued
echo a |
cat
case x in
y) echo y ;;
x)
  echo x
  ;;
esac
f () 
{
echo fnl
}
f
# comment at end
