/* SPDX-License-Identifier: MIT */
#pragma once
#include <signal.h>

/* ebx, esi, edi, ebp, esp, eip; then, for sigsetjmp, whether the mask was saved, and the mask. */
typedef struct {
	unsigned long regs[6];
	int saved;
	sigset_t mask;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));
int sigsetjmp(sigjmp_buf env, int save) __attribute__((returns_twice));
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));
#define _setjmp setjmp
#define _longjmp longjmp
