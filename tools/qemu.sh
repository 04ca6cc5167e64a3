#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots Pagoda in QEMU for a person. Usage: qemu.sh MODE BUILD-DIRECTORY KERNEL-DIRECTORY
#   run     from the GRUB image, in a window if one can open, else on this terminal
#   nox     the same, on this terminal
#   gdb     QEMU's -kernel, halted until `make gdb` connects
#   debian  QEMU's -kernel with Debian's programs
# The root is a disk image, root.img or debian.img: what is changed there is there at the next boot. From the environment:
# DISK says how it is attached: virtio (the default), ide, or none (the root is a ramdisk in memory then). CPUS, MEM (MiB),
# CPU and APPEND (kernel parameters) say the rest.
mode=$1 build=$2 kernel=$3
qemu=${QEMU:-qemu-system-i386}
socket_dir=${TMPDIR:-/tmp}/pagoda-$(id -u)

can_open_window() {
	[ "$(uname -s)" = Darwin ] && return 0
	[ -n "$DISPLAY$WAYLAND_DISPLAY" ] && $qemu -display help 2>/dev/null | grep -qE '^(gtk|sdl)$'
}

set -- -accel tcg -m "${MEM:-512}" -cpu "${CPU:-qemu32}" -smp "${CPUS:-2}" -net none

# `quiet` and the like are for QEMU's -kernel; GRUB's command line is in boot/grub.cfg.
boot_kernel() {
	append="console=tty0 console=ttyS0${APPEND:+ $APPEND}"
	[ -n "$window" ] && append="console=ttyS0 console=tty0${APPEND:+ $APPEND}"
	[ "$disk" = none ] || append="$append rw"
}

disk=${DISK:-virtio} image=$build/root.img ramdisk=$build/ramdisk.cpio
[ "$mode" = debian ] && image=$build/debian.img ramdisk=$build/debian.cpio
case $disk in
virtio) set -- "$@" -drive "file=$image,format=raw,if=none,id=disk" -device virtio-blk-pci,drive=disk ;;
ide) set -- "$@" -drive "file=$image,format=raw,if=ide,index=0" ;;
none) ;;
*) echo "DISK=$disk: virtio, ide or none" >&2; exit 1 ;;
esac

window=
[ "$mode" = run ] && can_open_window && window=1
boot_kernel
if [ "$mode" = debian ] || [ "$mode" = gdb ] || [ -n "$APPEND" ] || [ ! -e "$kernel/pagoda.iso" ]; then
	set -- "$@" -kernel "$kernel/pagoda.elf" -append "$append"
	[ "$disk" = none ] && set -- "$@" -initrd "$ramdisk"
else
	set -- "$@" -cdrom "$kernel/pagoda.iso" -boot d
fi

if [ "$mode" = gdb ]; then
	(umask 077; mkdir -p "$socket_dir")
	rm -f "$socket_dir/gdb"
	set -- "$@" -S -chardev "socket,path=$socket_dir/gdb,server=on,wait=off,id=gdb0" -gdb chardev:gdb0
	echo "waiting for 'make gdb' in another terminal"
fi
if [ -n "$window" ]; then
	echo "Pagoda runs in QEMU's window; its serial line is here"
	exec "$qemu" "$@" -serial mon:stdio
fi
echo "quit: Ctrl-A x"
exec "$qemu" "$@" -display none -serial mon:stdio
