; SPDX-License-Identifier: MIT
;
; Every way into the kernel and back: system calls, exceptions, interrupts.
;
; All entries build the same frame, struct pt_regs (kernel/cpu/ptrace.h), so that signals, fork and
; the fault handlers need not know how the kernel was entered:
;
;	[esp +  0] ebx ecx edx esi edi ebp eax		pushed here
;	[esp + 28] ds es
;	[esp + 36] orig_eax	the system-call number, or ~vector
;	[esp + 40] error	pushed by the CPU for some exceptions, else 0
;	[esp + 44] eip cs eflags (esp ss)	pushed by the CPU; esp and ss only from user mode
;
; Segments: the kernel runs with the user's own flat DS and ES, which is as good as a segment of its
; own and costs nothing to load. Only a program that has put something else there takes the slow
; path, on entry and on return. FS and GS belong to the program at all times.

bits 32

USER_DS		equ 0x7b
THREAD_SIZE	equ 8192
EFLAGS_IF	equ 0x200

R_EBX	equ 0
R_ECX	equ 4
R_EDX	equ 8
R_ESI	equ 12
R_EDI	equ 16
R_EBP	equ 20
R_EAX	equ 24
R_DS	equ 28
R_ES	equ 32
R_ORIG	equ 36
R_ERROR	equ 40
R_EIP	equ 44
R_CS	equ 48
R_EFLAGS equ 52

TI_FLAGS	equ 4
TI_PREEMPT	equ 8
TIF_NEED_RESCHED equ 1 << 0
TIF_TRACE	equ 1 << 2
WORK_MASK	equ 3			; _TIF_NEED_RESCHED | _TIF_SIGPENDING

extern sys_call_table, nr_syscalls
extern do_page_fault, do_trap, do_irq, exit_to_user_work, preempt_schedule_irq, syscall_trace_enter
extern schedule_tail

section .text

%macro SAVE_REGS 0
	push es
	push ds
	push eax
	push ebp
	push edi
	push esi
	push edx
	push ecx
	push ebx
%endmacro

; After SAVE_REGS, from user mode: see that DS and ES are flat. Clobbers nothing that is needed.
%macro CHECK_SEGMENTS 0
	cmp word [esp + R_DS], USER_DS
	jne %%load
	cmp word [esp + R_ES], USER_DS
	je %%flat
%%load:	push eax
	mov eax, USER_DS
	mov ds, eax
	mov es, eax
	pop eax
%%flat:	cld
%endmacro

; A debug build looks whether the kernel has left everything in order (kernel/sched/lockdep.c).
%macro CHECK_RETURN 0
%if DEBUG
	extern lockdep_user_return
	mov eax, esp
	call lockdep_user_return
%endif
%endmacro

; ---- system calls ------------------------------------------------------------------------------

; int 0x80, through a trap gate: interrupts stay on. Arguments in ebx ecx edx esi edi ebp.
; The C function takes the first three in eax edx ecx (regparm) and finds the others on the stack.
global entry_int80
entry_int80:
	push 0
	push eax
	SAVE_REGS
	CHECK_SEGMENTS
system_call:
	cmp eax, [nr_syscalls]
	jae bad_call
	mov edi, esp
	and edi, -THREAD_SIZE
	test dword [edi + TI_FLAGS], TIF_TRACE
	jnz traced_call
dispatch:
	push ebp
	push dword [esp + R_EDI + 4]
	push esi
	mov edi, eax
	mov eax, ebx
	xchg edx, ecx
	call [sys_call_table + edi * 4]
	add esp, 12
	mov [esp + R_EAX], eax
global ret_to_user
ret_to_user:
	cli				; no new work between the test and iret
	CHECK_RETURN
	mov ecx, esp
	and ecx, -THREAD_SIZE
	test dword [ecx + TI_FLAGS], WORK_MASK
	jnz work
restore_user:
	cmp word [esp + R_DS], USER_DS
	jne odd_segments
	cmp word [esp + R_ES], USER_DS
	jne odd_segments
	pop ebx
	pop ecx
	pop edx
	pop esi
	pop edi
	pop ebp
	pop eax
	add esp, 16			; ds, es, orig_eax, error
