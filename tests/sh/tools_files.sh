# Tools that change files; each case gets them anew.
. "${0%/*}/tools_setup.sh"
t() {
	rm -rf here
	mkdir here
	cat >case
	cat case
	(cd here && setup && sh ../case)
	echo "= $?"
}
t <<'X'
sort -o out n; cat out
X
t <<'X'
sed 's/a/x/w wout' g; cat wout
X
t <<'X'
sed -i 's/x/Q/' c; cat c
X
t <<'X'
find d -name b.txt -delete; find d | sort
X
t <<'X'
mkdir q; cp -r d/. q; echo x >> q/a; rm q/e/b.txt; echo y > q/new; diff -r d q
X
t <<'X'
mkdir q; cp -r d/. q; echo x >> q/a; diff d q
X
t <<'X'
dd if=s of=o bs=10 count=2 2>/dev/null; cat o
X
t <<'X'
dd if=s of=o bs=4 seek=2 count=1 2>/dev/null; od -c o
X
t <<'X'
cp n m; cat m
X
t <<'X'
cp -r d x; find x | sort
X
t <<'X'
cp n t d; ls d
X
t <<'X'
cp d x; echo $?
X
t <<'X'
cp n n
X
t <<'X'
cp n nonexist/x
X
t <<'X'
cp -a d x; ls -F x
X
t <<'X'
mkdir x; cp -r d x; find x | sort
X
t <<'X'
mv n m; ls
X
t <<'X'
mv n d; ls d
X
t <<'X'
mv d x; find x | sort
X
t <<'X'
mv nonexist x; echo $?
X
t <<'X'
rm n; ls
X
t <<'X'
rm nonexist; echo $?
X
t <<'X'
rm -f nonexist; echo $?
X
t <<'X'
rm d; echo $?
X
t <<'X'
rm -r d; ls
X
t <<'X'
rm -rf d n s; ls
X
t <<'X'
mkdir x; ls -d x
X
t <<'X'
mkdir -p x/y/z; find x
X
t <<'X'
mkdir d; echo $?
X
t <<'X'
mkdir -p d; echo $?
X
t <<'X'
mkdir x/y; echo $?
X
t <<'X'
mkdir -m 700 x; stat -c %a x
X
t <<'X'
rmdir d; echo $?
X
t <<'X'
mkdir x; rmdir x; echo $?
X
t <<'X'
mkdir -p x/y; rmdir -p x/y; ls -d x; echo $?
X
t <<'X'
ln n l; stat -c %h n
X
t <<'X'
ln -s n l; readlink l
X
t <<'X'
ln -sf t d/link; readlink d/link
X
t <<'X'
ln -s n n; echo $?
X
t <<'X'
touch new; ls new
X
t <<'X'
touch -d @1000 n; stat -c %Y n
X
t <<'X'
touch -r s n; stat -c %Y n | wc -l
X
t <<'X'
chmod 600 n; stat -c %a n
X
t <<'X'
chmod u+x,g-w,o=r n; stat -c %a n
X
t <<'X'
chmod -R go-rwx d; find d -type f -exec stat -c %a {} +
X
t <<'X'
chmod a=rX d n; stat -c %a d n
X
t <<'X'
chmod +t d; stat -c %A d
X
t <<'X'
chmod u+s n; stat -c %A n
X
t <<'X'
chmod bad n; echo $?
X
t <<'X'
chmod -x n; stat -c %a n
X
t <<'X'
tee o < n; cat o
X
t <<'X'
mkfifo x; stat -c %F x
X
t <<'X'
mknod x p; stat -c %F x
X
