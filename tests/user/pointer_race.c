/* SPDX-License-Identifier: MIT */
/*
 * System calls on memory that another thread unmaps, protects and maps again all the time: each succeeds, or does a part, or says
 * EFAULT; never anything else, never a fault in the kernel, and what fails leaves nothing behind.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "thread.h"

#define RW (PROT_READ | PROT_WRITE)
#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define ROUNDS 400

static char *area;		/* four pages; the last three come and go, and so does what is in them */
static volatile int stop;
static int file, dir, null, zero, pipes[2];
static long at_once[2];

static void shaker(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !stop; i++) {
		char *p = area + (1 + i % 3) * PAGE;

		switch (i % 7) {
		case 0: raw_syscall(__NR_munmap, p, PAGE); break;
		case 1: raw_syscall(__NR_mprotect, p, PAGE, PROT_READ); break;
		case 2: raw_syscall(__NR_mprotect, p, PAGE, PROT_NONE); break;
		case 3: raw_syscall(__NR_madvise, p, PAGE, MADV_DONTNEED); break;
		case 4: raw_syscall(__NR_mmap2, p, PAGE, RW, FLAGS, -1, 0); break;
		case 5: raw_syscall(__NR_mmap2, p, PAGE, RW, MAP_SHARED | MAP_FIXED, file, 0); break;
		default: raw_syscall(__NR_mmap2, area + PAGE, 3 * PAGE, RW, FLAGS, -1, 0);
		}
	}
}

static long two_buffers(int nr, int fd, char *p)
{
	struct iovec v[2] = { { area, 10 }, { p, 200 } };

	return raw_syscall(nr, fd, v, 2);
}

static long new_pipe(char *p)
{
	long r = raw_syscall(__NR_pipe, p);

	/* Its numbers may have gone with the page: they are the lowest that were free. */
	if (r == 0)
		for (int fd = zero + 1; fd < zero + 3; fd++)
			close(fd);
	return r;
}

static long child(char *p)
{
	pid_t pid = fork();
	long r;

	if (pid == 0)
		_exit(0);
	r = raw_syscall(__NR_wait4, pid, p, 0, p + 8);
	return r == pid ? 0 : r;
}

/* A path that a call before has left there: of nothing, of a directory, or too long a name. */
static int of_a_path(long r)
{
	return r == -ENOENT || r == -EINVAL || r == -ENAMETOOLONG;
}

/* What the call may give besides EFAULT: at least 0, or this error; -1 stands for those of a path. */
static long call(int which, char *p, int *other)
{
	*other = 0;
	switch (which) {
	case 0: return raw_syscall(__NR_pread64, zero, p, 3000, 0, 0);
	case 1: return raw_syscall(__NR_pread64, file, p, 3000, 0, 0);
	case 2: return raw_syscall(__NR_pwrite64, file, p, 3000, 0, 0);
	case 3: return two_buffers(__NR_readv, zero, p);
	case 4: return two_buffers(__NR_writev, null, p);
	case 5: return raw_syscall(__NR_getcwd, p, 100);
	case 6: return raw_syscall(__NR_stat64, "/", p);
	case 7: *other = -1; return raw_syscall(__NR_stat64, p, area);
	case 8: return new_pipe(p);
	case 9: *other = EBADF; return raw_syscall(__NR__newselect, 10, p, 0, 0, at_once);
	case 10: return raw_syscall(__NR_clock_gettime, 1, p);
	case 11: *other = EINVAL; return raw_syscall(__NR_rt_sigaction, 10, 0, p, 8);
	case 12: lseek(dir, 0, SEEK_SET); return raw_syscall(__NR_getdents64, dir, p, 500);
	case 13: *other = EAGAIN; return raw_syscall(__NR_futex, p, FUTEX_WAIT, 12345, 0, 0, 0);
	case 14: return raw_syscall(__NR_futex, p, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0);
	case 15: return raw_syscall(__NR_ioctl, pipes[0], 0x541b, p);
	case 16: raw_syscall(__NR_write, pipes[1], area, 50); return raw_syscall(__NR_read, pipes[0], p, 50);
	case 17: *other = EAGAIN; return raw_syscall(__NR_write, pipes[1], p, 100);
	case 18: return raw_syscall(__NR_getrusage, 0, p);
	case 19: return raw_syscall(__NR_getrandom, p, 3000, 0);
	case 20: return raw_syscall(__NR_uname, p);
	case 21: *other = ENOENT; return raw_syscall(__NR_execve, "/none", p, p);
	case 22: return raw_syscall(__NR_poll, p, 1, 0);
	case 23: *other = EINVAL; return raw_syscall(__NR_rt_sigprocmask, 0, 0, p, 8);
	case 24: return raw_syscall(__NR_getitimer, 0, p);
	case 25: return child(p);
	case 26: return raw_syscall(__NR_mincore, area, PAGE, p);
	case 27: *other = -1; return raw_syscall(__NR_readlink, p, area, 50);
	case 28: *other = EINVAL; return raw_syscall(__NR_sendfile, pipes[1], file, p, 1);
	default: return -1000;
	}
}

static void drain(void)
{
	static char buf[65536];

	while (read(pipes[0], buf, sizeof buf) > 0)
		;
}

int main(void)
{
	static struct thread thread;
	int strange = 0, done_well[32] = { 0 }, faults = 0, first_free, other;
	long r;

	signal(SIGBUS, SIG_IGN);
	file = make_file("file", 2 * PAGE);
	dir = open(".", O_RDONLY);
	null = open("/dev/null", O_RDWR);
	CHECK(pipe(pipes) == 0);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	fcntl(pipes[1], F_SETFL, O_NONBLOCK);
	zero = open("/dev/zero", O_RDWR);
	area = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED && zero > pipes[1]);
	CHECK(thread_start(&thread, shaker, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++)
		for (int which = 0; (r = call(which, area + (1 + i % 3) * PAGE - (i % 2 ? 4 : 0), &other)) != -1000; which++) {
			if (r >= 0 || (other == -1 ? of_a_path(r) : r == -other))
				done_well[which] = 1;
			else if (r == -EFAULT)
				faults++;
			else if (strange++ < 5)
				SAY("call %d gave %ld\n", which, r);
			if (which == 17)
				drain();
		}
	stop = 1;
	thread_join(&thread);
	CHECK(faults > 0);
	for (int which = 0; which < 29; which++)
		if (!done_well[which])
			SAY("call %d never succeeded\n", which), test_failures++;
	first_free = dup(0);
	SAY("%d strange answers, %d descriptors left behind\n", strange, first_free - (zero + 1));
	unlink("file");
	return done();
}
