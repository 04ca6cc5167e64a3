; SPDX-License-Identifier: MIT
; The first instruction of every program. The kernel leaves esp at argc; the ABI wants the outermost frame marked by
; ebp = 0 and, at the call, a stack aligned to 16 bytes. __libc_start gets the old esp and does not return.

global _start
extern __libc_start

section .text
_start:
	xor ebp, ebp
	mov eax, esp
	and esp, -16
	sub esp, 12
	push eax
	call __libc_start
	hlt

section .note.GNU-stack noalloc noexec nowrite progbits
