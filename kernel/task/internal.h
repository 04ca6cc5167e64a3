/* SPDX-License-Identifier: MIT */
#pragma once
/* What the files of kernel/task/ share with each other only. */
#include "kernel/task/task.h"

struct user_desc;
void do_exit(int code) __noreturn;		/* this thread; code as wait(2) gives it */
void do_group_exit(int code) __noreturn;	/* the whole process */
void put_signal_struct(struct signal_struct *sig);
void put_sighand(struct sighand_struct *s);
/* For execve: handlers that are ours alone, made while it can still fail (0, -ENOMEM) and used when the other threads are gone. */
int spare_sighand(struct sighand_struct **spare);
void use_sighand(struct sighand_struct *spare);
void release_task(struct task_struct *t);	/* a zombie that nobody will ask about any more */
void init_itimers(struct signal_struct *sig, struct task_struct *leader);
void exit_itimers(struct signal_struct *sig);	/* the process ends: all timers off */
/* execve keeps setitimer(2)'s timers: held while the process changes its leader and handlers, then for the current thread. */
void hold_itimers(struct signal_struct *sig);
void resume_itimers(struct signal_struct *sig);
/* One of the three TLS entries. can_allocate: entry_number -1 picks a free one and is written back. 0 or errno. */
int set_tls(struct thread_struct *t, const struct user_desc *user, bool can_allocate);
void mm_release(struct task_struct *t, struct mm_struct *mm);	/* exec and exit: robust list, clear_child_tid, vfork */
void exit_robust_list(struct task_struct *t);
/* Ends all other threads of the process and waits for them; the caller becomes the leader. 0 or -EAGAIN. */
int de_thread(void);
void flush_signal_handlers(struct task_struct *t);	/* execve: handlers back to default */
void flush_sigqueue(struct sigpending *p);
bool exit_signals(struct task_struct *t);		/* true: no other thread of the process is left */
/* A child has changed: SIGCHLD to the parent and wake it. tasklist_lock held. */
bool do_notify_parent(struct task_struct *t, int sig);	/* true: the parent does not care, reap at once */
void do_notify_parent_cldstop(struct task_struct *t, int why);
extern int nr_threads_total, max_threads;
extern unsigned long total_forks;
void fork_init(void);
struct task_struct *fork_idle(u32 cpu);			/* the idle task of another CPU, pid 0; ERR_PTR */
void signals_init(void);
long do_execve(const char *filename, char *const *argv, char *const *envp);
/* From a kernel thread: kernel strings. */
int kernel_execve(const char *filename, const char *const *argv, const char *const *envp);
/*
 * Members that are forking see it before their children are there. session: of which the group must be, for its number can be
 * given to another; 0: any. 0, or -ESRCH: nobody. tasklist_lock held.
 */
int __kill_pgrp(int pgrp, int session, int sig, int priv);
void signal_wake_up(struct task_struct *t, bool fatal);	/* siglock held */
void futex_wake(void *uaddr, int nr);			/* who waits as shared, current mm */
/* The leader's places in its group and session go to another thread of it. tasklist_lock held. */
void detach_pgrp_keep(struct task_struct *leader, struct task_struct *heir);
struct rusage;
#define RUSAGE_BOTH_TASK (-2)				/* the process with its waited-for children */
/* Adds what the thread has run, exactly in sum, divided as the ticks say. */
void add_thread_times(struct task_struct *t, u64 *utime, u64 *stime);
void getrusage_of(struct task_struct *p, int who, struct rusage *r);
void disassociate_ctty(struct task_struct *leader);	/* kernel/dev/tty: the session leader ends */
void set_current_blocked(sigmask_t mask);
int dequeue_wanted(sigmask_t wanted, struct kernel_siginfo *info);
int do_sigaction(int sig, const struct k_sigaction *new, struct k_sigaction *old);
int kill_task(int sig, struct kernel_siginfo *info, struct task_struct *t, bool group);	/* with permission check; tasklist_lock held */
