# Tools that read: od, hexdump, cmp, diff, dd, strings. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
od n
X
t <<'X'
od -c bin
X
t <<'X'
od -x n
X
t <<'X'
od -t x1 bin
X
t <<'X'
od -A d -t u1 bin
X
t <<'X'
od -An -tx1 n
X
t <<'X'
od -tx4 n
X
t <<'X'
od -td2 n
X
t <<'X'
od -b n
X
t <<'X'
od -c z
X
t <<'X'
od -v -tx1 z
X
t <<'X'
od -j2 -N5 -c n
X
t <<'X'
od -ta bin
X
t <<'X'
od -tx8 n
X
t <<'X'
od -i n
X
t <<'X'
hexdump n
X
t <<'X'
hexdump -C n
X
t <<'X'
hexdump -C z
X
t <<'X'
hexdump -C bin
X
t <<'X'
cmp n n; echo $?
X
t <<'X'
cmp n t
X
t <<'X'
cmp -s n t; echo $?
X
t <<'X'
cmp -l nonl c
X
t <<'X'
cmp nonl c
X
t <<'X'
cmp n nonexist
X
t <<'X'
diff n n; echo $?
X
t <<'X'
diff s s2
X
t <<'X'
diff s s3
X
t <<'X'
diff s2 s3; echo $?
X
t <<'X'
diff s3 s
X
t <<'X'
diff -u s s3 | tail -n +3
X
t <<'X'
diff -u n t | tail -n +3
X
t <<'X'
diff nonl n
X
t <<'X'
diff n nonl
X
t <<'X'
diff -u nonl n | tail -n +3
X
t <<'X'
diff -q n t
X
t <<'X'
diff empty n
X
t <<'X'
diff n empty
X
t <<'X'
diff -u n empty | tail -n +3
X
t <<'X'
diff -r d d; echo $?
X
t <<'X'
diff -i n t > /dev/null; echo $?
X
t <<'X'
dd if=s bs=5 skip=2 count=2 2>/dev/null
X
t <<'X'
dd if=n bs=3 conv=ucase 2>/dev/null
X
t <<'X'
dd if=s ibs=3 obs=7 2>&1 >/dev/null | head -2
X
t <<'X'
dd if=nonl bs=8 conv=sync 2>/dev/null | od -c
X
t <<'X'
strings bin
X
t <<'X'
strings -n 3 nonl
X
