/* SPDX-License-Identifier: MIT */
/*
 * kernel_main: from the first C statement to process 1, in the order in which things come to depend
 * on each other. Then this task becomes the boot CPU's idle task.
 */
#include "boot/multiboot.h"
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/dev/console.h"
#include "kernel/init.h"
#include "kernel/ktest.h"
#include "kernel/multiboot.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/workqueue.h"
#include "kernel/syscall.h"
#include "kernel/task/internal.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/bootmem.h"
#include "mm/zone.h"

extern const initcall_t __start_initcall[], __stop_initcall[];

static void run_initcalls(void)
{
	for (const initcall_t *fn = __start_initcall; fn < __stop_initcall; fn++) {
		u32 count = preempt_count();
		int err = (*fn)();

		lockdep_returned("the initcall", (void *)*fn, count, 0);
		if (err)
			pr_warn("initcall at %p failed: error %d\n", (void *)*fn, -err);
	}
}

/*
 * Process 1: what init= says; else, in a ramdisk, /init (or rdinit=), and on a disk the first of these that is there.
 * Its arguments are what followed "--".
 */
static const char *const disk_inits[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh", NULL };
static const char *const default_env[] = { "HOME=/", "TERM=linux", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };

static void __noreturn no_init(const char *tried, int err)
{
	panic("No working init: cannot run %s as process 1 (error %d%s). Give a ramdisk with an executable /init "
	      "(-initrd with QEMU), a disk with an executable /sbin/init, or name the program with init=", tried, -err,
	      err == -ENOENT ? ": there is no such file" : err == -EACCES ? ": it is not executable" :
	      err == -ENOEXEC ? ": it is neither ELF nor a #! script" : "");
}

/* True if it runs; the current task becomes it when it goes to user mode. last: there is nothing else to try. */
static bool start_init(const char *name, const char **argv, bool last)
{
	static char path[256];
	int err;

	strscpy(path, name, sizeof(path));
	argv[0] = path;
	err = kernel_execve(path, argv, default_env);
	if (err && (last || err != -ENOENT))
		no_init(path, err);
	if (!err)
		pr_info("running %s as process 1\n", path);
	return !err;
}

static int run_init(void *unused)
{
	const char *argv[MAX_INIT_ARGS + 2] = { NULL }, *init = cmdline_find("init");
	bool ramdisk = ramdisk_end > ramdisk_start;
	struct file *console;
	int err;

	(void)unused;
	smp_init();
	run_initcalls();
	child_reaper = current;
	if (trace_init)
		set_thread_flag(current_thread_info(), TIF_SYSCALL_TRACE);
	current->signal->flags |= SIGNAL_UNKILLABLE;
	if (ramdisk) {
		err = populate_rootfs(__va(ramdisk_start), ramdisk_end - ramdisk_start);
		if (err)
			panic("the ramdisk cannot be used (error %d); make one with `make` (build/ramdisk.cpio) or cpio -H newc", -err);
		free_reserved_range(ramdisk_start >> PAGE_SHIFT, ALIGN(ramdisk_end, PAGE_SIZE) >> PAGE_SHIFT);
	}
	run_kernel_tests();		/* test=kernel: does not return */
	if (!ramdisk)
		mount_root();
	console = filp_open("/dev/console", O_RDWR, 0);
	if (IS_ERR(console)) {
		pr_warn("no /dev/console: process 1 starts without open files\n");
	} else {
		for (int i = 0; i < 3; i++)
			fd_install((unsigned)get_unused_fd_flags(0), get_file(console));
		fput(console);
	}
	cmdline_init_args(argv + 1, MAX_INIT_ARGS);
	if (init || ramdisk)
		return !start_init(init ?: cmdline_find("rdinit") ?: "/init", argv, true);
	for (int i = 0; disk_inits[i]; i++)
		if (start_init(disk_inits[i], argv, !disk_inits[i + 1]))
			break;
	return 0;
}

void kernel_main(u32 magic, u32 info_phys);
void kernel_main(u32 magic, u32 info_phys)
{
	struct task_struct *init;

	*current_thread_info() = (struct thread_info){ .task = &init_task, .guard = STACK_GUARD };
	cpu_detect();
	gdt_init(0);
	idt_init();
	if (magic != MULTIBOOT_BOOTLOADER_MAGIC)
		panic("not started by a multiboot loader (magic %08x)", magic);
	multiboot_command_line(info_phys);
	cmdline_parse_early();
	serial_console_init();
	vga_console_init();
	pr_notice("Pagoda on %s%s%s\n", boot_cpu.model[0] ? boot_cpu.model : boot_cpu.vendor,
		  boot_cpu.nx ? ", NX" : "", boot_cpu.sysenter ? ", SYSENTER" : "");
	multiboot_memory(info_phys);
	mem_init();
	irq_init();
	sched_init();
	clock_init();
	fpu_init();
	sysenter_init();
	vdso_init();
	fork_init();
	signals_init();
	workqueue_early_init();
	init_task.signal->thread_head.next = init_task.signal->thread_head.prev = &init_task.signal->thread_head;
	local_irq_enable();
	system_running = true;
	vfs_init();
	init = kthread_run(run_init, NULL, "init");
	if (IS_ERR(init))
		panic("cannot make process 1");
	cpu_idle();
}
