; SPDX-License-Identifier: MIT
; setjmp(env) saves what a function must preserve, its caller's esp and the place to return to; longjmp loads them
; and returns from that setjmp a second time, with another value. Layout of env: setjmp.h.
; sigsetjmp also keeps the signal mask: __sigjmp_save, in C, does that and returns 0 in setjmp's place.

global setjmp
global sigsetjmp
global __longjmp
extern __sigjmp_save

section .text
setjmp:
	mov eax, [esp + 4]
	mov dword [eax + 24], 0
save:
	mov [eax], ebx
	mov [eax + 4], esi
	mov [eax + 8], edi
	mov [eax + 12], ebp
	lea ecx, [esp + 4]	; esp as it is once this call has returned
	mov [eax + 16], ecx
	mov ecx, [esp]
	mov [eax + 20], ecx
	xor eax, eax
	ret

sigsetjmp:
	mov eax, [esp + 4]
	call .regs
	jmp __sigjmp_save	; same arguments, same return address

.regs:				; as save, one return address deeper
	mov [eax], ebx
	mov [eax + 4], esi
	mov [eax + 8], edi
	mov [eax + 12], ebp
	lea ecx, [esp + 8]
	mov [eax + 16], ecx
	mov ecx, [esp + 4]
	mov [eax + 20], ecx
	ret

__longjmp:			; (env, value)
	mov edx, [esp + 4]
	mov eax, [esp + 8]
	mov ebx, [edx]
	mov esi, [edx + 4]
	mov edi, [edx + 8]
	mov ebp, [edx + 12]
	mov esp, [edx + 16]
	jmp [edx + 20]

section .note.GNU-stack noalloc noexec nowrite progbits