return_iret:
	iret

bad_call:
	mov dword [esp + R_EAX], -38	; ENOSYS
	jmp ret_to_user

traced_call:
	mov eax, esp
	call syscall_trace_enter	; may change the registers; returns the number to run
	mov ebx, [esp + R_EBX]
	mov ecx, [esp + R_ECX]
	mov edx, [esp + R_EDX]
	mov esi, [esp + R_ESI]
	mov ebp, [esp + R_EBP]
	cmp eax, [nr_syscalls]
	jae ret_to_user
	jmp dispatch

; A signal or a reschedule before returning. Interrupts are off.
work:
	mov eax, esp
	call exit_to_user_work		; comes back with interrupts off and nothing left to do
	CHECK_RETURN
	jmp restore_user

; Selectors that the program chose may have become invalid: a fault here loads 0 instead.
odd_segments:
	pop ebx
	pop ecx
	pop edx
	pop esi
	pop edi
	pop ebp
	pop eax
load_ds:
	mov ds, [esp]
ds_loaded:
	mov es, [ss:esp + 4]
es_loaded:
	lea esp, [esp + 16]
odd_iret:
	iret

section .fixup progbits alloc exec
fix_ds:
	mov dword [ss:esp], 0
	jmp load_ds
fix_es:
	mov dword [ss:esp + 4], 0
	jmp ds_loaded
; iret found a bad CS, SS or EIP in the frame (a forged sigreturn): kill the program, not the kernel.
fix_iret:
	push 0
	push -1
	push USER_DS
	push USER_DS
	push eax
	push ebp
	push edi
	push esi
	push edx
	push ecx
	push ebx
	mov eax, USER_DS
	mov ds, eax
	mov es, eax
	mov eax, esp
	extern bad_iret
	call bad_iret
	jmp ret_to_user

section __ex_table progbits alloc
	dd load_ds, fix_ds
	dd ds_loaded, fix_es
	dd return_iret, fix_iret
	dd odd_iret, fix_iret

section .text
; SYSENTER: the CPU gives us neither a return address nor a stack. esp comes from the MSR and points
; at the TSS, where esp0 is the real stack. The vDSO's stub has pushed ecx, edx and ebp and left the
; user's stack pointer in ebp; the return address is the same for everybody, vdso_sysenter_return.
global entry_sysenter
entry_sysenter:
	mov esp, [esp + 4]		; tss.esp0
	push USER_DS			; ss
	push ebp			; esp
	pushfd
	or dword [esp], EFLAGS_IF
	push 0x73			; cs
	push 0				; eip: sysenter_fixup fills it in
	push 0
	push eax
	SAVE_REGS
	CHECK_SEGMENTS
	push 0				; a clean EFLAGS: no trap flag, no nested task
	popfd
	sti
	extern sysenter_fixup
	mov eax, esp
	call sysenter_fixup		; eip, and the sixth argument from the user's stack into ebp
	mov eax, [esp + R_EAX]
	mov ebx, [esp + R_EBX]
	mov ecx, [esp + R_ECX]
	mov edx, [esp + R_EDX]
	mov esi, [esp + R_ESI]
	mov ebp, [esp + R_EBP]
	jmp system_call

; ---- exceptions --------------------------------------------------------------------------------

%macro EXCEPTION 1
exception_%1:
	push 0
	push ~%1
	jmp exception
%endmacro
%macro EXCEPTION_WITH_ERROR 1
exception_%1:
	push ~%1
	jmp exception
%endmacro

EXCEPTION 0
; A program that steps (EFLAGS.TF) into SYSENTER traps at our first instruction, before there is a
; stack. Stepping ends there; esp is still the spare stack below the TSS.
exception_1:
	cmp dword [ss:esp], entry_sysenter
	jne .real
	and dword [ss:esp + 8], ~0x100
	iret
.real:	push 0
	push ~1
	jmp exception
