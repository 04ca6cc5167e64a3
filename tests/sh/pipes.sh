# Pipelines, lists and subshells.
echo abc | tr a-c A-C | cat
seq 1 5 | while read n; do echo $((n*n)); done | sort -n | tail -1
echo a | (read x; echo $x$x) | cat
x=1; echo 2 | read x; echo $x
true | false; echo $?; false | true; echo $?
! true | false; echo $?
yes | head -2 | cat
(echo a; (echo b; (echo c))) | cat
{ echo x; false; } && echo no || echo yes
echo start; { sleep 0; echo bg; } & wait; echo end
i=0; (i=5); echo $i; { i=6; }; echo $i
seq 1 3 | { while read a; do s=$((s+a)); done; echo $s; }
cat /dev/null | wc -l | tr -d ' '
echo "$(seq 1 3 | sort -r)" | head -1
f() { cat | tr a b; }; echo aaa | f
for i in 3 1 2; do echo $i; done | sort
if echo test | grep -q test; then echo found; fi
echo "multi
line" | while IFS= read -r l; do echo "[$l]"; done
sh -c 'kill -9 $$' 2>/dev/null; echo $?
sh -c 'kill -TERM $$' 2>/dev/null; echo $?
a=$(echo 1 | cat; exit 3); echo $a $?
