/* SPDX-License-Identifier: MIT */
/* Thread-local storage: three GDT entries a thread may fill (set_thread_area(2)); they travel with it. */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "lib/abi/errno.h"
#include "lib/abi/ldt.h"

#define TLS_ENTRIES 3

/* All zero but these two: the way to say "empty" (set_thread_area(2)). */
static bool is_empty(const struct user_desc *d)
{
	return (!d->base_addr && !d->limit && !d->contents && d->read_exec_only && !d->seg_32bit && !d->limit_in_pages &&
		d->seg_not_present && !d->useable) ||
		(!d->base_addr && !d->limit && !d->contents && !d->read_exec_only && !d->seg_32bit && !d->limit_in_pages &&
		!d->seg_not_present && !d->useable);
}

/* A data segment of privilege 3, 32-bit; code and system segments are refused. */
static int to_descriptor(const struct user_desc *d, struct user_desc_entry *e)
{
	if (is_empty(d)) {
		*e = (struct user_desc_entry){ 0, 0 };
		return 0;
	}
	if (!d->seg_32bit || d->contents > 1 || d->seg_not_present)
		return -EINVAL;
	e->a = (d->base_addr & 0xffff) << 16 | (d->limit & 0xffff);
	e->b = (d->base_addr & 0xff000000) | ((d->base_addr & 0xff0000) >> 16) | (d->limit & 0xf0000) |
		(u32)!d->read_exec_only << 9 | (u32)d->contents << 10 | 1u << 12 | 3u << 13 | 1u << 15 | 1u << 8 |
		(u32)d->useable << 20 | 1u << 22 | (u32)d->limit_in_pages << 23;
	return 0;
}

static int free_entry(const struct thread_struct *t)
{
	for (int i = 0; i < TLS_ENTRIES; i++)
		if (!t->tls_array[i].a && !t->tls_array[i].b)
			return i;
	return -ESRCH;
}

int set_tls(struct thread_struct *t, const struct user_desc *user, bool can_allocate)
{
	struct user_desc d;
	struct user_desc_entry e;
	int index, err;

	if (copy_from_user(&d, user, sizeof(d)))
		return -EFAULT;
	err = to_descriptor(&d, &e);
	if (err)
		return err;
	index = (int)d.entry_number;
	if (index == -1 && can_allocate) {
		index = free_entry(t);
		if (index < 0)
			return index;
		index += GDT_TLS_MIN;
		if (put_user((u32)index, &((struct user_desc *)user)->entry_number))
			return -EFAULT;
	}
	if (index < GDT_TLS_MIN || index >= GDT_TLS_MIN + TLS_ENTRIES)
		return -EINVAL;
	t->tls_array[index - GDT_TLS_MIN] = e;
	return 0;
}

long sys_set_thread_area(struct user_desc *user);
long sys_set_thread_area(struct user_desc *user)
{
	struct thread_struct *t = &current->thread;
	u32 gs, fs;
	int err = set_tls(t, user, true);

	if (err)
		return err;
	preempt_disable();
	current_segments(&gs, &fs);
	load_tls(t);
	load_gs_fs(gs, fs);		/* the descriptor behind them may be the one that changed */
	preempt_enable();
	return 0;
}

long sys_get_thread_area(struct user_desc *user);
long sys_get_thread_area(struct user_desc *user)
{
	const struct user_desc_entry *e;
	struct user_desc d = { 0 };
	int index;

	if (get_user(index, (int *)&user->entry_number))
		return -EFAULT;
	if (index < GDT_TLS_MIN || index >= GDT_TLS_MIN + TLS_ENTRIES)
		return -EINVAL;
	e = &current->thread.tls_array[index - GDT_TLS_MIN];
	d.entry_number = (u32)index;
	d.base_addr = e->a >> 16 | (e->b & 0xff) << 16 | (e->b & 0xff000000);
	d.limit = (e->a & 0xffff) | (e->b & 0xf0000);
	d.seg_32bit = e->b >> 22 & 1;
	d.contents = e->b >> 10 & 3;
	d.read_exec_only = !(e->b >> 9 & 1);
	d.limit_in_pages = e->b >> 23 & 1;
	d.seg_not_present = !(e->b >> 15 & 1);
	d.useable = e->b >> 20 & 1;
	return copy_to_user(user, &d, sizeof(d)) ? -EFAULT : 0;
}
