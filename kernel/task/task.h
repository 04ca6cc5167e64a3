/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * task_struct: one for every thread. Threads of a process share, each by a counted reference, an
 * mm_struct, a files_struct, an fs_struct, a signal_struct and a sighand_struct.
 *
 * Locks: tasklist_lock guards the tree of tasks (parent, children, sibling, the group, session and
 * pid lists and exit_state); sighand->siglock the signal state; alloc_lock the pointers mm, files
 * and fs of a task against readers that are not the task itself.
 */
#include "kernel/cpu/ptrace.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/sched.h"
#include "kernel/task/signal.h"
#include "kernel/time.h"
#include "lib/abi/resource.h"

#define TASK_COMM_LEN 16
#define PID_MAX 32768

struct mm_struct;
struct files_struct;		/* fs/file.h */
struct fs_struct;		/* fs/fs_struct.h: root, pwd, umask */
struct tty_struct;
struct file;
struct blk_plug;

/* Who acts. Immutable once published: a change makes a new one (prepare_creds, commit_creds). */
struct cred {
	atomic_t usage;
	u32 uid, euid, suid, fsuid;
	u32 gid, egid, sgid, fsgid;
	u32 ngroups;
	u32 groups[32];
	u64 cap_effective, cap_permitted, cap_inheritable;
};
static inline const struct cred *get_cred(const struct cred *c) { atomic_inc(&((struct cred *)c)->usage); return c; }
void put_cred(const struct cred *c);
struct cred *prepare_creds(void);		/* a private copy of the current task's, or NULL */
void commit_creds(struct cred *new);		/* takes the reference over */
bool in_group(u32 gid);				/* fsgid or a supplementary group of the current task */
bool capable(int cap);				/* CAP_* of lib/abi/capability.h */

enum pid_type { PIDTYPE_PID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_TGID, PIDTYPE_MAX };

struct task_struct {
	volatile u32 state;			/* TASK_*, by the run queue's lock */
	struct thread_info *thread_info;	/* = lowest address of the kernel stack */
	struct sched_entity se;
	const struct sched_class *sched_class;
	int static_prio;			/* 100..139: nice + 120 */
	u32 policy;				/* SCHED_* */
	u32 rt_priority;
	bool sched_reset_on_fork;		/* children start as ordinary tasks */
	u16 ioprio;				/* ioprio_set(2) */
	u32 cpus_allowed;			/* sched_setaffinity(2) */
	u32 pinned_to;				/* not 0: instead of cpus_allowed, for call_on_each_cpu */
	u32 cpu;				/* whose queue it belongs to; as thread_info->cpu */
	bool on_cpu;				/* is running or its stack is still in use */

	struct mm_struct *mm;			/* NULL: kernel thread */
	struct mm_struct *active_mm;		/* whose page tables are loaded */
	struct thread_struct thread;		/* saved registers, kernel/cpu/ptrace.h */

	atomic_t usage;				/* get_task_struct, put_task_struct */
	u32 flags;				/* PF_* */
	int exit_state;				/* EXIT_* */
	int exit_code;				/* as wait(2) gives it */
	int exit_signal;			/* to the parent; -1: a thread that is not the leader */
	int pid, tgid;
	struct task_struct *group_leader;
	struct task_struct *real_parent;	/* who forked it, or the reaper */
	struct task_struct *parent;		/* who waits for it: the tracer, else real_parent */
	int ppid;				/* real_parent->tgid: for getppid, which takes no lock */
	struct list_head children, sibling;
	struct list_head thread_group;		/* ring of the process's threads, starting at the leader */
	struct list_head tasks;			/* all group leaders, from init_task */
	struct hlist_node pid_hash;
	struct hlist_node pgrp_node, session_node;	/* leaders only; hashed by number */

	char comm[TASK_COMM_LEN];		/* by alloc_lock */
	spinlock_t alloc_lock;
	struct fs_struct *fs;
	struct files_struct *files;
	const struct cred *cred;
	struct signal_struct *signal;
	struct sighand_struct *sighand;		/* NULL once the task has left (by tasklist_lock) */
	sigmask_t blocked, saved_sigmask;	/* by siglock */
	sigmask_t real_blocked;			/* in sigtimedwait: what is blocked but for it; by siglock */
	struct sigpending pending;		/* for this thread alone */
	unsigned long sas_ss_sp, sas_ss_size;	/* alternate stack */
	u32 sas_ss_flags;
	u32 *set_child_tid, *clear_child_tid;	/* user addresses */
	void *robust_list;			/* user address, futex(2) */
	struct completion *vfork_done;
	struct restart_block {
		long (*fn)(struct restart_block *);
		u64 arg[4];
	} restart_block;

	u64 utime, stime;			/* ns in user and kernel mode */
	u64 start_time;				/* monotonic ns */
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	u32 personality;
	int oom_score_adj;
	int pdeath_signal;
	void *journal_info;
	struct kthread *kthread;		/* kernel/sched/kthread.c; NULL: not made by kthread_create */
	struct worker *worker;			/* a work queue's thread: kernel/sched/workqueue.c */
	struct blk_plug *plug;			/* I/O that it collects: kernel/block/queue.c */
#if DEBUG
	struct held_locks held;			/* lockdep.c */
	u64 hung_switches, hung_ns;		/* hung.c: switches at its last look; how long there were none */
	unsigned int fail_nth;			/* mm/fail.c: this allocation from now on fails; 0: none */
	bool make_it_fail;			/* and this task's may, where only some tasks' do */
#endif
};

