/* SPDX-License-Identifier: MIT */
/*
 * Calling a signal handler. The kernel cannot call user code; it returns to it. So the registers of
 * the interrupted program are saved in a frame on the user's stack, and the saved registers are
 * changed so that "return to user mode" enters the handler. The handler returns to a stub in the
 * vDSO (or the C library's own, SA_RESTORER), which calls sigreturn; that puts everything back.
 *
 * The frame is writable by the program, so sigreturn trusts nothing in it: segment selectors get
 * privilege level 3, only harmless flags are taken, reserved bits of MXCSR are cleared. Frame
 * layouts: lib/abi/ucontext.h.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/sigframe.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/cpu/vdso.h"
#include "kernel/task/internal.h"
#include "lib/abi/errno.h"
#include "lib/abi/ucontext.h"
#include "lib/string.h"

#define EFLAGS_USER (EFLAGS_CF | 0x4u | 0x10u | 0x40u | 0x80u | EFLAGS_TF | EFLAGS_DF | 0x800u | EFLAGS_AC | EFLAGS_RF)

static bool on_sig_stack(unsigned long sp)
{
	return sp > current->sas_ss_sp && sp - current->sas_ss_sp <= current->sas_ss_size;
}

/* ---- floating point: the FSAVE form, then the FXSAVE image ---- */

/* Tag word: FXSAVE has one bit a register, FSAVE two: valid, zero, special, empty (SDM volume 1, 10.5.1.1). */
static u32 full_tag(const struct fpu_state *f)
{
	u16 status = *(const u16 *)(f->fxsave + 2);
	u8 abridged = f->fxsave[4];
	u32 top = status >> 11 & 7, tag = 0;

	for (u32 i = 0; i < 8; i++) {
		const u16 *st = (const u16 *)(f->fxsave + 32 + ((i - top) & 7) * 16);
		u32 exponent = st[4] & 0x7fff, t = 3;

		if (abridged & (1u << i)) {
			if (exponent == 0x7fff)
				t = 2;
			else if (exponent == 0)
				t = st[0] | st[1] | st[2] | st[3] ? 2 : 1;
			else
				t = st[3] & 0x8000 ? 0 : 2;
		}
		tag |= t << (2 * i);
	}
	return tag;
}

/* The FSAVE part of the frame: what struct _fpstate_32 begins with. */
struct fsave {
	u32 cw, sw, tag, ipoff, cssel, dataoff, datasel;
	struct _fpreg st[8];
	u16 status, magic;
};
static_assert(sizeof(struct fsave) == offsetof(struct _fpstate_32, _fxsr_env), "the FXSAVE image follows");

static int save_fpu(struct _fpstate_32 *user)
{
	struct fpu_state *f = current->thread.fpu;
	struct fsave s;

	preempt_disable();
	fpu_save(f);
	preempt_enable();
	s.cw = *(u16 *)f->fxsave | 0xffff0000u;
	s.sw = *(u16 *)(f->fxsave + 2) | 0xffff0000u;
	s.tag = f->fxsave[4] ? full_tag(f) | 0xffff0000u : ~0u;
	s.ipoff = *(u32 *)(f->fxsave + 8);
	s.cssel = *(u16 *)(f->fxsave + 12) | (u32)*(u16 *)(f->fxsave + 6) << 16;
	s.dataoff = *(u32 *)(f->fxsave + 16);
	s.datasel = *(u32 *)(f->fxsave + 20) | 0xffff0000u;
	for (int i = 0; i < 8; i++)
		memcpy(&s.st[i], f->fxsave + 32 + i * 16, sizeof(s.st[i]));
	s.status = (u16)s.sw;
	s.magic = X86_FXSR_MAGIC;
	if (copy_to_user(user, &s, sizeof(s)) || copy_to_user(user->_fxsr_env, f->fxsave, sizeof(f->fxsave)))
		return -EFAULT;
	return 0;
}

/* The x87 part counts as the FSAVE image has it: that is where programs that know no SSE change it. */
static void merge_fsave(struct fpu_state *f, const struct fsave *s)
{
	u8 abridged = 0;

	for (u32 i = 0; i < 8; i++)
		if ((s->tag >> (2 * i) & 3) != 3)
			abridged |= (u8)(1u << i);
	*(u16 *)f->fxsave = (u16)s->cw;
	*(u16 *)(f->fxsave + 2) = (u16)s->sw;
	f->fxsave[4] = abridged;
	*(u16 *)(f->fxsave + 6) = (u16)(s->cssel >> 16);
	*(u32 *)(f->fxsave + 8) = s->ipoff;
	*(u32 *)(f->fxsave + 12) = (u16)s->cssel;
	*(u32 *)(f->fxsave + 16) = s->dataoff;
	*(u32 *)(f->fxsave + 20) = s->datasel;
	for (int i = 0; i < 8; i++)
		memcpy(f->fxsave + 32 + i * 16, &s->st[i], sizeof(s->st[i]));
	*(u32 *)(f->fxsave + 24) &= 0xffbf;	/* MXCSR: FXRSTOR faults on reserved bits */
}

