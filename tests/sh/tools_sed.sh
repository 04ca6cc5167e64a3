# Tools that read: sed: addresses, ranges, hold space, branches. On Pagoda its own, elsewhere the system's.
. "${0%/*}/tools_setup.sh"
mkdir here
cd here || exit
setup
t <<'X'
sed 's/o/0/' g
X
t <<'X'
sed 's/o/0/g' g
X
t <<'X'
sed -n '2p' g
X
t <<'X'
sed '2d' g
X
t <<'X'
sed -n '/foo/p' g
X
t <<'X'
sed '/foo/d' g
X
t <<'X'
sed -n '2,4p' s
X
t <<'X'
sed '2,$d' s
X
t <<'X'
sed '$!d' s
X
t <<'X'
sed 's/\(.\)\(.\)/\2\1/' g
X
t <<'X'
sed -E 's/(.)(.)/\2\1/g' g
X
t <<'X'
sed 's/foo/[&]/2' g
X
t <<'X'
sed -n 's/foo/X/gp' g
X
t <<'X'
sed '3q' s
X
t <<'X'
sed -n '$=' s
X
t <<'X'
sed 'y/abc/xyz/' g
X
t <<'X'
sed '2i\
inserted' c
X
t <<'X'
sed '2a appended' c
X
t <<'X'
sed '2c changed' c
X
t <<'X'
sed '2,3c changed' c
X
t <<'X'
sed -n 'l' bin
X
t <<'X'
sed 'N;s/\n/,/' s
X
t <<'X'
sed -n '$!{h;d};H;x;p' c
X
t <<'X'
sed '1!G;h;$!d' s
X
t <<'X'
sed ':a;N;$!ba;s/\n/,/g' s
X
t <<'X'
sed -e 's/1/one/' -e 's/2/two/' c
X
t <<'X'
sed '/^$/d;s/ /_/g' t
X
t <<'X'
sed -n '/three/,/five/p' t
X
t <<'X'
sed '0~3d' s
X
t <<'X'
sed '1~2d' s
X
t <<'X'
sed '/3/,+2d' s
X
t <<'X'
sed 's/x*/-/g' nonl
X
t <<'X'
sed 's/b*/-/g' nonl
X
t <<'X'
sed 's,a/b,X,;s|:|/|g' c
X
t <<'X'
sed 's/[/]/x/' c
X
t <<'X'
sed -s -n '$p' s t
X
t <<'X'
sed '5,2p' s
X
t <<'X'
sed 's/a/\n/' nonl
X
t <<'X'
sed -n '/foo/{s/foo/bar/;p}' g
X
t <<'X'
sed '/a/!s/b/X/' g
X
t <<'X'
sed = c
X
t <<'X'
sed p nonl
X
t <<'X'
sed '$r t' c
X
t <<'X'
sed -n '2{p;q}' s
X
t <<'X'
sed 't;s/a/b/' g
X
t <<'X'
sed 's/.*/"&"/;b;s/o/0/' g
X
t <<'X'
sed '/x/I s/y/Z/' c
X
t <<'X'
sed '$!N;P;D' t
X
