; SPDX-License-Identifier: MIT
;
; From the boot loader to C. A multiboot 1 loader (GRUB, or QEMU's -kernel) leaves us in flat 32-bit
; protected mode without paging, with eax = 0x2BADB002 and ebx = the address of its information.
; We check that the CPU can do what the kernel needs, build the first page tables, turn paging on
; and jump to the linked address, 3 GiB above where we were loaded.
;
; The first page tables: the kernel's final PMD page (swapper_pmd) maps the 896 MiB of the direct
; map at 0xC0000000 with 2 MiB pages; entry 0 of the PGD maps the same memory at 0 for the few
; instructions until the jump.

bits 32

KERNEL_OFFSET	equ 0xC0000000
THREAD_SIZE	equ 8192
CR0_MP		equ 1 << 1
CR0_NE		equ 1 << 5
CR0_WP		equ 1 << 16
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
PTE_PRESENT	equ 1
PTE_WRITE	equ 2
PTE_LARGE	equ 0x80
DIRECT_MAP_PMDS	equ 448			; 896 MiB / 2 MiB

section .multiboot align=4
	dd 0x1BADB002			; magic
	dd 3				; modules page-aligned, memory map wanted
	dd -(0x1BADB002 + 3)

section .boot progbits alloc exec nowrite align=4
global _start
_start:
	cld
	cli
	mov esp, boot_stack_top - KERNEL_OFFSET
	mov ebp, eax			; the loader's magic
	mov esi, ebx			; its information
	call check_cpu

	; The direct map.
	mov edi, swapper_pmd - KERNEL_OFFSET
	mov eax, PTE_PRESENT | PTE_WRITE | PTE_LARGE
	mov ecx, DIRECT_MAP_PMDS
.map:	mov [edi], eax
	mov dword [edi + 4], 0
	add eax, 0x200000
	add edi, 8
	loop .map

	mov eax, swapper_pmd - KERNEL_OFFSET + PTE_PRESENT
	mov [swapper_pg_dir - KERNEL_OFFSET], eax		; at 0, until the jump
	mov [swapper_pg_dir - KERNEL_OFFSET + 3 * 8], eax	; at 3 GiB

	mov eax, cr4
	or eax, CR4_PAE
	mov cr4, eax
	mov eax, swapper_pg_dir - KERNEL_OFFSET
	mov cr3, eax
	mov eax, cr0
	or eax, CR0_PG | CR0_WP | CR0_MP | CR0_NE
	and eax, ~(1 << 2)		; EM: no emulation of the FPU
	mov cr0, eax
	mov eax, high
	jmp eax

; Each row: the bit of EDX in CPUID leaf 1, the leaf, the name.
%macro feature 3
	dd %1, %2
	db %3, 0
%endmacro
features:
	feature 1 << 6, 1, "PAE"
	feature 1 << 0, 1, "FPU"
	feature 1 << 4, 1, "TSC"
	feature 1 << 5, 1, "MSR"
	feature 1 << 8, 1, "CX8"
	feature 1 << 15, 1, "CMOV"
	feature 1 << 24, 1, "FXSR"
	feature 1 << 25, 1, "SSE"
	dd 0

; Returns only if CPUID exists and every feature above is there.
check_cpu:
	pushfd
	pop eax
	mov ecx, eax
	xor eax, 1 << 21		; can EFLAGS.ID be changed?
	push eax
	popfd
	pushfd
	pop eax
	xor eax, ecx
	test eax, 1 << 21
	mov ebx, name_cpuid
	jz missing
	mov eax, 1
	cpuid
	mov ebx, features
.next:	mov eax, [ebx]
	test eax, eax
	jz .done
	add ebx, 8
	test edx, eax
	jz missing
.skip:	inc ebx				; over the name
	cmp byte [ebx - 1], 0
	jne .skip
	jmp .next
.done:	ret

; ebx: the name of what is missing. Say so on the screen and on COM1, and stop.
missing:
	mov edi, 0xB8000
	push ebx
	mov ebx, text_missing
	call say
	pop ebx
	call say
	mov ebx, text_try
	call say
.stop:	hlt
	jmp .stop

say:	mov al, [ebx]
	test al, al
	jz .end
	mov ah, 0x0F
	mov [edi], ax
	add edi, 2
	mov dx, 0x3F8
	out dx, al
	inc ebx
	jmp say
.end:	ret

name_cpuid:	db "CPUID", 0
text_missing:	db "Pagoda cannot run here: this CPU lacks ", 0
text_try:	db ". In QEMU, -cpu qemu32 or newer has all it needs. ", 13, 10, 0

section .text
extern kernel_main
high:
	mov dword [swapper_pg_dir], 0	; nothing below 3 GiB any more
	mov eax, cr3
	mov cr3, eax
	mov esp, init_stack + THREAD_SIZE
	; regparm(3): eax = the loader's magic, edx = physical address of its information
	mov eax, ebp
	mov edx, esi
	xor ebp, ebp			; the outermost frame, for backtraces
	push ebp
	call kernel_main
.halt:	hlt
	jmp .halt

section .bss..page_aligned nobits alloc write align=4096
global swapper_pmd
swapper_pmd:	resb 4096
global init_stack
alignb THREAD_SIZE
init_stack:	resb THREAD_SIZE
global boot_stack_top
	resb 256
boot_stack_top:
alignb 32
global swapper_pg_dir
swapper_pg_dir:	resb 32
