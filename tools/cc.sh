#!/bin/sh
# SPDX-License-Identifier: MIT
# Finds a compiler for the kernel and writes, as make variables, how to call it. A candidate must
# compile and link a freestanding 32-bit program; no 32-bit C library is needed for that.
# Usage: cc.sh [the compiler that was asked for]

here=$(dirname "$0")
asked=$1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-cc.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/t.c" <<'C'
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
unsigned long x;
void _start(void) { x = sizeof(size_t); for (;;) ; }
C

works() {
	# shellcheck disable=SC2086
	$1 -m32 -march=i686 -std=gnu11 -ffreestanding -fno-pic -mregparm=3 -mno-sse -O2 \
		-c -o "$tmp/t.o" "$tmp/t.c" >/dev/null 2>&1 &&
	$1 -m32 -nostdlib -static -Wl,--build-id=none -o "$tmp/t" "$tmp/t.o" >/dev/null 2>&1
}

# Prints those of the flags that the compiler takes without a word.
known() {
	cc=$1
	shift
	for flag; do
		# shellcheck disable=SC2086
		$cc -m32 -march=i686 -Werror "$flag" -ffreestanding -c -o "$tmp/t.o" "$tmp/t.c" >/dev/null 2>&1 &&
			printf ' %s' "$flag"
	done
}

find_compiler() {
	if [ -n "$asked" ]; then
		works "$asked" && { echo "$asked"; return; }
		echo "cc.sh: '$asked' cannot build 32-bit x86 programs; looking for another compiler" >&2
	fi
	for cc in gcc cc clang i686-linux-gnu-gcc i686-elf-gcc; do
		command -v "$cc" >/dev/null 2>&1 && works "$cc" && { echo "$cc"; return; }
	done
}

cc=$(find_compiler)
if [ -z "$cc" ]; then
	"$here/deps.sh" i386-cc >&2 || exit 1
	cc=$(find_compiler)
fi
if [ -z "$cc" ]; then
	echo "No compiler here builds 32-bit x86 programs. Any of these will do: gcc or clang with -m32," >&2
	echo "i686-linux-gnu-gcc, i686-elf-gcc; then run make again (or: make CC=...)." >&2
	exit 1
fi
"$here/deps.sh" nasm python3 >&2 || exit 1

prefix=$(echo "$cc" | sed -n 's/\(.*i686-[a-z-]*\)gcc$/\1/p')
echo "KCC := $cc"
echo "NM := $(command -v "${prefix}nm" || command -v nm || command -v llvm-nm)"
echo "OBJCOPY := $(command -v "${prefix}objcopy" || command -v objcopy || command -v llvm-objcopy)"
echo "STRIP := $(command -v "${prefix}strip" || command -v strip || command -v llvm-strip)"
echo "ARCH_FLAGS := -m32 -march=i686"
echo "KERNEL_CC_FLAGS :=$(known "$cc" -fcf-protection=none -mpreferred-stack-boundary=2 \
	-mstack-alignment=4 -fno-tree-loop-distribute-patterns -fno-ipa-icf -Wno-address-of-packed-member)"
echo "USER_CC_FLAGS :=$(known "$cc" -fcf-protection=none -Wno-address-of-packed-member)"
# shellcheck disable=SC2086
if $cc -Werror -m32 -no-pie -nostdlib -static -o "$tmp/t" "$tmp/t.o" >/dev/null 2>&1; then
	echo "LDFLAGS_CC := -no-pie"
else
	echo "LDFLAGS_CC :="
fi
