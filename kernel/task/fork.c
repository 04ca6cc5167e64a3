/* SPDX-License-Identifier: MIT */
/*
 * fork, vfork and clone: a new task from the current one. Each part (address space, descriptors,
 * working directory, signal handlers, signal state) is either shared by one more reference or
 * copied, as the clone flags say. Everything that can fail comes first, with an undo ladder; linking
 * the child into the tree of tasks cannot fail. Sources: clone(2), fork(2).
 */
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/pid.h"
#include "kernel/task/internal.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/ldt.h"
#include "lib/abi/sched.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/fail.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

DEFINE_SPINLOCK(tasklist_lock);
struct task_struct *child_reaper;
int nr_threads_total;			/* by tasklist_lock */
unsigned long total_forks;
static struct kmem_cache *task_cache, *signal_cache, *sighand_cache;
int max_threads;

void ret_from_fork(void);
void ret_from_kernel_thread(void);

/* ---- the parts ---- */

static struct task_struct *dup_task_struct(void)
{
	struct task_struct *t = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!t)
		return NULL;
	*t = *current;
	fail_nth_fork(t);
	t->thread_info = alloc_thread_stack();
	t->thread.fpu = NULL;
	if (t->thread_info && current->mm)
		t->thread.fpu = fpu_alloc();
	if (!t->thread_info || (current->mm && !t->thread.fpu)) {
		if (t->thread_info)
			free_thread_stack(t->thread_info);
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	*t->thread_info = (struct thread_info){ .task = t, .preempt_count = PREEMPT_OFFSET,
		.guard = STACK_GUARD, .flags = current_thread_info()->flags & _TIF_SYSCALL_TRACE };
	return t;
}

static void free_task(struct task_struct *t)
{
	fpu_free(t->thread.fpu);
	free_thread_stack(t->thread_info);
	kmem_cache_free(task_cache, t);
}

void __put_task_struct(struct task_struct *t)
{
	put_cred(t->cred);
	put_signal_struct(t->signal);
	kfree(t->kthread);
	free_task(t);
}

void put_signal_struct(struct signal_struct *sig)
{
	if (atomic_dec_and_test(&sig->count))
		kmem_cache_free(signal_cache, sig);
}

void put_sighand(struct sighand_struct *s)
{
	if (atomic_dec_and_test(&s->count))
		kmem_cache_free(sighand_cache, s);
}

/* A private copy of the current task's handlers; NULL: no memory. */
static struct sighand_struct *dup_sighand(void)
{
	struct sighand_struct *s = kmem_cache_alloc(sighand_cache, GFP_KERNEL);

	if (s) {
		atomic_set(&s->count, 1);
		spin_lock_init(&s->siglock);
		memcpy(s->action, current->sighand->action, sizeof(s->action));
	}
	return s;
}

static int copy_sighand(u32 flags, struct task_struct *t)
{
	if (flags & CLONE_SIGHAND)
		atomic_inc(&current->sighand->count);
	else
		t->sighand = dup_sighand();
	return t->sighand ? 0 : -ENOMEM;
}

int spare_sighand(struct sighand_struct **spare)
{
	*spare = atomic_read(&current->sighand->count) > 1 ? dup_sighand() : current->sighand;
	return *spare ? 0 : -ENOMEM;
}

void use_sighand(struct sighand_struct *s)
{
	struct sighand_struct *old = current->sighand;

	if (s == old)
		return;
	spin_lock(&tasklist_lock);
	spin_lock_irq(&old->siglock);
	memcpy(s->action, old->action, sizeof(s->action));	/* they may have changed since */
	current->sighand = s;
	spin_unlock_irq(&old->siglock);
	spin_unlock(&tasklist_lock);
	put_sighand(old);
}

static int copy_signal(u32 flags, struct task_struct *t)
{
	struct signal_struct *sig;

	if (flags & CLONE_THREAD) {
		atomic_inc(&current->signal->count);
		return 0;
	}
	sig = kmem_cache_zalloc(signal_cache, GFP_KERNEL);
	if (!sig)
		return -ENOMEM;
	atomic_set(&sig->count, 1);
	sig->nr_threads = sig->live = 1;
	INIT_LIST_HEAD(&sig->thread_head);
	init_waitqueue_head(&sig->wait_chldexit);
	INIT_LIST_HEAD(&sig->shared_pending.list);
	memcpy(sig->rlim, current->signal->rlim, sizeof(sig->rlim));
	init_itimers(sig, t);
	t->signal = sig;
	return 0;
}

static int copy_mm(u32 flags, struct task_struct *t)
{
	struct mm_struct *mm;
	int err;

	t->mm = t->active_mm = NULL;
	if (!current->mm)
		return 0;
	if (flags & CLONE_VM) {
		mm = current->mm;
		atomic_inc(&mm->mm_users);
	} else {
		mm = mm_alloc();
		if (!mm)
			return -ENOMEM;
		err = dup_mmap(mm, current->mm);
		if (err) {
			mmput(mm);
			return err;
		}
	}
	t->mm = t->active_mm = mm;
	return 0;
}

static int copy_thread(u32 flags, struct task_struct *t, unsigned long sp, const struct user_desc *tls)
{
	struct pt_regs *regs = task_pt_regs(t);
	u32 *frame = (u32 *)regs;

	*regs = *current_pt_regs();
	regs->eax = 0;
	if (sp)
		regs->esp = sp;
	fpu_save(t->thread.fpu);
	current_segments(&t->thread.gs, &t->thread.fs);
	if (flags & CLONE_SETTLS) {
		int err = set_tls(&t->thread, tls, false);

		if (err)
			return err;
	}
	*--frame = (u32)ret_from_fork;
	frame -= 4;				/* ebp ebx esi edi: switch_stacks pops them */
	memset(frame, 0, 4 * sizeof(u32));
	t->thread.esp = (u32)frame;
	return 0;
}

static void copy_kernel_thread(struct task_struct *t, int (*fn)(void *), void *arg)
{
	struct pt_regs *regs = task_pt_regs(t);
	u32 *frame = (u32 *)regs;

	memset(regs, 0, sizeof(*regs));
	*--frame = (u32)ret_from_kernel_thread;
	*--frame = 0;				/* ebp */
	*--frame = (u32)fn;			/* ebx */
	*--frame = (u32)arg;			/* esi */
	*--frame = 0;				/* edi */
	t->thread.esp = (u32)frame;
	t->thread.gs = t->thread.fs = 0;
}

/* ---- putting it together ---- */

static void init_child(struct task_struct *t, u32 flags)
{
	atomic_set(&t->usage, 2);		/* one for the scheduler, dropped after its last switch; one for who reaps it */
	t->flags = (t->flags & ~(PF_KTHREAD | PF_NO_SETAFFINITY | PF_MEMALLOC | PF_SIGNALED | PF_EXITING)) | PF_FORKNOEXEC;
	t->state = TASK_UNINTERRUPTIBLE;	/* nothing may run it yet */
	t->exit_state = t->exit_code = 0;
	INIT_LIST_HEAD(&t->children);
	INIT_LIST_HEAD(&t->sibling);
	INIT_LIST_HEAD(&t->thread_group);
	INIT_LIST_HEAD(&t->tasks);
	INIT_HLIST_NODE(&t->pid_hash);
	INIT_HLIST_NODE(&t->pgrp_node);
	INIT_HLIST_NODE(&t->session_node);
	INIT_LIST_HEAD(&t->pending.list);
	t->pending.signal = 0;
	spin_lock_init(&t->alloc_lock);
	t->set_child_tid = t->clear_child_tid = NULL;
	t->robust_list = NULL;
	t->plug = NULL;
	t->kthread = NULL;
	t->worker = NULL;
	t->vfork_done = NULL;
	t->restart_block.fn = NULL;
	t->utime = t->stime = 0;
	t->nvcsw = t->nivcsw = t->min_flt = t->maj_flt = 0;
	t->start_time = ktime_get();
	t->pdeath_signal = 0;
	if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		t->sas_ss_sp = t->sas_ss_size = 0;
#if DEBUG
	t->held.depth = 0;
	t->hung_ns = 0;
#endif
}

static u32 uid_of(struct task_struct *p)
{
	u32 uid;

	spin_lock(&p->alloc_lock);	/* it may be changing */
	uid = p->cred->uid;
	spin_unlock(&p->alloc_lock);
	return uid;
}

/* Would one more be too many? tasklist_lock held. */
static bool too_many(const struct cred *cred)
{
	struct task_struct *p;
	unsigned long mine = 0;

	if (nr_threads_total >= max_threads)
		return true;
	if (rlimit(RLIMIT_NPROC) >= (u64)max_threads || !cred->uid || capable(CAP_SYS_RESOURCE))
		return false;
	for_each_process(p)
		if (uid_of(p) == cred->uid)
			mine += (unsigned long)max(p->signal->nr_threads, 1);	/* a zombie counts */
	return mine >= rlimit(RLIMIT_NPROC);
}

/* 0, or why no task can be made now. The limits are looked at again when it is added: others fork at the same time. */
static int may_fork(void)
{
	bool refused;

	spin_lock(&tasklist_lock);
	refused = too_many(current->cred);
	spin_unlock(&tasklist_lock);
	if (refused)
		return -EAGAIN;
	return memory_for_fork() ? 0 : -ENOMEM;
}

