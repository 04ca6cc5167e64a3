#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes sure that tools are there. Usage: deps.sh TOOL...  (see package_of for the names)
#
# What is missing is named, and then installed with apt: as root directly, else through sudo. Nothing
# is installed if NO_INSTALL=1, if there is no way to become root, or if apt would remove a package
# for it: then the command is printed, and we fail. On systems without apt the command for their
# package manager is printed.

has() {
	case $1 in
	i386-cc) works_m32 ;;
	host-cc) works_sanitized ;;
	pexpect) "$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)" -c 'import pexpect' 2>/dev/null ;;
	grub-pc) grub_modules >/dev/null ;;
	gdb) command -v gdb-multiarch >/dev/null || command -v gdb >/dev/null ;;
	e2fsprogs) has_e2fsprogs ;;
	debian-keyring) [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# They lie where only root's PATH leads.
has_e2fsprogs() {
	for tool in mke2fs e2fsck debugfs; do
		PATH=$PATH:/usr/sbin:/sbin:/opt/homebrew/opt/e2fsprogs/sbin:/usr/local/opt/e2fsprogs/sbin \
			command -v $tool >/dev/null || return 1
	done
}

works_m32() {
	for cc in gcc clang i686-linux-gnu-gcc i686-elf-gcc; do
		echo 'void _start(void) {}' | "$cc" -m32 -nostdlib -static -o /dev/null -x c - 2>/dev/null && return 0
	done
	return 1
}

works_sanitized() {
	for cc in gcc cc clang; do
		printf '#include <stdio.h>\nint main(void) { return 0; }\n' |
			"$cc" -fsanitize=address,undefined -o /dev/null -x c - 2>/dev/null && return 0
	done
	return 1
}

# Where GRUB keeps its modules for a PC's BIOS.
grub_modules() {
	for d in /usr/lib/grub/i386-pc /usr/local/lib/grub/i386-pc /usr/share/grub2/i386-pc; do
		[ -e "$d/multiboot.mod" ] && echo "$d" && return 0
	done
	return 1
}

# The package that has a tool, for one package manager.
package_of() {
	case $1:$2 in
	apt:i386-cc)
		case $(dpkg --print-architecture) in
		amd64 | i386) echo gcc libc6-dev ;;
		*) echo gcc-i686-linux-gnu ;;
		esac ;;
	apt:host-cc) echo gcc libc6-dev ;;
	dnf:i386-cc) echo gcc ;;
	dnf:host-cc) echo gcc libasan libubsan ;;
	pacman:i386-cc | pacman:host-cc) echo gcc ;;
	brew:i386-cc) echo i686-elf-gcc ;;
	brew:host-cc) ;;
	apt:qemu-system-i386) echo qemu-system-x86 ;;
	dnf:qemu-system-i386) echo qemu-system-x86-core ;;
	pacman:qemu-system-i386) echo qemu-system-x86 ;;
	brew:qemu-system-i386) echo qemu ;;
	apt:pexpect | dnf:pexpect) echo python3-pexpect ;;
	pacman:pexpect) echo python-pexpect ;;
	brew:pexpect) echo pexpect ;;
	apt:grub-pc) echo grub-pc-bin ;;
	dnf:grub-pc) echo grub2-pc-modules ;;
	pacman:grub-pc) echo grub ;;
	apt:grub-mkrescue) echo grub-common ;;
	dnf:grub-mkrescue) echo grub2-tools-extra ;;
	pacman:grub-mkrescue) echo grub ;;
	apt:mformat | dnf:mformat | pacman:mformat | brew:mformat) echo mtools ;;
	pacman:xorriso) echo libisoburn ;;
	apt:debian-keyring) echo debian-archive-keyring ;;
	apt:gpgv) echo gpgv ;;
	apt:hexdump) echo bsdextrautils ;;
	dnf:hexdump | pacman:hexdump) echo util-linux ;;
	apt:clang-tidy | apt:clang-format | apt:cppcheck) echo "$2" ;;
	dnf:clang-tidy | dnf:clang-format) echo clang-tools-extra ;;
	pacman:clang-format | pacman:clang-tidy) echo clang ;;
	brew:clang-format) echo clang-format ;;
	pacman:python3) echo python ;;
	*) echo "$2" ;;
	esac
}

packages_for() {
	manager=$1
	shift
	for tool; do
		package_of "$manager" "$tool"
	done | tr ' ' '\n' | sort -u | tr '\n' ' ' | sed 's/ *$//'
}

fail() {
	echo "$*" >&2
	exit 1
}

# Sets $root to what makes a command run as root; fails if nothing does.
become_root() {
	root=
	[ "$(id -u)" = 0 ] && return 0
	command -v sudo >/dev/null || return 1
	root="sudo"
	sudo -n true 2>/dev/null || [ -t 0 ]
}

lists_are_empty() {
	! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1
}

# apt-get install, but first only in play: a removal is a reason not to do it.
install_with_apt() {
	packages=$1
	command="apt-get install --no-install-recommends -y $packages"
	[ "${NO_INSTALL:-0}" = 1 ] && fail "NO_INSTALL=1: not installing. As root: $command"
	become_root || fail "No way to become root. As root: $command"
	lists_are_empty && { $root apt-get update -q || fail "apt-get update failed"; }
	# shellcheck disable=SC2086
	plan=$(apt-get -s install --no-install-recommends $packages 2>&1) || {
		$root apt-get update -q
		# shellcheck disable=SC2086
		plan=$(apt-get -s install --no-install-recommends $packages 2>&1) || fail "$plan"
	}
	removed=$(echo "$plan" | sed -n 's/^Remv \([^ ]*\).*/\1/p' | tr '\n' ' ')
	[ -n "$removed" ] && fail "Installing $packages would remove: $removed
This is not done. To do it yourself, as root: $command"
	echo "  APT     $packages" >&2
	# shellcheck disable=SC2086
	$root env DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -y -q \
		-o DPkg::Lock::Timeout=300 $packages >&2 || fail "apt-get failed. As root: $command"
}

missing=
for tool; do
	has "$tool" || missing="$missing $tool"
done
[ -z "$missing" ] && exit 0

# Two make jobs may want something at the same time.
if command -v flock >/dev/null; then
	exec 9>"${TMPDIR:-/tmp}/pagoda-deps.$(id -u).lock"
	flock 9
	still=
	for tool in $missing; do
		has "$tool" || still="$still $tool"
	done
	[ -z "$still" ] && exit 0
	missing=$still
fi

echo "Missing:$missing" >&2
if command -v apt-get >/dev/null; then
	# shellcheck disable=SC2086
	install_with_apt "$(packages_for apt $missing)"
elif command -v dnf >/dev/null; then
	# shellcheck disable=SC2086
	fail "Please run: sudo dnf install $(packages_for dnf $missing)"
elif command -v pacman >/dev/null; then
	# shellcheck disable=SC2086
	fail "Please run: sudo pacman -S --needed $(packages_for pacman $missing)"
elif command -v brew >/dev/null; then
	# shellcheck disable=SC2086
	fail "Please run: brew install $(packages_for brew $missing)"
else
	fail "Please install these with your system's package manager."
fi
for tool in $missing; do
	has "$tool" || fail "deps.sh: $tool is still missing after the installation"
done
