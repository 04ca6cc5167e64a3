/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID: a directory for every process, made when somebody looks, and the same for each thread in
 * /proc/PID/task/TID.
 *
 * Nothing here keeps a task alive. An inode knows the task's number and start time and looks the task up for
 * every operation; a number that was given to another task meanwhile does not match. Dentries are validated at
 * each walk and freed as soon as nobody uses them, so a task's end has nothing to clean up in /proc.
 */
#include "fs/proc/internal.h"
#include "lib/abi/capability.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/mm.h"

struct task_struct *get_proc_task(const struct inode *inode)
{
	struct task_struct *t = find_get_task(PROC_I(inode)->pid);

	if (t && t->start_time != PROC_I(inode)->start_time) {
		put_task_struct(t);
		return NULL;
	}
	return t;
}

bool proc_may_inspect(struct task_struct *task)
{
	const struct cred *me = current->cred;
	u32 uid, gid;
	bool same;

	if (task->group_leader == current->group_leader)
		return true;
	spin_lock(&task->alloc_lock);
	uid = task->cred->uid;
	gid = task->cred->gid;
	same = task->cred->euid == uid && task->cred->suid == uid && task->cred->egid == gid && task->cred->sgid == gid;
	spin_unlock(&task->alloc_lock);
	return (same && me->fsuid == uid && me->fsgid == gid) || capable(CAP_SYS_PTRACE);
}

static void set_owner(struct inode *inode, struct task_struct *task)
{
	spin_lock(&task->alloc_lock);
	inode->i_uid = task->cred->euid;
	inode->i_gid = task->cred->egid;
	spin_unlock(&task->alloc_lock);
}

struct inode *proc_pid_make_inode(struct super_block *sb, struct task_struct *task, umode_t mode)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	PROC_I(inode)->pid = task->pid;
	PROC_I(inode)->start_time = task->start_time;
	inode->i_mode = mode;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	set_owner(inode, task);
	return inode;
}

static int pid_revalidate(struct dentry *dentry)
{
	struct task_struct *task = get_proc_task(dentry->d_inode);

	if (!task)
		return 0;
	set_owner(dentry->d_inode, task);
	put_task_struct(task);
	return 1;
}

static int pid_delete_dentry(const struct dentry *dentry)
{
	return 1;
}

const struct dentry_operations pid_dentry_operations = { .d_revalidate = pid_revalidate, .d_delete = pid_delete_dentry };

struct dentry *proc_instantiate(struct dentry *dentry, struct inode *inode, const struct dentry_operations *d_op)
{
	if (!inode)
		return ERR_PTR(-ENOMEM);
	dentry->d_op = d_op;
	d_add(dentry, inode);
	return NULL;
}

int proc_name_to_int(const struct qstr *name)
{
	int n = 0;
	u32 i;

	if (!name->len || name->len > 9 || (name->name[0] == '0' && name->len > 1))
		return -1;
	for (i = 0; i < name->len; i++) {
		if (!isdigit(name->name[i]))
			return -1;
		n = n * 10 + name->name[i] - '0';
	}
	return n;
}

/* Links to files: the walk jumps there, whatever its name is now. */
static const char *proc_pid_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	struct task_struct *task = get_proc_task(inode);
	int err = -ENOENT;

	if (!task)
		return ERR_PTR(-ENOENT);
	err = proc_may_inspect(task) ? PROC_I(inode)->entry->get_path(task, &done->jump) : -EACCES;
	put_task_struct(task);
	return err ? ERR_PTR(err) : NULL;
}
const struct inode_operations proc_pid_link_iops = { .get_link = proc_pid_get_link };

static int proc_cwd(struct task_struct *task, struct path *path)
{
	int err = -ENOENT;

	spin_lock(&task->alloc_lock);
	if (task->fs) {
		get_fs_pwd(task->fs, path);
		err = 0;
	}
	spin_unlock(&task->alloc_lock);
	return err;
}

static int proc_root_link(struct task_struct *task, struct path *path)
{
	int err = -ENOENT;

	spin_lock(&task->alloc_lock);
	if (task->fs) {
		get_fs_root(task->fs, path);
		err = 0;
	}
	spin_unlock(&task->alloc_lock);
	return err;
}

static int proc_exe(struct task_struct *task, struct path *path)
{
	struct mm_struct *mm = get_task_mm(task);
	int err = -ENOENT;

	if (!mm)
		return -ENOENT;
	down_read(&mm->mmap_sem);
	if (mm->exe_file) {
		*path = mm->exe_file->f_path;
		path_get(path);
		err = 0;
	}
	up_read(&mm->mmap_sem);
	mmput(mm);
	return err;
}

static int mounts_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &mounts_seq_ops);
}
static const struct file_operations mounts_fops = {
	.open = mounts_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release,
};

static int mountinfo_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &mountinfo_seq_ops);
}
static const struct file_operations mountinfo_fops = {
	.open = mountinfo_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release,
};

static const struct inode_operations task_dir_iops;
static const struct file_operations task_dir_fops;

#define TEXT(NAME, MODE, SHOW) { .name = NAME, .mode = S_IFREG | (MODE), .show = SHOW, .fops = &proc_single_fops }
#define LINK(NAME, GET) { .name = NAME, .mode = S_IFLNK | S_IRWXU, .get_path = GET, .iops = &proc_pid_link_iops }
#define FILE_(NAME, MODE, FOPS) { .name = NAME, .mode = S_IFREG | (MODE), .fops = &(FOPS) }
#define DIR(NAME, MODE, IOPS, FOPS) { .name = NAME, .mode = S_IFDIR | (MODE), .iops = &(IOPS), .fops = &(FOPS) }

#if DEBUG
#define FAIL_ENTRIES FILE_("fail-nth", 0644, proc_fail_nth_fops), FILE_("make-it-fail", 0644, proc_make_it_fail_fops),
#else
#define FAIL_ENTRIES
#endif
#define COMMON_ENTRIES								\
	DIR("fd", 0500, proc_fd_iops, proc_fd_fops),				\
	DIR("fdinfo", 0555, proc_fdinfo_iops, proc_fdinfo_fops),		\
	FILE_("environ", 0400, proc_environ_fops),					\
	FILE_("auxv", 0400, proc_auxv_fops),						\
	TEXT("status", 0444, proc_pid_status),					\
	TEXT("sched", 0644, proc_sched_show),					\
	TEXT("personality", 0400, proc_personality_show),				\
	TEXT("limits", 0444, proc_limits_show),					\
	{ .name = "comm", .mode = S_IFREG | 0644, .show = proc_comm_show, .fops = &proc_comm_fops },	\
	FILE_("cmdline", 0444, proc_cmdline_fops),					\
	TEXT("statm", 0444, proc_pid_statm),					\
	FILE_("maps", 0444, proc_maps_fops),					\
	FILE_("smaps", 0444, proc_smaps_fops),					\
	FILE_("pagemap", 0400, proc_pagemap_fops),				\
	FAIL_ENTRIES								\
	LINK("cwd", proc_cwd),							\
	LINK("root", proc_root_link),						\
	LINK("exe", proc_exe),							\
	FILE_("mounts", 0444, mounts_fops),					\
	FILE_("mountinfo", 0444, mountinfo_fops),				\
	{ .name = "oom_score_adj", .mode = S_IFREG | 0644, .show = proc_oom_score_adj_show, .fops = &proc_oom_score_adj_fops }

/* Of a process; "task" is first, the table of a thread has all but that. */
static const struct pid_entry tgid_entries[] = {
	DIR("task", 0555, task_dir_iops, task_dir_fops),
	COMMON_ENTRIES,
	TEXT("stat", 0444, proc_tgid_stat),
};
static const struct pid_entry tid_entries[] = {
	COMMON_ENTRIES,
	TEXT("stat", 0444, proc_pid_stat),
};

static u64 entry_ino(int pid, unsigned int index)
{
	return ((u64)pid << 16 | (index + 2)) & 0xefffffff;
}

static struct dentry *lookup_in(struct inode *dir, struct dentry *dentry, const struct pid_entry *table, unsigned int n)
{
	struct task_struct *task = get_proc_task(dir);
	struct dentry *ret = ERR_PTR(-ENOENT);
	struct inode *inode;
	unsigned int i;

	if (!task)
		return ERR_PTR(-ENOENT);
	for (i = 0; i < n; i++) {
		const struct pid_entry *e = &table[i];

		if (strcmp(e->name, dentry->d_name.name))
			continue;
		inode = proc_pid_make_inode(dir->i_sb, task, e->mode);
		if (inode) {
			inode->i_ino = entry_ino(task->pid, i);
			PROC_I(inode)->entry = e;
			if (e->iops)
				inode->i_op = e->iops;
			if (e->fops)
				inode->i_fop = e->fops;
			if (S_ISDIR(e->mode))
				set_nlink(inode, e->iops == &task_dir_iops ? 3 : 2);
			if (S_ISLNK(e->mode))
				inode->i_size = 64;
		}
		ret = proc_instantiate(dentry, inode, &pid_dentry_operations);
		break;
	}
	put_task_struct(task);
	return ret;
}

static int readdir_in(struct file *file, struct dir_context *ctx, const struct pid_entry *table, unsigned int n)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	unsigned int i;

	if (!task)
		return -ENOENT;
	if (dir_emit_dots(file, ctx))
		for (i = ctx->pos - 2; i < n; i++, ctx->pos++)
			if (!dir_emit(ctx, table[i].name, strlen(table[i].name), entry_ino(task->pid, i), IFTODT(table[i].mode)))
				break;
	put_task_struct(task);
	return 0;
}

static struct dentry *tgid_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup_in(dir, dentry, tgid_entries, ARRAY_SIZE(tgid_entries));
}

static int tgid_readdir(struct file *file, struct dir_context *ctx)
{
	return readdir_in(file, ctx, tgid_entries, ARRAY_SIZE(tgid_entries));
}

static struct dentry *tid_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup_in(dir, dentry, tid_entries, ARRAY_SIZE(tid_entries));
}

static int tid_readdir(struct file *file, struct dir_context *ctx)
{
	return readdir_in(file, ctx, tid_entries, ARRAY_SIZE(tid_entries));
}

static const struct inode_operations tgid_iops = { .lookup = tgid_lookup };
static const struct file_operations tgid_fops = { .llseek = generic_file_llseek, .iterate_shared = tgid_readdir };
static const struct inode_operations tid_iops = { .lookup = tid_lookup };
static const struct file_operations tid_fops = { .llseek = generic_file_llseek, .iterate_shared = tid_readdir };

static struct inode *task_dir_inode(struct super_block *sb, struct task_struct *task, bool process)
{
	struct inode *inode = proc_pid_make_inode(sb, task, S_IFDIR | 0555);

	if (!inode)
		return NULL;
	inode->i_ino = entry_ino(task->pid, process ? 0xfffc : 0xfffb);
	inode->i_op = process ? &tgid_iops : &tid_iops;
	inode->i_fop = process ? &tgid_fops : &tid_fops;
	set_nlink(inode, process ? 5 : 4);
	return inode;
}

/* A thread's number leads to a directory as well, though only processes are listed. */
struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *dentry)
{
	int pid = proc_name_to_int(&dentry->d_name);
	struct task_struct *task = pid > 0 ? find_get_task(pid) : NULL;
	struct dentry *ret;

	if (!task)
		return ERR_PTR(-ENOENT);
	ret = proc_instantiate(dentry, task_dir_inode(dir->i_sb, task, true), &pid_dentry_operations);
	put_task_struct(task);
	return ret;
}

#define BATCH 32
/* The smallest numbers from first on of processes or (leader not NULL) of its threads, sorted; how many. */
static unsigned int next_pids(struct task_struct *leader, int first, int *pids)
{
	struct task_struct *t;
	unsigned int n = 0, i;

#define INSERT(nr) do {								\
		int nr_ = (nr);							\
		if (nr_ < first || !nr_ || (n == BATCH && nr_ > pids[n - 1]))		\
			break;							\
		for (i = n < BATCH ? n++ : n - 1; i > 0 && pids[i - 1] > nr_; i--)	\
			pids[i] = pids[i - 1];					\
		pids[i] = nr_;							\
	} while (0)
	spin_lock(&tasklist_lock);
	if (leader) {
		if (leader->sighand)
			for_each_thread(leader, t)
				INSERT(t->pid);
	} else {
		for_each_process(t)
			INSERT(t->pid);
	}
	spin_unlock(&tasklist_lock);
#undef INSERT
	return n;
}

/* Positions are numbers of tasks, moved up by base. */
static int readdir_pids(struct dir_context *ctx, struct task_struct *leader, int base)
{
	int pids[BATCH];
	unsigned int n, i;

	while ((n = next_pids(leader, (int)ctx->pos - base, pids)) > 0)
		for (i = 0; i < n; i++) {
			char name[12];
			int len = snprintf(name, sizeof(name), "%d", pids[i]);

			ctx->pos = pids[i] + base;
			if (!dir_emit(ctx, name, len, entry_ino(pids[i], leader ? 0xfffb : 0xfffc), DT_DIR))
				return 0;
			ctx->pos++;
		}
	return 0;
}

int proc_pid_readdir(struct file *file, struct dir_context *ctx, int base)
{
	return readdir_pids(ctx, NULL, base);
}

unsigned int nr_processes(void)
{
	struct task_struct *p;
	unsigned int n = 0;

	spin_lock(&tasklist_lock);
	for_each_process(p)
		n++;
	spin_unlock(&tasklist_lock);
	return n;
}

static struct dentry *task_dir_lookup(struct inode *dir, struct dentry *dentry)
{
	int tid = proc_name_to_int(&dentry->d_name);
	struct task_struct *leader = get_proc_task(dir), *task = tid > 0 && leader ? find_get_task(tid) : NULL;
	struct dentry *ret = ERR_PTR(-ENOENT);

	if (task && task->tgid == leader->tgid)
		ret = proc_instantiate(dentry, task_dir_inode(dir->i_sb, task, false), &pid_dentry_operations);
	if (task)
		put_task_struct(task);
	if (leader)
		put_task_struct(leader);
	return ret;
}

static int task_dir_readdir(struct file *file, struct dir_context *ctx)
{
	struct task_struct *leader = get_proc_task(file->f_inode);

	if (!leader)
		return -ENOENT;
	if (dir_emit_dots(file, ctx))
		readdir_pids(ctx, leader, 2);
	put_task_struct(leader);
	return 0;
}

static const struct inode_operations task_dir_iops = { .lookup = task_dir_lookup };
static const struct file_operations task_dir_fops = { .llseek = generic_file_llseek, .iterate_shared = task_dir_readdir };