/* Into the tree and the tables; tasklist_lock and siglock held. */
static void link_task(struct task_struct *t, u32 flags, int exit_signal)
{
	attach_pid(t);
	if (flags & CLONE_THREAD) {
		t->group_leader = current->group_leader;
		t->tgid = current->tgid;
		t->exit_signal = -1;
		t->signal->nr_threads++;
		t->signal->live++;
		set_parent(t, current->real_parent);
	} else {
		t->group_leader = t;
		t->tgid = t->pid;
		t->exit_signal = flags & CLONE_PARENT ? current->group_leader->exit_signal : exit_signal;
		set_parent(t, t->flags & PF_KTHREAD ? &init_task : flags & CLONE_PARENT ? current->real_parent : current);
		t->signal->tty = current->signal ? current->signal->tty : NULL;
		attach_pgrp(t, current->signal ? task_pgrp(current) : t->pid);
		attach_session(t, current->signal ? task_session(current) : t->pid);
		list_add_tail(&t->sibling, &t->real_parent->children);
		list_add_tail(&t->tasks, &init_task.tasks);
	}
	list_add_tail(&t->thread_group, &t->signal->thread_head);
	nr_threads_total++;
	total_forks++;
}

struct kernel_clone_args {
	u32 flags;			/* CLONE_* without the signal */
	int exit_signal;
	unsigned long stack;
	int *parent_tid, *child_tid;
	const struct user_desc *tls;
	int (*fn)(void *);		/* kernel thread */
	void *arg;
};

static int check_flags(u32 flags)
{
	if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)) ||
	    (flags & CLONE_FS && flags & CLONE_NEWNS))
		return -EINVAL;
	if (flags & (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP))
		return -EINVAL;		/* as a kernel built without namespaces */
	if (flags & CLONE_PARENT && current->signal->flags & SIGNAL_UNKILLABLE)
		return -EINVAL;
	return 0;
}

/*
 * A signal to a group, or to all, reaches the whole of it: who forks meanwhile takes the signal first and then
 * starts again, so that no child is left that nobody has sent it to. True: one is there already.
 */
