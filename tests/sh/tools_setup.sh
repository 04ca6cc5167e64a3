# What the tools_*.sh share: some files to work on, and t, which runs the script on its standard input.
setup() {
	mkdir -p d/e/f
	printf 'b 2\na 10\nc 1\na 9\nB 3\n' >n
	printf 'one two\nthree\n\nfour  five six\n' >t
	printf 'x:y:z\n1:2:3\nnosep\n' >c
	seq 1 30 >s
	printf abc >nonl
	printf 'hello\nworld\n' >d/a
	printf 'HELLO again\n' >d/e/b.txt
	ln -s a d/link
	printf 'foo bar foo\nbaz\nfoo(x)\n' >g
	chmod 750 d/e
	: >empty
	sed 's/5/five/;s/20/&&/' s >s2
	sed 7,9d s2 >s3
	printf 'same\nsame\nx\nSame\n' >u
	head -c 300 /dev/zero >z
	printf 'A\0\001\tB\377\n' >bin
}

t() {
	cat >../case
	cat ../case
	sh ../case
	echo "= $?"
}
