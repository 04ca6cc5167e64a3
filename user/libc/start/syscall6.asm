; SPDX-License-Identifier: MIT
; long __syscall6(n, a, b, c, d, e, f): six arguments need ebp, which C keeps as its frame pointer.
; On entry [esp] is the return address, [esp + 4] is n; after four pushes the arguments lie 16 bytes further.

global __syscall6

section .text
__syscall6:
	push ebp
	push edi
	push esi
	push ebx
	mov eax, [esp + 20]
	mov ebx, [esp + 24]
	mov ecx, [esp + 28]
	mov edx, [esp + 32]
	mov esi, [esp + 36]
	mov edi, [esp + 40]
	mov ebp, [esp + 44]
	int 0x80
	pop ebx
	pop esi
	pop edi
	pop ebp
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