EXCEPTION 2
EXCEPTION 3
EXCEPTION 4
EXCEPTION 5
EXCEPTION 6
EXCEPTION 7
EXCEPTION 9
EXCEPTION_WITH_ERROR 10
EXCEPTION_WITH_ERROR 11
EXCEPTION_WITH_ERROR 12
EXCEPTION_WITH_ERROR 13
EXCEPTION 15
EXCEPTION 16
EXCEPTION_WITH_ERROR 17
EXCEPTION 18
EXCEPTION 19
EXCEPTION 20
EXCEPTION_WITH_ERROR 21
EXCEPTION 22
EXCEPTION 23
EXCEPTION 24
EXCEPTION 25
EXCEPTION 26
EXCEPTION 27
EXCEPTION 28
EXCEPTION_WITH_ERROR 29
EXCEPTION_WITH_ERROR 30
EXCEPTION 31

; Gates are interrupt gates: we arrive with interrupts off; do_trap turns them on where it may.
exception:
	SAVE_REGS
	test byte [esp + R_CS], 3
	jz .kernel
	CHECK_SEGMENTS
.kernel:
	cld
	mov eax, esp
	mov edx, [esp + R_ORIG]
	not edx
	call do_trap
	jmp ret_from_exception

; The page fault has a path of its own: it is by far the most frequent exception.
exception_14:
	push ~14
	SAVE_REGS
	test byte [esp + R_CS], 3
	jz .kernel
	CHECK_SEGMENTS
.kernel:
	cld
	mov eax, esp
	mov edx, cr2			; read before interrupts go on: another fault would overwrite it
	call do_page_fault

ret_from_exception:
	test byte [esp + R_CS], 3
	jnz ret_to_user
; Back into the kernel itself. This is where kernel code is preempted: only if it had interrupts
; on, holds no spinlock and is not an interrupt handler.
return_to_kernel:
	cli
	mov ecx, esp
	and ecx, -THREAD_SIZE
	cmp dword [ecx + TI_PREEMPT], 0
	jne restore_kernel
	test dword [ecx + TI_FLAGS], TIF_NEED_RESCHED
	jz restore_kernel
	test dword [esp + R_EFLAGS], EFLAGS_IF
	jz restore_kernel
	call preempt_schedule_irq
restore_kernel:
	pop ebx
	pop ecx
	pop edx
	pop esi
	pop edi
	pop ebp
	pop eax
	add esp, 16
	iret

; ---- interrupts --------------------------------------------------------------------------------

; Vectors 32 and up.
%assign v 32
%rep 224
%if v != 128
interrupt_%[v]:
	push 0
	push ~v
	jmp interrupt
%endif
%assign v v + 1
%endrep

interrupt:
	SAVE_REGS
	test byte [esp + R_CS], 3
	jz .kernel
	CHECK_SEGMENTS
.kernel:
	cld
	mov eax, esp
	mov edx, [esp + R_ORIG]
	not edx
	call do_irq
	jmp ret_from_exception

; ---- tasks -------------------------------------------------------------------------------------

; void switch_stacks(u32 *save_esp [eax], u32 new_esp [edx], struct task_struct *prev [ecx])
; Returns prev in eax, on the new task's stack.
global switch_stacks
switch_stacks:
	push ebp
	push ebx
	push esi
	push edi
	mov [eax], esp
	mov esp, edx
	mov eax, ecx
	pop edi
	pop esi
	pop ebx
	pop ebp
	ret

; Where a new task's first switch returns to: eax = the task that ran before.
; A fork child goes on to user mode with the pt_regs above; a kernel thread calls ebx(esi).
global ret_from_fork
ret_from_fork:
	call schedule_tail
	jmp ret_to_user

global ret_from_kernel_thread
ret_from_kernel_thread:
	call schedule_tail
	mov eax, esi
	call ebx
	extern kernel_thread_exit
	call kernel_thread_exit		; unless the thread has become a program by execve
	jmp ret_to_user

; ---- the table of entries ----------------------------------------------------------------------

section .rodata
global interrupt_entries
interrupt_entries:
%assign v 0
%rep 256
%if v == 8
	dd 0				; a task gate
%elif v == 128
	dd entry_int80
%elif v < 32
	dd exception_%[v]
%else
	dd interrupt_%[v]
%endif
%assign v v + 1
%endrep
