; SPDX-License-Identifier: MIT
;
; The code that the kernel lends to every program: one page, mapped read-only and executable. It is a
; small ELF shared object (vdso.ld), so that a debugger and a C library find its symbols by name.
;
; __kernel_vsyscall is the fastest way into the kernel on this CPU. SYSENTER saves nothing, so the
; stub keeps what the kernel's return changes on the user's stack, and hands the stack pointer over
; in ebp. A system call that is to be restarted goes back two bytes before the return address: there
; stands int 0x80, which works with the registers as they are.

bits 32
section .text

global __kernel_vsyscall:function (vsyscall_end - __kernel_vsyscall)
__kernel_vsyscall:
	push ecx
	push edx
	push ebp
	mov ebp, esp
	sysenter
	int 0x80
global vdso_sysenter_return
vdso_sysenter_return:
	pop ebp
	pop edx
	pop ecx
	ret
vsyscall_end:

; For a CPU without SYSENTER: the kernel gives this address as AT_SYSINFO instead.
global __kernel_vsyscall_int80:function (__kernel_vsyscall_int80.end - __kernel_vsyscall_int80)
__kernel_vsyscall_int80:
	int 0x80
	ret
.end:

; Where a signal handler returns to. Debuggers know a signal frame by exactly these instructions.
global __kernel_sigreturn:function (__kernel_sigreturn.end - __kernel_sigreturn)
__kernel_sigreturn:
	pop eax
	mov eax, 119
	int 0x80
.end:
	nop

global __kernel_rt_sigreturn:function (__kernel_rt_sigreturn.end - __kernel_rt_sigreturn)
__kernel_rt_sigreturn:
	mov eax, 173
	int 0x80
.end:
