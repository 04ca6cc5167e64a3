/* SPDX-License-Identifier: MIT */
/*
 * The small files of /proc/PID: texts from the task itself (comm, limits, oom_score_adj) and from its memory (cmdline,
 * environ, auxv). How a task is found and who may look is in fs/proc/pid.c.
 */
#include "fs/proc/internal.h"
#include "lib/abi/auxvec.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/string.h"
#include "mm/mm.h"

static int proc_single_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task_struct *task = get_proc_task(inode);
	int err;

	if (!task)
		return -ESRCH;
	err = PROC_I(inode)->entry->private && !proc_may_inspect(task) ? -EACCES : PROC_I(inode)->entry->show(m, task);
	put_task_struct(task);
	return err;
}

static int proc_single_open(struct inode *inode, struct file *file)
{
	return single_open(file, proc_single_show, inode);
}
const struct file_operations proc_single_fops = {
	.open = proc_single_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,
};

/* Bytes of [start, end) of the task's memory from *pos on. */
static ssize_t read_area(struct mm_struct *mm, unsigned long start, unsigned long end, struct iov_iter *to, loff_t *pos)
{
	char *page = (char *)__get_free_page(GFP_KERNEL);
	ssize_t done = 0;

	if (!page)
		return -ENOMEM;
	while (iov_iter_count(to) && *pos >= 0 && *pos < (loff_t)(end - start)) {
		size_t n = min_t(u64, min_t(size_t, iov_iter_count(to), PAGE_SIZE), end - start - *pos);
		size_t got = access_process_vm(mm, start + (unsigned long)*pos, page, n, false);
		size_t copied = copy_to_iter(page, got, to);

		*pos += copied;
		done += copied;
		if (copied < got && !done)
			done = -EFAULT;
		if (copied < n)
			break;
	}
	free_page((unsigned long)page);
	return done;
}

/* A program may overwrite its arguments to change its title, and run on into its environment with it. */
static unsigned long title_end(struct mm_struct *mm)
{
	char last = 0;

	if (mm->arg_end > mm->arg_start && mm->env_end > mm->env_start && mm->env_start == mm->arg_end)
		access_process_vm(mm, mm->arg_end - 1, &last, 1, false);
	return last ? mm->env_end : mm->arg_end;
}

static ssize_t read_strings(struct file *file, struct iov_iter *to, loff_t *pos, bool env)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	struct mm_struct *mm;
	ssize_t ret = 0;

	if (!task)
		return -ESRCH;
	if (env && !proc_may_inspect(task)) {
		put_task_struct(task);
		return -EACCES;
	}
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return 0;
	if (env)
		ret = read_area(mm, mm->env_start, mm->env_end, to, pos);
	else
		ret = read_area(mm, mm->arg_start, title_end(mm), to, pos);
	mmput(mm);
	return ret;
}

static ssize_t cmdline_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return read_strings(file, to, pos, false);
}

static ssize_t environ_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return read_strings(file, to, pos, true);
}
const struct file_operations proc_cmdline_fops = { .read = cmdline_read, .llseek = generic_file_llseek };
const struct file_operations proc_environ_fops = { .read = environ_read, .llseek = generic_file_llseek };

static ssize_t auxv_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	struct mm_struct *mm;
	ssize_t ret = 0;
	size_t size = 0;

	if (!task)
		return -ESRCH;
	mm = proc_may_inspect(task) ? get_task_mm(task) : ERR_PTR(-EACCES);
	put_task_struct(task);
	if (IS_ERR_OR_NULL(mm))
		return mm ? PTR_ERR(mm) : 0;
	do
		size += 2;
	while (size < ARRAY_SIZE(mm->auxv) && mm->auxv[size - 2] != AT_NULL);
	size *= sizeof(mm->auxv[0]);
	if (*pos >= 0 && *pos < (loff_t)size) {
		ret = copy_to_iter((char *)mm->auxv + *pos, size - (size_t)*pos, to);
		*pos += ret;
	}
	mmput(mm);
	return ret;
}
const struct file_operations proc_auxv_fops = { .read = auxv_read, .llseek = generic_file_llseek };

int proc_comm_show(struct seq_file *m, struct task_struct *task)
{
	char comm[TASK_COMM_LEN];

	spin_lock(&task->alloc_lock);
	memcpy(comm, task->comm, sizeof(comm));
	spin_unlock(&task->alloc_lock);
	seq_printf(m, "%s\n", comm);
	return 0;
}

ssize_t proc_get_text(struct iov_iter *from, char *buf, size_t size)
{
	size_t n = iov_iter_count(from), keep = min(n, size - 1);

	if (copy_from_iter(buf, keep, from) != keep)
		return -EFAULT;
	buf[keep] = '\0';
	strim(buf);
	return n;
}

static ssize_t comm_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	char comm[TASK_COMM_LEN];
	ssize_t n = proc_get_text(from, comm, sizeof(comm));
	struct task_struct *task;

	if (n < 0)
		return n;
	task = get_proc_task(file->f_inode);
	if (!task)
		return -ESRCH;
	if (task->group_leader != current->group_leader) {
		n = -EINVAL;
	} else {
		spin_lock(&task->alloc_lock);
		strlcpy(task->comm, comm, sizeof(task->comm));
		spin_unlock(&task->alloc_lock);
	}
	put_task_struct(task);
	return n;
}
const struct file_operations proc_comm_fops = {
	.open = proc_single_open, .read = seq_read, .write = comm_write, .llseek = seq_lseek, .release = single_release,
};

int proc_oom_score_adj_show(struct seq_file *m, struct task_struct *task)
{
	seq_printf(m, "%d\n", task->oom_score_adj);
	return 0;
}

static ssize_t oom_score_adj_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct task_struct *task;
	char text[16];
	ssize_t n = proc_get_text(from, text, sizeof(text));
	int value;

	if (n < 0)
		return n;
	if (kstrtoint(text, 10, &value) || value < -1000 || value > 1000)
		return -EINVAL;
	task = get_proc_task(file->f_inode);
	if (!task)
		return -ESRCH;
	if (value < task->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		n = -EACCES;
	else
		task->group_leader->oom_score_adj = task->oom_score_adj = value;
	put_task_struct(task);
	return n;
}
const struct file_operations proc_oom_score_adj_fops = {
	.open = proc_single_open, .read = seq_read, .write = oom_score_adj_write, .llseek = seq_lseek,
	.release = single_release,
};

int proc_personality_show(struct seq_file *m, struct task_struct *task)
{
	seq_printf(m, "%08x\n", task->personality);
	return 0;
}

static void put_limit(struct seq_file *m, u64 value)
{
	if (value == RLIM64_INFINITY)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20llu ", (unsigned long long)value);
}

int proc_limits_show(struct seq_file *m, struct task_struct *task)
{
	static const struct { const char *name, *unit; } limits[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { "Max cpu time", "seconds" },
		[RLIMIT_FSIZE] = { "Max file size", "bytes" },
		[RLIMIT_DATA] = { "Max data size", "bytes" },
		[RLIMIT_STACK] = { "Max stack size", "bytes" },
		[RLIMIT_CORE] = { "Max core file size", "bytes" },
		[RLIMIT_RSS] = { "Max resident set", "bytes" },
		[RLIMIT_NPROC] = { "Max processes", "processes" },
		[RLIMIT_NOFILE] = { "Max open files", "files" },
		[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
		[RLIMIT_AS] = { "Max address space", "bytes" },
		[RLIMIT_LOCKS] = { "Max file locks", "locks" },
		[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
		[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
		[RLIMIT_NICE] = { "Max nice priority", NULL },
		[RLIMIT_RTPRIO] = { "Max realtime priority", NULL },
		[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
	};
	unsigned int i;

	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", limits[i].name);
		put_limit(m, task->signal->rlim[i].cur);
		put_limit(m, task->signal->rlim[i].max);
		if (limits[i].unit)
			seq_printf(m, "%-10s", limits[i].unit);
		seq_putc(m, '\n');
	}
	return 0;
}