static bool signals_first(void)
{
	spin_lock_irq(&current->sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
	return signal_pending(current);
}

/* tasklist_lock and siglock held: one came while we copied. What kills or stops the process must not miss a thread either. */
static bool signals_came(u32 flags, u32 group_signals)
{
	if (fatal_signal_pending(current) || current->signal->group_stop_count)
		return true;
	if (flags & CLONE_THREAD || group_signals == current->signal->group_signals)
		return false;
	set_thread_flag(current_thread_info(), TIF_SIGPENDING);		/* the call is made again even if it is blocked */
	return true;
}

/* The child, not yet running; ERR_PTR. */
static struct task_struct *copy_process(const struct kernel_clone_args *a)
{
	u32 group_signals = READ_ONCE(current->signal->group_signals);
	struct task_struct *t;
	unsigned long irq;
	int err;

	if (a->fn == NULL) {
		err = check_flags(a->flags);
		if (err)
			return ERR_PTR(err);
		if (signals_first())
			return ERR_PTR(-ERESTARTNOINTR);
		err = may_fork();
		if (err)
			return ERR_PTR(err);
	}
	t = dup_task_struct();
	if (!t)
		return ERR_PTR(-ENOMEM);
	init_child(t, a->flags);
	get_cred(t->cred);
	sched_fork(t);
	if (a->fn)
		t->flags |= PF_KTHREAD;
	err = copy_files(a->flags, t);
	if (err)
		goto free_task;
	err = copy_fs(a->flags, t);
	if (err)
		goto free_files;
	err = copy_sighand(a->flags, t);
	if (err)
		goto free_fs;
	err = copy_signal(a->flags, t);
	if (err)
		goto free_sighand;
	err = copy_mm(a->flags, t);
	if (err)
		goto free_signal;
	err = 0;
	if (a->fn)
		copy_kernel_thread(t, a->fn, a->arg);
	else
		err = copy_thread(a->flags, t, a->stack, a->tls);
	if (err)
		goto free_mm;
	if (a->flags & CLONE_CHILD_SETTID)
		t->set_child_tid = (u32 *)a->child_tid;
	if (a->flags & CLONE_CHILD_CLEARTID)
		t->clear_child_tid = (u32 *)a->child_tid;

	spin_lock_irqsave(&tasklist_lock, irq);
	err = -EAGAIN;
	if (!a->fn && too_many(current->cred))
		goto unlock_tasks;
	spin_lock(&current->sighand->siglock);
	err = -ERESTARTNOINTR;
	if (!a->fn && signals_came(a->flags, group_signals))
		goto unlock;
	err = -EAGAIN;
	t->pid = alloc_pid();
	if (t->pid < 0)
		goto unlock;
	link_task(t, a->flags, a->exit_signal);
	spin_unlock(&current->sighand->siglock);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return t;
unlock:
	spin_unlock(&current->sighand->siglock);
unlock_tasks:
	spin_unlock_irqrestore(&tasklist_lock, irq);
free_mm:
	if (t->mm)
		mmput(t->mm);
free_signal:
	put_signal_struct(t->signal);
free_sighand:
	put_sighand(t->sighand);
free_fs:
	exit_fs(t);
free_files:
	exit_files(t);
free_task:
	put_cred(t->cred);
	free_task(t);
	return ERR_PTR(err);
}

/* Waits until the child has execed or ended; only a fatal signal ends the wait early. */
static void wait_for_vfork(struct task_struct *child, struct completion *done)
{
	if (wait_event_killable(&done->wait, READ_ONCE(done->done)) == 0) {
		wait_for_completion(done);
		return;
	}
	spin_lock(&child->alloc_lock);
	child->vfork_done = NULL;
	spin_unlock(&child->alloc_lock);
}

static long do_clone(const struct kernel_clone_args *a)
{
	struct completion vfork;
	struct task_struct *t = copy_process(a);
	int pid;

	if (IS_ERR(t))
		return PTR_ERR(t);
	pid = t->pid;
	if (a->flags & CLONE_PARENT_SETTID)
		(void)put_user(pid, a->parent_tid);
	if (a->flags & CLONE_VFORK) {
		init_completion(&vfork);
		t->vfork_done = &vfork;
	}
	get_task_struct(t);
	wake_up_new_task(t);
	if (a->flags & CLONE_VFORK)
		wait_for_vfork(t, &vfork);
	put_task_struct(t);
	return pid;
}

long sys_fork(void);
long sys_fork(void) { return do_clone(&(struct kernel_clone_args){ .exit_signal = SIGCHLD }); }

long sys_vfork(void);
long sys_vfork(void)
{
	return do_clone(&(struct kernel_clone_args){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

long sys_clone(u32 flags, unsigned long stack, int *parent_tid, const struct user_desc *tls, int *child_tid);
long sys_clone(u32 flags, unsigned long stack, int *parent_tid, const struct user_desc *tls, int *child_tid)
{
	return do_clone(&(struct kernel_clone_args){
		.flags = flags & ~(u32)CSIGNAL, .exit_signal = (int)(flags & CSIGNAL), .stack = stack,
		.parent_tid = parent_tid, .child_tid = child_tid, .tls = tls,
	});
}

struct task_struct *kernel_thread(int (*fn)(void *), void *arg)
{
	return copy_process(&(struct kernel_clone_args){ .flags = CLONE_FS, .exit_signal = SIGCHLD, .fn = fn, .arg = arg });
}

/* A kernel thread's function has returned. If it has become a program (process 1), go on to user mode. */
void kernel_thread_exit(int code);
void kernel_thread_exit(int code)
{
	if (!current->mm)
		do_exit(code);
}

struct task_struct *fork_idle(u32 cpu)
{
	struct task_struct *t = kmem_cache_alloc(task_cache, GFP_KERNEL);
	void *stack = alloc_thread_stack();

	if (!t || !stack)
		return ERR_PTR(-ENOMEM);	/* at boot: nothing will come of this machine */
	*t = init_task;
	t->thread_info = stack;
	*t->thread_info = (struct thread_info){ .task = t, .cpu = cpu, .guard = STACK_GUARD };
	init_child(t, 0);
	t->flags |= PF_KTHREAD;
	t->state = TASK_RUNNING;
	t->active_mm = &init_mm;
	atomic_inc(&init_mm.mm_count);
	return t;
}

long sys_set_tid_address(u32 *tidptr);
long sys_set_tid_address(u32 *tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

void fork_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 16, NULL);
	signal_cache = kmem_cache_create("signal_struct", sizeof(struct signal_struct), 8, NULL);
	sighand_cache = kmem_cache_create("sighand_struct", sizeof(struct sighand_struct), 8, NULL);
	/* An eighth of memory for kernel stacks at most. */
	max_threads = (int)min(totalram_pages() / (8 * THREAD_SIZE / PAGE_SIZE), (unsigned long)PID_MAX - 300);
	init_task.signal->rlim[RLIMIT_NPROC].cur = init_task.signal->rlim[RLIMIT_NPROC].max = (u64)max_threads / 2;
}
