#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a CD image that a PC boots through GRUB. Usage: iso.sh OUT KERNEL RAMDISK GRUB.CFG
# Where GRUB has no modules for the PC (other processors than x86, macOS) it says so and makes
# nothing: QEMU's -kernel boots the same kernel there.
out=$1 kernel=$2 ramdisk=$3 config=$4
here=$(dirname "$0")

case $(uname -s):$(uname -m) in
Linux:x86_64 | Linux:i?86) ;;
*)
	echo "  (no GRUB for the PC on this system: no ISO image, QEMU's -kernel serves)" >&2
	rm -f "$out"
	exit 0 ;;
esac
"$here/deps.sh" grub-mkrescue grub-pc xorriso mformat || exit 1

# What grub-mkrescue says is kept outside the tree: a file that grows while it is packed is an error.
tree=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-iso.XXXXXX") || exit 1
trap 'rm -rf "$tree" "$out.log"' EXIT
mkdir -p "$tree/boot/grub"
cp "$kernel" "$tree/boot/pagoda.elf"
cp "$ramdisk" "$tree/boot/ramdisk.cpio"
cp "$config" "$tree/boot/grub/grub.cfg"
mkrescue=$(command -v grub-mkrescue || command -v grub2-mkrescue)
"$mkrescue" -d "$(ls -d /usr/lib/grub/i386-pc /usr/local/lib/grub/i386-pc /usr/share/grub2/i386-pc 2>/dev/null |
	head -n 1)" -o "$out.tmp" "$tree" -- -volid PAGODA >"$out.log" 2>&1 || { cat "$out.log" >&2; exit 1; }
mv "$out.tmp" "$out"