/*
 * The image goes straight to where this task's registers are kept when it does not run. Until they are
 * loaded from there, no switch to another task may save the old ones over it: hence no preemption, and
 * a page that is not there is fetched in between.
 */
static int restore_fpu(const struct _fpstate_32 *user)
{
	struct fpu_state *f = current->thread.fpu;
	struct fsave s;

	if (copy_from_user(&s, user, sizeof(s)))
		return -EFAULT;
	pagefault_disable();
	while (copy_from_user(f->fxsave, user->_fxsr_env, sizeof(f->fxsave))) {
		u32 word;

		pagefault_enable();
		if (get_user(word, &user->_fxsr_env[0]) || get_user(word, &user->sw_reserved[11]))
			return -EFAULT;
		(void)word;
		pagefault_disable();
	}
	merge_fsave(f, &s);
	fpu_restore(f);
	pagefault_enable();
	return 0;
}

/* ---- registers ---- */

static void save_context(struct sigcontext_32 *sc, const struct pt_regs *r, sigmask_t mask, void *fpstate)
{
	u32 gs, fs;

	current_segments(&gs, &fs);
	*sc = (struct sigcontext_32){
		.gs = (u16)gs, .fs = (u16)fs, .es = (u16)r->es, .ds = (u16)r->ds,
		.di = r->edi, .si = r->esi, .bp = r->ebp, .sp = r->esp, .bx = r->ebx, .dx = r->edx,
		.cx = r->ecx, .ax = r->eax, .trapno = current->thread.trap_nr, .err = current->thread.error_code,
		.ip = r->eip, .cs = (u16)r->cs, .flags = r->eflags, .sp_at_signal = r->esp, .ss = (u16)r->ss,
		.fpstate = (u32)fpstate, .oldmask = (u32)mask, .cr2 = current->thread.cr2,
	};
}

static int restore_context(struct pt_regs *r, const struct sigcontext_32 *user)
{
	struct sigcontext_32 sc;

	current->restart_block.fn = NULL;
	if (copy_from_user(&sc, user, sizeof(sc)))
		return -EFAULT;
	*r = (struct pt_regs){
		.ebx = sc.bx, .ecx = sc.cx, .edx = sc.dx, .esi = sc.si, .edi = sc.di, .ebp = sc.bp, .eax = sc.ax,
		.ds = sc.ds, .es = sc.es, .orig_eax = -1, .eip = sc.ip, .cs = sc.cs | 3u,
		.eflags = (r->eflags & ~EFLAGS_USER) | (sc.flags & EFLAGS_USER), .esp = sc.sp, .ss = sc.ss | 3u,
	};
	preempt_disable();
	load_gs_fs(sc.gs, sc.fs);
	preempt_enable();
	if (sc.fpstate)
		return restore_fpu((const struct _fpstate_32 *)sc.fpstate);
	preempt_disable();
	fpu_restore(&fpu_initial);
	preempt_enable();
	return 0;
}

/* ---- frames ---- */

/* Where a frame of the size goes, with the FPU state above it. NULL: the alternate stack would overflow. */
static void *get_frame(const struct k_sigaction *ka, const struct pt_regs *r, size_t size, void **fpstate)
{
	unsigned long sp = r->esp, low = 0;

	if (ka->sa_flags & SA_ONSTACK && current->sas_ss_size && !on_sig_stack(sp))
		sp = current->sas_ss_sp + current->sas_ss_size;
	if (on_sig_stack(sp) || sp == current->sas_ss_sp + current->sas_ss_size)
		low = current->sas_ss_size ? current->sas_ss_sp : 0;
	sp = (sp - sizeof(struct _fpstate_32)) & ~63ul;
	*fpstate = (void *)sp;
	sp = ((sp - size + 4) & ~15ul) - 4;	/* as a call leaves it: aligned above the return address */
	if (low && sp < low)
		return NULL;
	return (void *)sp;
}

static u32 restorer(const struct k_sigaction *ka, bool rt)
{
	if (ka->sa_flags & SA_RESTORER)
		return (u32)ka->sa_restorer;
	return (u32)(rt ? vdso_rt_sigreturn(current->mm) : vdso_sigreturn(current->mm));
}

static int setup_old_frame(int sig, const struct k_sigaction *ka, sigmask_t old, struct pt_regs *r)
{
	static const u8 retcode[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 };	/* pop eax; mov eax, 119; int 0x80 */
	struct { u32 pretcode; s32 sig; struct sigcontext_32 sc; } head;	/* how struct sigframe begins */
	struct { u32 extramask; u8 retcode[8]; } tail;				/* and how it ends */
	struct sigframe *user;
	void *fpstate;

	user = get_frame(ka, r, sizeof(*user), &fpstate);
	if (!user || save_fpu(fpstate))
		return -EFAULT;
	head.pretcode = restorer(ka, false);
	head.sig = sig;
	save_context(&head.sc, r, old, fpstate);
	tail.extramask = (u32)(old >> 32);
	memcpy(tail.retcode, retcode, sizeof(retcode));
	if (copy_to_user(user, &head, sizeof(head)) || copy_to_user(user->extramask, &tail, sizeof(tail)))
		return -EFAULT;
	r->esp = (u32)user;
	r->eax = (u32)sig;
	r->edx = r->ecx = 0;
	return 0;
}

