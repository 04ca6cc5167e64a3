/* SPDX-License-Identifier: MIT */
#pragma once
/* The page of code that every program gets (kernel/cpu/vdso/). */
#include "mm/mm.h"

int vdso_map(struct mm_struct *mm);			/* current mm: 0 or errno; sets mm->vdso */
unsigned long vdso_sysinfo(const struct mm_struct *mm);	/* __kernel_vsyscall, for AT_SYSINFO */
struct vdso_data *vdso_clock_data(void);		/* the data page of the clocks, or NULL before vdso_init() */
unsigned long vdso_sigreturn(const struct mm_struct *mm);
unsigned long vdso_rt_sigreturn(const struct mm_struct *mm);