#define PF_EXITING 0x4u
#define PF_FORKNOEXEC 0x40u
#define PF_KTHREAD 0x200000u
#define PF_NO_SETAFFINITY 0x4000000u	/* bound to its CPU: kthread_bind */
#define PF_MEMALLOC 0x800u		/* may use the whole reserve: it frees memory */
#define PF_MEMALLOC_NOFAIL 0x1000u	/* its requests for memory that may sleep wait until there is some: see below */
#define PF_SIGNALED 0x400u
#define EXIT_ZOMBIE 1
#define EXIT_DEAD 2

extern struct task_struct init_task;	/* the idle task of the boot CPU: pid 0 */
extern spinlock_t tasklist_lock;
extern struct task_struct *child_reaper;	/* process 1 */

/*
 * Between save and restore the task gets its memory however long that takes: for what cannot be broken off in the middle, such as giving
 * back the blocks of a file that is no more. Not for what a system call could refuse.
 */
static inline u32 memalloc_nofail_save(void)
{
	u32 old = current->flags & PF_MEMALLOC_NOFAIL;

	current->flags |= PF_MEMALLOC_NOFAIL;
	return old;
}
static inline void memalloc_nofail_restore(u32 old) { current->flags = (current->flags & ~PF_MEMALLOC_NOFAIL) | old; }

#define for_each_process(p) list_for_each_entry(p, &init_task.tasks, tasks)
#define for_each_thread(p, t) list_for_each_entry(t, &(p)->signal->thread_head, thread_group)

void __put_task_struct(struct task_struct *t);
static inline void get_task_struct(struct task_struct *t) { atomic_inc(&t->usage); }
static inline void put_task_struct(struct task_struct *t) { if (atomic_dec_and_test(&t->usage)) __put_task_struct(t); }

/* By number. The first needs tasklist_lock; the second takes it and returns a reference or NULL. */
struct task_struct *find_task_by_pid(int pid);
struct task_struct *find_get_task(int pid);
/* tasklist_lock held. */
static inline void set_parent(struct task_struct *t, struct task_struct *parent)
{
	t->real_parent = t->parent = parent;
	WRITE_ONCE(t->ppid, parent->tgid);
}
static inline bool thread_group_leader(const struct task_struct *t) { return t->exit_signal >= 0 && t->pid == t->tgid; }
static inline int task_pgrp(const struct task_struct *t);
static inline int task_session(const struct task_struct *t);

/* The process's shared signal and accounting state. */
struct signal_struct {
	atomic_t count;				/* references: threads, and the zombie leader */
	int nr_threads;				/* that have not become zombies; by siglock */
	int live;				/* that have not begun to exit; by siglock */
	struct list_head thread_head;
	wait_queue_head_t wait_chldexit;
	struct sigpending shared_pending;	/* by siglock */
	int group_exit_code;
	u32 flags;				/* SIGNAL_* */
	int group_stop_count;
	u32 group_signals;			/* that were sent to us among other processes; by tasklist_lock */
	struct task_struct *group_exit_task;	/* who waits in execve for the others to go */
	int pgrp, session;			/* by tasklist_lock */
	bool is_child_subreaper;		/* PR_SET_CHILD_SUBREAPER: orphaned descendants come to us */
	bool leader;				/* of the session */
	struct tty_struct *tty;			/* controlling terminal, by tasklist_lock */
	int tty_old_pgrp;
	struct rlimit64_pair { u64 cur, max; } rlim[RLIM_NLIMITS];	/* by alloc_lock of the leader */
	struct hrtimer real_timer;		/* ITIMER_REAL */
	u64 it_real_incr;			/* ns */
	bool it_real_held;			/* execve has taken it off and will start it again */
	u64 it_virt_value, it_virt_incr, it_prof_value, it_prof_incr;
	struct task_struct *owner;		/* for the timer: the leader */
	u64 utime, stime, cutime, cstime;	/* of ended threads; of waited-for children */
	unsigned long nvcsw, nivcsw, cnvcsw, cnivcsw, min_flt, maj_flt, cmin_flt, cmaj_flt, maxrss, cmaxrss;
};
#define SIGNAL_STOP_STOPPED 0x1u
#define SIGNAL_STOP_CONTINUED 0x2u
#define SIGNAL_GROUP_EXIT 0x4u
#define SIGNAL_STOP_DEQUEUED 0x8u	/* a thread has taken a stop signal, and no SIGCONT has come since */
#define SIGNAL_CLD_STOPPED 0x10u	/* tell the parent */
#define SIGNAL_CLD_CONTINUED 0x20u
#define SIGNAL_UNKILLABLE 0x40u		/* process 1 */

static inline int task_pgrp(const struct task_struct *t) { return t->signal->pgrp; }
static inline int task_session(const struct task_struct *t) { return t->signal->session; }
static inline u64 rlimit(int which) { return current->signal->rlim[which].cur; }

/* kernel/task/fork.c, for kthread_create: a task that will run fn(arg) and end with it, not woken yet; ERR_PTR. */
struct task_struct *kernel_thread(int (*fn)(void *), void *arg);
/* Sum over the live and ended threads, ns. tasklist_lock held. */
void thread_group_cputime(struct task_struct *p, u64 *utime, u64 *stime);
bool is_orphaned_pgrp(int pgrp);
int session_of_pgrp(int pgrp);		/* 0: no such group */
