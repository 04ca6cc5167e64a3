; SPDX-License-Identifier: MIT
;
; The cores of copying and clearing: pages, and memory of user programs.
;
; Whole pages go through SSE registers, sixteen bytes an instruction. The program's values in those
; registers are saved on the stack and put back, so the kernel may do this anywhere, interrupt
; handlers included, without touching the task's FPU state.

bits 32
section .text

; void clear_page(void *page [eax]): page-aligned
global clear_page
clear_page:
	sub esp, 16
	movups [esp], xmm0
	xorps xmm0, xmm0
	mov ecx, 4096 / 256
.next:
%assign i 0
%rep 16
	movaps [eax + i], xmm0
%assign i i + 16
%endrep
	add eax, 256
	dec ecx
	jnz .next
	movups xmm0, [esp]
	add esp, 16
	ret

; void copy_page(void *to [eax], const void *from [edx]): both page-aligned
global copy_page
copy_page:
	sub esp, 64
	movups [esp], xmm0
	movups [esp + 16], xmm1
	movups [esp + 32], xmm2
	movups [esp + 48], xmm3
	mov ecx, 4096 / 128
.next:
%assign i 0
%rep 2
	movaps xmm0, [edx + i]
	movaps xmm1, [edx + i + 16]
	movaps xmm2, [edx + i + 32]
	movaps xmm3, [edx + i + 48]
	movaps [eax + i], xmm0
	movaps [eax + i + 16], xmm1
	movaps [eax + i + 32], xmm2
	movaps [eax + i + 48], xmm3
%assign i i + 64
%endrep
	sub edx, -128
	sub eax, -128
	dec ecx
	jnz .next
	movups xmm0, [esp]
	movups xmm1, [esp + 16]
	movups xmm2, [esp + 32]
	movups xmm3, [esp + 48]
	add esp, 64
	ret

; size_t user_copy(void *to [eax], const void *from [edx], size_t n [ecx])
; Either side may be user memory. Returns the number of bytes that could not be copied.
; Blocks of 64 bytes through SSE, then words, then bytes. A fault in a block is taken up again by
; the byte loop, which stops exactly at the byte that is not there.
global user_copy
user_copy:
	push esi
	push edi
	mov edi, eax
	mov esi, edx
	cmp ecx, 64
	jb words
	sub esp, 64
	movups [esp], xmm0
	movups [esp + 16], xmm1
	movups [esp + 32], xmm2
	movups [esp + 48], xmm3
	mov edx, ecx
	shr edx, 6
	and ecx, 63
%macro FAULTS 2				; the instruction at label %1 continues at %2
[section __ex_table]
	dd %1, %2
__SECT__
%endmacro
blocks:
%assign i 0
%rep 4
bl%[i]:	movups xmm%[i], [esi + i * 16]
	FAULTS bl%[i], block_fault
%assign i i + 1
%endrep
%assign i 0
%rep 4
bs%[i]:	movups [edi + i * 16], xmm%[i]
	FAULTS bs%[i], block_fault
%assign i i + 1
%endrep
	add esi, 64
	add edi, 64
	dec edx
	jnz blocks
blocks_done:
	movups xmm0, [esp]
	movups xmm1, [esp + 16]
	movups xmm2, [esp + 32]
	movups xmm3, [esp + 48]
	add esp, 64
words:
	mov edx, ecx
	shr edx, 2
	jz bytes
next_word:
wl:	mov eax, [esi]
	FAULTS wl, word_fault
ws:	mov [edi], eax
	FAULTS ws, word_fault
	add esi, 4
	add edi, 4
	dec edx
	jnz next_word
	and ecx, 3
bytes:
	test ecx, ecx
	jz done
next_byte:
yl:	mov al, [esi]
	FAULTS yl, done
ys:	mov [edi], al
	FAULTS ys, done
	inc esi
	inc edi
	dec ecx
	jnz next_byte
done:
	mov eax, ecx
	pop edi
	pop esi
	ret

block_fault:				; edx blocks and ecx bytes are left
	shl edx, 6
	add ecx, edx
	movups xmm0, [esp]
	movups xmm1, [esp + 16]
	movups xmm2, [esp + 32]
	movups xmm3, [esp + 48]
	add esp, 64
	jmp bytes
word_fault:				; edx words and ecx mod 4 bytes are left
	and ecx, 3
	lea ecx, [ecx + edx * 4]
	jmp bytes

; size_t user_clear(void *to [eax], size_t n [edx]): bytes that could not be cleared
global user_clear
user_clear:
	push edi
	mov edi, eax
	mov ecx, edx
	shr edx, 2
	jz clear_bytes
	xor eax, eax
.word:
.cw:	mov [edi], eax
	FAULTS .cw, clear_word_fault
	add edi, 4
	dec edx
	jnz .word
	and ecx, 3

clear_bytes:
	test ecx, ecx
	jz clear_done
	xor eax, eax
.byte:
.cb:	mov [edi], al
	FAULTS .cb, clear_done
	inc edi
	dec ecx
	jnz .byte
clear_done:
	mov eax, ecx
	pop edi
	ret
clear_word_fault:
	and ecx, 3
	lea ecx, [ecx + edx * 4]
	jmp clear_bytes

; long user_strncpy(char *to [eax], const char *from [edx], long n [ecx])
; Length without the NUL, n if there is none in n bytes, -EFAULT.
global user_strncpy
user_strncpy:
	push esi
	push edi
	push ebx
	mov edi, eax
	mov esi, edx
	xor eax, eax
	test ecx, ecx
	jz .end
.next:
.sl:	mov bl, [esi + eax]
	FAULTS .sl, strncpy_fault
	mov [edi + eax], bl
	test bl, bl
	jz .end
	inc eax
	cmp eax, ecx
	jb .next
.end:	pop ebx
	pop edi
	pop esi
	ret
strncpy_fault:
	mov eax, -14
	pop ebx
	pop edi
	pop esi
	ret

; long user_strnlen(const char *s [eax], long n [edx])
; Length with the NUL, n + 1 if there is none in n bytes, 0 on a fault.
global user_strnlen
user_strnlen:
	push ebx
	xor ecx, ecx
.next:
	cmp ecx, edx
	jae .end
.nl:	mov bl, [eax + ecx]
	FAULTS .nl, strnlen_fault
	inc ecx
	test bl, bl
	jnz .next
	mov eax, ecx
	pop ebx
	ret
.end:	lea eax, [edx + 1]
	pop ebx
	ret
strnlen_fault:
	xor eax, eax
	pop ebx
	ret
