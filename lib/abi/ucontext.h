/* SPDX-License-Identifier: MIT */
/*
 * What the kernel pushes on a user stack to call a signal handler, and reads back in sigreturn (119) and
 * rt_sigreturn (173). Handlers with SA_SIGINFO get rt_sigframe, others sigframe. Debuggers and unwinders know
 * the frame by the code in retcode, which therefore is written although nothing executes on the stack; the
 * return goes through pretcode, to the vDSO or to sa_restorer.
 * Source: sigreturn(2), the kernel's asm/sigcontext.h and asm/sigframe.h; FXSAVE area: Intel SDM volume 1, 10.5.
 */
#ifndef LIB_ABI_UCONTEXT_H
#define LIB_ABI_UCONTEXT_H

#include "lib/abi/signal.h"

struct _fpreg {
	__u16 significand[4];
	__u16 exponent;
};
ABI_SIZE(struct _fpreg, 10);

struct _fpxreg {
	__u16 significand[4];
	__u16 exponent;
	__u16 padding[3];
};

struct _xmmreg {
	__u32 element[4];
};

#define X86_FXSR_MAGIC 0x0000	/* in magic: the FXSAVE image follows */
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u

/* First the FSAVE image (112 bytes), then the FXSAVE image (512 bytes). */
struct _fpstate_32 {
	__u32 cw;
	__u32 sw;
	__u32 tag;
	__u32 ipoff;
	__u32 cssel;
	__u32 dataoff;
	__u32 datasel;
	struct _fpreg _st[8];
	__u16 status;
	__u16 magic;		/* 0xffff: FSAVE image only */

	__u32 _fxsr_env[6];
	__u32 mxcsr;
	__u32 reserved;
	struct _fpxreg _fxsr_st[8];
	struct _xmmreg _xmm[8];
	__u32 padding1[44];
	__u32 sw_reserved[12];	/* zero without XSAVE */
};
ABI_SIZE(struct _fpstate_32, 624);
ABI_OFFSET(struct _fpstate_32, status, 108);
ABI_OFFSET(struct _fpstate_32, _fxsr_env, 112);
ABI_OFFSET(struct _fpstate_32, mxcsr, 136);
ABI_OFFSET(struct _fpstate_32, _xmm, 272);

struct sigcontext_32 {
	__u16 gs, __gsh;
	__u16 fs, __fsh;
	__u16 es, __esh;
	__u16 ds, __dsh;
	__u32 di;
	__u32 si;
	__u32 bp;
	__u32 sp;
	__u32 bx;
	__u32 dx;
	__u32 cx;
	__u32 ax;
	__u32 trapno;
	__u32 err;
	__u32 ip;
	__u16 cs, __csh;
	__u32 flags;
	__u32 sp_at_signal;
	__u16 ss, __ssh;
	__u32 fpstate;		/* address of a struct _fpstate_32, or 0 */
	__u32 oldmask;		/* the first 32 signals of the mask */
	__u32 cr2;
};
ABI_SIZE(struct sigcontext_32, 88);
ABI_OFFSET(struct sigcontext_32, ip, 56);
ABI_OFFSET(struct sigcontext_32, fpstate, 76);

/* uc_flags */
#define UC_FP_XSTATE 1

struct ucontext {
	__u32 uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	struct sigcontext_32 uc_mcontext;
	sigset_t uc_sigmask;
};
ABI_SIZE(struct ucontext, 116);
ABI_OFFSET(struct ucontext, uc_mcontext, 20);
ABI_OFFSET(struct ucontext, uc_sigmask, 108);

struct sigframe {
	__u32 pretcode;
	__s32 sig;
	struct sigcontext_32 sc;
	struct _fpstate_32 fpstate_unused;	/* programs count on extramask's offset */
	__u32 extramask[1];
	__u8 retcode[8];
};
ABI_SIZE(struct sigframe, 732);
ABI_OFFSET(struct sigframe, sc, 8);
ABI_OFFSET(struct sigframe, extramask, 720);

struct rt_sigframe {
	__u32 pretcode;
	__s32 sig;
	__u32 pinfo;
	__u32 puc;
	siginfo_t info;
	struct ucontext uc;
	__u8 retcode[8];
};
ABI_SIZE(struct rt_sigframe, 268);
ABI_OFFSET(struct rt_sigframe, info, 16);
ABI_OFFSET(struct rt_sigframe, uc, 144);

#endif
