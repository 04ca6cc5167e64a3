/* SPDX-License-Identifier: MIT */
/*
 * Signals: numbers, flags, and what is told about one. The stack frame that a handler finds is in ucontext.h.
 * Source: signal(7), sigaction(2), sigaltstack(2), sigevent(7); layouts from the kernel's asm/signal.h and
 * asm-generic/siginfo.h.
 */
#ifndef LIB_ABI_SIGNAL_H
#define LIB_ABI_SIGNAL_H

#include "lib/abi/types.h"

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN 32	/* the kernel's; a libc may keep the first few for itself */
#define _NSIG 64	/* the highest signal number: bit 63 of a sigset_t */
#define SIGRTMAX _NSIG

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_UNSUPPORTED 0x00000400u
#define SA_EXPOSE_TAGBITS 0x00000800u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_NOMASK SA_NODEFER
#define SA_RESETHAND 0x80000000u
#define SA_ONESHOT SA_RESETHAND

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

typedef void (*__sighandler_t)(int);

#define SIG_DFL ((__sighandler_t)0)
#define SIG_IGN ((__sighandler_t)1)
#define SIG_ERR ((__sighandler_t)-1)

/* Signal n is bit n - 1. The calls' sigsetsize argument must be sizeof(sigset_t). */
typedef struct {
	__u32 sig[2];
} sigset_t;
ABI_SIZE(sigset_t, 8);

/* rt_sigaction, call 174. libc's struct sigaction orders the same members otherwise. */
struct kernel_sigaction {
	__sighandler_t sa_handler;
	__u32 sa_flags;
	void (*sa_restorer)(void);
	sigset_t sa_mask;
};
ABI_SIZE(struct kernel_sigaction, 20);
ABI_OFFSET(struct kernel_sigaction, sa_mask, 12);

/* sigaction, call 67 */
struct old_sigaction {
	__sighandler_t sa_handler;
	__u32 sa_mask;
	__u32 sa_flags;
	void (*sa_restorer)(void);
};
ABI_SIZE(struct old_sigaction, 16);

typedef struct sigaltstack {
	void *ss_sp;
	__s32 ss_flags;
	__u32 ss_size;
} stack_t;
ABI_SIZE(stack_t, 12);

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

union sigval {
	__s32 sival_int;
	void *sival_ptr;
};
typedef union sigval sigval_t;

/* What is told about a signal, by its kind. */
union __sifields {
	struct { /* kill(2) */
		__s32 _pid;
		__u32 _uid;
	} _kill;

	struct { /* POSIX.1b timers */
		__s32 _tid;
		__s32 _overrun;
		sigval_t _sigval;
		__s32 _sys_private;
	} _timer;

	struct { /* sigqueue(3) and other POSIX.1b signals */
		__s32 _pid;
		__u32 _uid;
		sigval_t _sigval;
	} _rt;

	struct { /* SIGCHLD */
		__s32 _pid;
		__u32 _uid;
		__s32 _status;
		__s32 _utime; /* clock ticks */
		__s32 _stime;
	} _sigchld;

	struct { /* SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP */
		void *_addr;
		union {
			__s32 _trapno;
			__s16 _addr_lsb; /* SIGBUS: BUS_MCEERR_* */
			struct {
				char _dummy_bnd[4];
				void *_lower;
				void *_upper;
			} _addr_bnd;
			struct {
				char _dummy_pkey[4];
				__u32 _pkey;
			} _addr_pkey;
		};
	} _sigfault;

	struct { /* SIGPOLL */
		__s32 _band;
		__s32 _fd;
	} _sigpoll;

	struct { /* SIGSYS */
		void *_call_addr;
		__s32 _syscall;
		__u32 _arch;
	} _sigsys;
};

#define SI_MAX_SIZE 128

typedef struct siginfo {
	__s32 si_signo;
	__s32 si_errno;
	__s32 si_code;
	union __sifields _sifields;
	__s32 _unused[(SI_MAX_SIZE - 12 - sizeof(union __sifields)) / 4];
} siginfo_t;
ABI_SIZE(siginfo_t, 128);
ABI_OFFSET(siginfo_t, _sifields, 12);
ABI_OFFSET(siginfo_t, _sifields._rt._sigval, 20);
ABI_OFFSET(siginfo_t, _sifields._sigchld._status, 20);

#define si_pid _sifields._kill._pid
#define si_uid _sifields._kill._uid
#define si_tid _sifields._timer._tid
#define si_overrun _sifields._timer._overrun
#define si_status _sifields._sigchld._status
#define si_utime _sifields._sigchld._utime
#define si_stime _sifields._sigchld._stime
#define si_value _sifields._rt._sigval
#define si_int _sifields._rt._sigval.sival_int
#define si_ptr _sifields._rt._sigval.sival_ptr
#define si_addr _sifields._sigfault._addr
#define si_trapno _sifields._sigfault._trapno
#define si_band _sifields._sigpoll._band
#define si_fd _sifields._sigpoll._fd
#define si_call_addr _sifields._sigsys._call_addr
#define si_syscall _sifields._sigsys._syscall
#define si_arch _sifields._sigsys._arch

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO (-5)
#define SI_TKILL (-6)
#define SI_DETHREAD (-7)
#define SI_ASYNCNL (-60)

#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define TRAP_HWBKPT 4
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4

/* timer_create(2), mq_notify(2) */
typedef struct sigevent {
	sigval_t sigev_value;
	__s32 sigev_signo;
	__s32 sigev_notify;
	union {
		__s32 _pad[13];
		__s32 _tid;
		struct {
			void (*_function)(sigval_t);
			void *_attribute;
		} _sigev_thread;
	} _sigev_un;
} sigevent_t;
ABI_SIZE(sigevent_t, 64);

#define sigev_notify_function _sigev_un._sigev_thread._function
#define sigev_notify_attributes _sigev_un._sigev_thread._attribute
#define sigev_notify_thread_id _sigev_un._tid

#endif
