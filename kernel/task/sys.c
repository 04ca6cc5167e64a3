/* SPDX-License-Identifier: MIT */
/* Who and what: numbers of processes, groups and sessions; the system's name; prctl, personality, sysinfo. */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "kernel/task/uts.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/prctl.h"
#include "lib/abi/sysinfo.h"
#include "mm/swap.h"
#include "lib/div64.h"
#include "lib/string.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/zone.h"

long sys_getpid(void);
long sys_getpid(void) { return current->tgid; }
long sys_gettid(void);
long sys_gettid(void) { return current->pid; }

long sys_getppid(void);
long sys_getppid(void) { return READ_ONCE(current->ppid); }

/* ---- groups and sessions (setpgid(2), setsid(2)) ---- */

/* tasklist_lock held. */
static int may_setpgid(struct task_struct *p, int pgid)
{
	struct task_struct *me = current->group_leader, *member;
	bool found = false;

	if (p->real_parent->group_leader == me) {
		if (task_session(p) != task_session(me))
			return -EPERM;
		if (!(p->flags & PF_FORKNOEXEC))
			return -EACCES;
	} else if (p != me) {
		return -ESRCH;
	}
	if (p->signal->leader)
		return -EPERM;
	if (pgid == p->pid)
		return 0;
	for_each_in_pgrp(member, pgid)
		found |= task_session(member) == task_session(me);
	return found ? 0 : -EPERM;
}

long sys_setpgid(int pid, int pgid);
long sys_setpgid(int pid, int pgid)
{
	struct task_struct *p;
	int err = -ESRCH;

	pid = pid ?: current->tgid;
	pgid = pgid ?: pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(pid);
	if (p && !thread_group_leader(p))
		err = -EINVAL;
	else if (p)
		err = may_setpgid(p, pgid);
	if (!err && task_pgrp(p) != pgid) {
		detach_pgrp(p);
		attach_pgrp(p, pgid);
	}
	spin_unlock(&tasklist_lock);
	return err;
}

static long id_of(int pid, int (*get)(const struct task_struct *))
{
	struct task_struct *p;
	long id = -ESRCH;

	spin_lock(&tasklist_lock);
	p = pid ? find_task_by_pid(pid) : current;
	if (p)
		id = get(p);
	spin_unlock(&tasklist_lock);
	return id;
}

long sys_getpgid(int pid);
long sys_getpgid(int pid) { return id_of(pid, task_pgrp); }
long sys_getpgrp(void);
long sys_getpgrp(void) { return id_of(0, task_pgrp); }
long sys_getsid(int pid);
long sys_getsid(int pid) { return id_of(pid, task_session); }

long sys_setsid(void);
long sys_setsid(void)
{
	struct task_struct *leader = current->group_leader, *p;
	long err = 0;

	spin_lock(&tasklist_lock);
	if (leader->signal->leader)
		err = -EPERM;
	for_each_in_pgrp(p, leader->pid)
		err = -EPERM;
	if (!err) {
		detach_pgrp(leader);
		detach_session(leader);
		attach_pgrp(leader, leader->pid);
		attach_session(leader, leader->pid);
		leader->signal->leader = true;
		leader->signal->tty = NULL;
		err = leader->pid;
	}
	spin_unlock(&tasklist_lock);
	return err;
}

/* ---- names ---- */

struct new_utsname utsname = {
	.sysname = "Linux",			/* programs ask for the ABI, not for the brand */
	.nodename = "pagoda",
	.release = "6.1.0-pagoda",
	.version = "#1 Pagoda SMP PREEMPT",
	.machine = "i686",
	.domainname = "(none)",
};
DECLARE_RWSEM(uts_sem);

long sys_newuname(struct new_utsname *name);
long sys_newuname(struct new_utsname *name)
{
	struct new_utsname copy;

	down_read(&uts_sem);
	copy = utsname;
	up_read(&uts_sem);
	if (current->personality & 0x0020000)	/* UNAME26 */
		strscpy(copy.release, "2.6.61", sizeof(copy.release));
	return copy_to_user(name, &copy, sizeof(copy)) ? -EFAULT : 0;
}

static long set_name(char *field, const char *name, int len)
{
	char copy[__NEW_UTS_LEN + 1] = { 0 };

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(copy, name, (size_t)len))
		return -EFAULT;
	down_write(&uts_sem);
	memcpy(field, copy, sizeof(copy));
	up_write(&uts_sem);
	return 0;
}

long sys_sethostname(const char *name, int len);
long sys_sethostname(const char *name, int len) { return set_name(utsname.nodename, name, len); }
long sys_setdomainname(const char *name, int len);
long sys_setdomainname(const char *name, int len) { return set_name(utsname.domainname, name, len); }

long sys_personality(u32 persona);
long sys_personality(u32 persona)
{
	u32 old = current->personality;

	if (persona != 0xffffffff)
		current->personality = persona;
	return (long)old;
}

static long set_comm(const char *user)
{
	char name[TASK_COMM_LEN] = { 0 };

	if (strncpy_from_user(name, user, TASK_COMM_LEN - 1) < 0)
		return -EFAULT;
	spin_lock(&current->alloc_lock);
	memcpy(current->comm, name, TASK_COMM_LEN);
	spin_unlock(&current->alloc_lock);
	return 0;
}

long sys_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5);
long sys_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
{
	(void)a3, (void)a4, (void)a5;
	switch (option) {
	case PR_SET_PDEATHSIG:
		if (a2 > 64)
			return -EINVAL;
		current->pdeath_signal = (int)a2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int *)a2);
	case PR_SET_CHILD_SUBREAPER:
		current->signal->is_child_subreaper = a2 != 0;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)current->signal->is_child_subreaper, (int *)a2);
	case PR_SET_NAME:
		return set_comm((const char *)a2);
	case PR_GET_NAME:
		return copy_to_user((void *)a2, current->comm, TASK_COMM_LEN) ? -EFAULT : 0;
	case PR_GET_DUMPABLE:
		return 1;
	case PR_GET_KEEPCAPS:
		return 0;
	case PR_CAPBSET_READ:
		return a2 <= 40 ? 1 : -EINVAL;
	default:
		return -EINVAL;
	}
}

long sys_sysinfo(struct sysinfo *user);
long sys_sysinfo(struct sysinfo *user)
{
	struct sysinfo i = { 0 };
	unsigned long load[3];

	get_avenrun(load);
	i.uptime = (s32)div_u64(ktime_get(), NSEC_PER_SEC);
	for (int k = 0; k < 3; k++)
		i.loads[k] = load[k] << (SI_LOAD_SHIFT - 11);
	/* In bytes while that fits, else in pages. */
	i.mem_unit = totalram_pages() < (1u << 20) ? 1 : PAGE_SIZE;
#define UNITS(pages) ((u32)((pages) * (PAGE_SIZE / i.mem_unit)))
	i.totalram = UNITS(totalram_pages());
	i.freeram = UNITS(nr_free_pages());
	i.totalhigh = UNITS(totalhigh_pages());
	i.freehigh = UNITS(nr_free_highpages());
#undef UNITS
	si_swapinfo(&i);
	i.procs = (u16)nr_threads_total;
	return copy_to_user(user, &i, sizeof(i)) ? -EFAULT : 0;
}
