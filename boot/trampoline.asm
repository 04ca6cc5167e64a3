; SPDX-License-Identifier: MIT
;
; Where the other CPUs begin. A start-up IPI sends a CPU into real mode at the start of a page below
; 1 MiB, which its vector names; kernel/cpu/smp.c copies the code between trampoline_start and
; trampoline_end there. It goes the same way as boot/start.asm, in one piece: protected mode, PAE
; paging (on tables that also map the first gigabyte at 0), NX where the boot CPU found it, and the
; jump to 3 GiB, where its idle task's stack waits in secondary_stack.
;
; Source: Intel SDM volume 3, 8.4 and 9.9.1.

KERNEL_OFFSET	equ 0xC0000000
TRAMPOLINE	equ 0x8000		; TRAMPOLINE_PHYS in kernel/cpu/smp.c
CR0_PE		equ 1 << 0
CR0_MP		equ 1 << 1
CR0_EM		equ 1 << 2
CR0_NE		equ 1 << 5
CR0_WP		equ 1 << 16
CR0_CD_NW	equ 3 << 29		; set by INIT: no caches
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
MSR_EFER	equ 0xC0000080
EFER_NXE	equ 1 << 11

%define HERE(label) (TRAMPOLINE + label - trampoline_start)

section .rodata
bits 16
global trampoline_start, trampoline_end, trampoline_nx
trampoline_start:
	cli
	cld
	mov ax, cs
	mov ds, ax
	o32 lgdt [gdtr - trampoline_start]
	mov eax, cr0
	or al, CR0_PE
	mov cr0, eax
	jmp dword 8:HERE(protected)

bits 32
protected:
	mov ax, 16
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov eax, cr4
	or eax, CR4_PAE
	mov cr4, eax
	extern trampoline_pg_dir
	mov eax, trampoline_pg_dir - KERNEL_OFFSET
	mov cr3, eax
	cmp dword [HERE(trampoline_nx)], 0
	je .no_nx
	mov ecx, MSR_EFER
	rdmsr
	or eax, EFER_NXE
	wrmsr
.no_nx:	mov eax, cr0
	or eax, CR0_PG | CR0_WP | CR0_MP | CR0_NE
	and eax, ~(CR0_EM | CR0_CD_NW)
	mov cr0, eax
	mov eax, secondary_high
	jmp eax

align 8
gdt:	dq 0
	dq 0x00CF9B000000FFFF		; flat code
	dq 0x00CF93000000FFFF		; flat data
gdtr:	dw 23
	dd HERE(gdt)
align 4
trampoline_nx: dd 0			; written in the copy
trampoline_end:

section .text
extern swapper_pg_dir, secondary_stack, secondary_start
secondary_high:
	mov eax, swapper_pg_dir - KERNEL_OFFSET
	mov cr3, eax
	mov esp, [secondary_stack]
	xor ebp, ebp			; the outermost frame, for backtraces
	push ebp
	call secondary_start
.halt:	hlt
	jmp .halt