static int setup_rt_frame(int sig, const struct kernel_siginfo *info, const struct k_sigaction *ka, sigmask_t old, struct pt_regs *r)
{
	static const u8 retcode[8] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0 };
	struct rt_sigframe frame = { 0 }, *user;
	void *fpstate;

	user = get_frame(ka, r, sizeof(frame), &fpstate);
	if (!user || save_fpu(fpstate))
		return -EFAULT;
	frame.pretcode = restorer(ka, true);
	frame.sig = sig;
	frame.pinfo = (u32)&user->info;
	frame.puc = (u32)&user->uc;
	memcpy(&frame.info, info, sizeof(*info));
	frame.uc.uc_stack.ss_sp = (void *)current->sas_ss_sp;
	frame.uc.uc_stack.ss_size = current->sas_ss_size;
	frame.uc.uc_stack.ss_flags = current->sas_ss_size ? 0 : SS_DISABLE;
	save_context(&frame.uc.uc_mcontext, r, old, fpstate);
	memcpy(&frame.uc.uc_sigmask, &old, sizeof(old));
	memcpy(frame.retcode, retcode, sizeof(retcode));
	if (copy_to_user(user, &frame, sizeof(frame)))
		return -EFAULT;
	r->esp = (u32)user;
	r->eax = (u32)sig;
	r->edx = (u32)&user->info;
	r->ecx = (u32)&user->uc;
	return 0;
}

int setup_signal_frame(int sig, const struct kernel_siginfo *info, const struct k_sigaction *ka, sigmask_t old, struct pt_regs *r)
{
	int err = ka->sa_flags & SA_SIGINFO ? setup_rt_frame(sig, info, ka, old, r) : setup_old_frame(sig, ka, old, r);

	if (err)
		return err;
	r->eip = (u32)ka->sa_handler;
	r->cs = USER_CS;
	r->ss = r->ds = r->es = USER_DS;
	r->eflags &= ~(EFLAGS_TF | EFLAGS_DF | EFLAGS_RF);
	return 0;
}

/* ---- the way back ---- */

static long bad_frame(void)
{
	force_sig(SIGSEGV, current);
	return 0;
}

long sys_sigreturn(void);
long sys_sigreturn(void)
{
	struct pt_regs *r = current_pt_regs();
	struct sigframe *user = (struct sigframe *)(r->esp - 8);	/* the stub has popped pretcode and sig */
	u32 low, high;

	if (get_user(low, &user->sc.oldmask) || get_user(high, &user->extramask[0]))
		return bad_frame();
	set_current_blocked(low | (u64)high << 32);
	if (restore_context(r, &user->sc))
		return bad_frame();
	return (long)r->eax;
}

long sys_rt_sigreturn(void);
long sys_rt_sigreturn(void)
{
	struct pt_regs *r = current_pt_regs();
	struct rt_sigframe *user = (struct rt_sigframe *)(r->esp - 4);
	struct sigaltstack stack;
	sigmask_t mask;

	if (copy_from_user(&mask, &user->uc.uc_sigmask, sizeof(mask)) ||
	    copy_from_user(&stack, &user->uc.uc_stack, sizeof(stack)))
		return bad_frame();
	set_current_blocked(mask);
	if (restore_context(r, &user->uc.uc_mcontext))
		return bad_frame();
	(void)do_sigaltstack(&stack, NULL, r->esp);
	return (long)r->eax;
}

int do_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old, unsigned long sp)
{
	struct task_struct *t = current;

	if (old) {
		old->ss_sp = (void *)t->sas_ss_sp;
		old->ss_size = t->sas_ss_size;
		old->ss_flags = !t->sas_ss_size ? SS_DISABLE : on_sig_stack(sp) ? SS_ONSTACK : 0;
	}
	if (!new)
		return 0;
	if (on_sig_stack(sp) && t->sas_ss_size)
		return -EPERM;
	if (new->ss_flags & ~(s32)(SS_DISABLE | SS_ONSTACK | SS_AUTODISARM))
		return -EINVAL;
	if (new->ss_flags & SS_DISABLE) {
		t->sas_ss_sp = t->sas_ss_size = 0;
		return 0;
	}
	if (new->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	t->sas_ss_sp = (unsigned long)new->ss_sp;
	t->sas_ss_size = new->ss_size;
	return 0;
}

long sys_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old);
long sys_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old)
{
	struct sigaltstack n, o;
	int err;

	if (new && copy_from_user(&n, new, sizeof(n)))
		return -EFAULT;
	err = do_sigaltstack(new ? &n : NULL, old ? &o : NULL, current_pt_regs()->esp);
	if (!err && old && copy_to_user(old, &o, sizeof(o)))
		return -EFAULT;
	return err;
}
