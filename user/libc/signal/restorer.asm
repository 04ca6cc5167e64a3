; SPDX-License-Identifier: MIT
; Where a signal handler returns to (sa_restorer). esp then points just past the frame's first word; the kernel
; finds the rest from there. The plain frame still has the signal number on top: sigreturn expects it popped.

global __restore
global __restore_rt

section .text
__restore:
	pop eax
	mov eax, 119		; sigreturn
	int 0x80

__restore_rt:
	mov eax, 173		; rt_sigreturn
	int 0x80

section .note.GNU-stack noalloc noexec nowrite progbits
