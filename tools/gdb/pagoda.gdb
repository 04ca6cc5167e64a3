# SPDX-License-Identifier: MIT
# What `make gdb` reads: connects to the QEMU of `make qemu-gdb` and stops at kernel_main.
# $pagoda_socket is set by the Makefile. Below: commands that know the kernel's structures.
set pagination off
set confirm off
set architecture i386
set print pretty on
set disassembly-flavor intel
eval "target remote %s", $pagoda_socket

define current
	if runqueues[0].curr
		printf "%s[%d] task_struct %p, mm_struct %p\n", runqueues[0].curr->comm, runqueues[0].curr->pid, runqueues[0].curr, runqueues[0].curr->mm
	else
		printf "no task yet: sched_init() has not run\n"
	end
end
document current
The task that runs, also while the CPU is in user mode.
end

define tasks
	set $p = (struct task_struct *)&init_task
	set $offset = (unsigned)&((struct task_struct *)0)->tasks
	printf "  pid parent state  name\n"
	set $p = (struct task_struct *)((unsigned)$p->tasks.next - $offset)
	while $p != &init_task
		printf "%5d  %5d  %4x  %s\n", $p->pid, $p->real_parent->pid, $p->state, $p->comm
		set $p = (struct task_struct *)((unsigned)$p->tasks.next - $offset)
	end
end
document tasks
All processes: number, parent, state (TASK_* of kernel/sched/sched.h; 0 is runnable) and name.
end

define areas
	set $vma = runqueues[0].curr->mm ? runqueues[0].curr->mm->mmap : (struct vm_area_struct *)0
	while $vma
		printf "%08x-%08x flags %x", $vma->vm_start, $vma->vm_end, $vma->vm_flags
		if $vma->vm_file
			printf " page %u of %s", $vma->vm_pgoff, $vma->vm_file->f_path.dentry->d_name.name
		end
		printf "\n"
		set $vma = $vma->vm_next
	end
end
document areas
The areas of the running task's address space, as /proc/PID/maps shows them. Flags: VM_* of mm/mm.h.
end

define walk
	set $a = (unsigned)$arg0
	set $pgd = (runqueues[0].curr && runqueues[0].curr->active_mm ? runqueues[0].curr->active_mm->pgd : (pgd_t *)swapper_pg_dir) + ($a >> 30)
	printf "pgd[%u] = %016llx\n", $a >> 30, $pgd->pgd
	set $pmd = (pmd_t *)(((unsigned)$pgd->pgd & ~0xfff) + 0xc0000000) + (($a >> 21) & 511)
	printf "pmd[%u] = %016llx\n", ($a >> 21) & 511, $pmd->pmd
	if ($pmd->pmd & 0x81) == 1
		set $pte = (pte_t *)(((unsigned)$pmd->pmd & ~0xfff) + 0xc0000000) + (($a >> 12) & 511)
		printf "pte[%u] = %016llx\n", ($a >> 12) & 511, $pte->pte
	end
end
document walk
walk ADDRESS: the entries of the page tables on the way to an address in the running task's address space.
The low bits of an entry: 1 present, 2 writable, 4 user, 20 accessed, 40 dirty, 80 a 2 MiB page.
end

# A hardware breakpoint: the kernel's pages are not mapped yet where QEMU stands now.
thbreak kernel_main
continue
set pagination on
