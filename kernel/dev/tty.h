/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Terminals: a driver moves bytes to and from a device; the line discipline (n_tty) makes lines,
 * echo and signals of them; the terminal is what programs open. docs/terminals.md draws the way of
 * a key press through all three. Semantics: termios(3), ioctl_tty(2), credentials(7).
 *
 * Locks, outermost first:
 *	read_lock, write_lock	one read(2), one write(2) at a time; held while it sleeps
 *	lock			the line discipline's state, settings, column; held for moments, but a mutex
 *	tasklist_lock		who controls: pgrp, session, and the processes' signal->tty
 *	input.lock		the ring between interrupt handler and worker; interrupts off
 * The driver's own lock is a leaf with interrupts off. The two ends of a pseudo-terminal (pty.c) are never locked together.
 */
#include "fs/file.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/workqueue.h"
#include "lib/abi/termios.h"
#include "mm/iov_iter.h"

struct tty_struct;

/* What a driver can do. All but write, write_room and chars_in_buffer may be NULL. */
struct tty_operations {
	int (*open)(struct tty_struct *tty);	/* each open; tty->lock held, count not yet raised, may sleep; 0 or errno */
	void (*close)(struct tty_struct *tty);	/* last close; tty->lock held */
	/* tty->lock held. Takes up to n bytes for output, never waits; returns how many. tty_wakeup() when there is room again. */
	size_t (*write)(struct tty_struct *tty, const u8 *s, size_t n);
	size_t (*write_room)(struct tty_struct *tty);		/* bytes that write would take now; any context */
	size_t (*chars_in_buffer)(struct tty_struct *tty);	/* taken, not yet at the device; any context */
	void (*flush_buffer)(struct tty_struct *tty);		/* drop those; tty->lock held */
	void (*set_termios)(struct tty_struct *tty, const struct ktermios *old);	/* tty->termios is new; tty->lock held */
	void (*stop)(struct tty_struct *tty);			/* flow control: tty->stopped has become true, */
	void (*start)(struct tty_struct *tty);			/* or false; tty->lock held */
	void (*unthrottle)(struct tty_struct *tty);		/* the input ring, once full, has room; tty->lock held */
	void (*hangup)(struct tty_struct *tty);			/* tty->lock held */
	void (*break_ctl)(struct tty_struct *tty, bool on);
	int (*tiocmget)(struct tty_struct *tty);		/* TIOCM_* */
	int (*tiocmset)(struct tty_struct *tty, u32 set, u32 clear);
	int (*ioctl)(struct tty_struct *tty, u32 cmd, unsigned long arg);	/* -ENOIOCTLCMD: unknown */
};

struct tty_driver {
	const char *name;			/* of the device files: "ttyS" and the index + name_base */
	u32 major, minor_start, num, name_base;
	const struct tty_operations *ops;
	struct ktermios init_termios;
	bool reset_termios;			/* settings return to the above when the last file is closed */
	bool is_master;				/* the far end of pseudo-terminals: controls no session */
	struct tty_struct **ttys;		/* by index; NULL: no such device. Set before tty_register_driver */
	/* For drivers whose terminals come and go (ptys): finds or makes, with a reference; ERR_PTR. NULL: take ttys[]. */
	struct tty_struct *(*lookup)(struct tty_driver *driver, u32 index, struct file *file);
	void (*cleanup)(struct tty_struct *tty);	/* the last reference is gone; frees it with free_tty, at once or later */
	struct list_head list;
};

#define N_TTY_BUF_SIZE 4096u
#define TTY_INPUT_SIZE 2048u
#define TTY_ECHO_SIZE 1024u

/* How a byte came in. */
enum tty_flag { TTY_NORMAL, TTY_BREAK, TTY_FRAME, TTY_PARITY, TTY_OVERRUN };

/*
 * The line discipline. Positions count bytes and are taken modulo N_TTY_BUF_SIZE:
 * read_tail <= canon_head <= read_head; what lies before canon_head is complete lines, what lies
 * behind it can still be edited. Without ICANON canon_head means nothing.
 */
struct n_tty_data {
	u8 read_buf[N_TTY_BUF_SIZE];
	unsigned long line_end[N_TTY_BUF_SIZE / BITS_PER_LONG];	/* this byte is the last of a line */
	unsigned long eof[N_TTY_BUF_SIZE / BITS_PER_LONG];	/* and stands for an end of file: not read */
	u32 read_head, canon_head, read_tail;
	u32 column;			/* of the cursor, as far as we can know */
	u32 canon_column;		/* where the line that is being edited began */
	bool lnext;			/* VLNEXT: the next character is no command */
	bool erasing;			/* ECHOPRT: between the \ and the / */
	u8 echo[TTY_ECHO_SIZE];		/* echo that found no room at the driver */
	u32 echo_head, echo_tail;
};

struct tty_input {
	spinlock_t lock;		/* interrupts off; guards all of this */
	u16 ring[TTY_INPUT_SIZE];	/* tty_flag << 8 | byte */
	u32 head, tail;
	bool throttled;			/* a byte found no room: the driver waits for unthrottle */
};

struct tty_struct {
	atomic_t ref;
	struct tty_driver *driver;
	u32 index;
	void *driver_data;
	struct mutex lock, read_lock, write_lock;
	u32 count;			/* open files, by lock */
	u32 hangups;			/* a file opened before the last of them is dead; by lock */
	bool exclusive;			/* TIOCEXCL, by lock */
	bool stopped;			/* output, by VSTOP or TCOOFF; by lock */
	bool tco_stopped;		/* by TCOOFF: IXANY does not start it again */
	struct tty_struct *link;	/* the other end of a pseudo-terminal, or NULL; exists as long as this one */
	bool other_closed;		/* that has been closed: reads give EIO; by the slave's lock */
	bool packet;			/* a master's TIOCPKT: its reads tell of the bits below */
	u8 pktstatus;			/* a slave's TIOCPKT_*, not read yet; by packet_lock */
	struct ktermios termios;	/* by lock */
	struct winsize winsize;		/* by lock */
	int pgrp, session;		/* foreground group and session, 0: none; by tasklist_lock */
	wait_queue_head_t read_wait, write_wait;
	struct work_struct work;	/* input through the line discipline, waiting echo out */
	struct tty_input input;
	struct n_tty_data ldisc;	/* by lock */
};

/* What settings, size and job control asked of a master are about: its slave. */
static inline struct tty_struct *real_tty(struct tty_struct *tty) { return tty->driver->is_master ? tty->link : tty; }

#define I_FLAG(tty, f) ((tty)->termios.c_iflag & (f))
#define O_FLAG(tty, f) ((tty)->termios.c_oflag & (f))
#define L_FLAG(tty, f) ((tty)->termios.c_lflag & (f))
#define TTY_CC(tty, n) ((tty)->termios.c_cc[n])

/* Drivers. */
extern const struct ktermios tty_std_termios;
int tty_register_driver(struct tty_driver *driver);	/* makes the device files; from device_initcall on. 0 or errno */
struct tty_struct *alloc_tty(struct tty_driver *driver, u32 index, void *driver_data);	/* one reference; NULL: no memory */
static inline struct tty_struct *tty_get(struct tty_struct *tty) { atomic_inc(&tty->ref); return tty; }
void tty_put(struct tty_struct *tty);		/* sleeps */
void free_tty(struct tty_struct *tty);		/* waits for its work; nothing may come in any more */

/* Input, any context. tty_insert_flip_char: false if the ring is full (unthrottle will follow). */
bool tty_insert_flip_char(struct tty_struct *tty, u8 c, enum tty_flag flag);
size_t tty_insert_flip_string(struct tty_struct *tty, const char *s, size_t n);
void tty_flip_buffer_push(struct tty_struct *tty);	/* let the line discipline look at it */
size_t tty_buffer_room(struct tty_struct *tty);		/* in bytes; less than TTY_MIN_ROOM: unthrottle will follow */
bool tty_buffer_get(struct tty_struct *tty, u8 *c, enum tty_flag *flag);	/* false: empty */
void tty_buffer_flush(struct tty_struct *tty);
void tty_buffer_unthrottle(struct tty_struct *tty);	/* tty->lock held */
bool tty_buffer_empty(struct tty_struct *tty);
void tty_wakeup(struct tty_struct *tty);		/* the driver has room again; any context */
void tty_run_work(struct tty_struct *tty);		/* the worker's job, here and now, if there is input. Sleeps */

/* The terminal itself. */
bool tty_hung_up(struct file *file);		/* the file was opened before a hang-up: it is dead */
void tty_hangup(struct tty_struct *tty);		/* all open files are dead. Sleeps */
#define TTY_MIN_ROOM 8u				/* a byte becomes at most so many (a tab): with less, output waits */
size_t tty_write_room(struct tty_struct *tty);	/* 0 while stopped */
size_t tty_chars_in_buffer(struct tty_struct *tty);
void tty_set_stopped(struct tty_struct *tty, bool stop);	/* tty->lock held */
bool tty_is_console_file(struct file *file);	/* opened as /dev/console */
u32 tty_devnum(struct tty_struct *tty);		/* MKDEV(major, minor) */
int tty_foreground_pgrp(struct tty_struct *tty);	/* -1: none */
struct tty_struct *console_tty(void);		/* what /dev/console is, with a reference, or NULL */
const char *tty_name(const struct tty_struct *tty, char *buf, size_t n);

/* n_tty.c, n_tty_read.c, n_tty_output.c: the line discipline. */
#define N_TTY_POS(i) ((i) % N_TTY_BUF_SIZE)
static inline u32 n_tty_read_cnt(const struct n_tty_data *ld) { return ld->read_head - ld->read_tail; }
bool n_tty_input_available(struct tty_struct *tty, u32 wanted);	/* a line, or so many bytes if raw; any context */
void n_tty_open(struct tty_struct *tty);
ssize_t n_tty_read(struct tty_struct *tty, struct file *file, struct iov_iter *to);
ssize_t n_tty_write(struct tty_struct *tty, struct file *file, struct iov_iter *from);
u32 n_tty_poll(struct tty_struct *tty, struct file *file, poll_table *wait);
void n_tty_receive(struct tty_struct *tty);		/* all of the input ring that there is room for; lock held */
void n_tty_set_termios(struct tty_struct *tty, const struct ktermios *old);	/* lock held */
void n_tty_flush_input(struct tty_struct *tty);		/* lock held */
void n_tty_echo(struct tty_struct *tty, const char *s, size_t n);	/* lock held */
void n_tty_flush_echo(struct tty_struct *tty);		/* what the driver has room for; lock held */
size_t n_tty_inq(struct tty_struct *tty);		/* FIONREAD; lock held */

/* pty.c: pseudo-terminals. */
/* A slave's state has changed: TIOCPKT_* bits for its master's next read, if that is in packet mode. Any other terminal: nothing. */
void tty_packet_event(struct tty_struct *tty, u8 clear, u8 set);
u8 tty_packet_status(struct tty_struct *master);	/* those bits, which are then taken as read */
long pty_open_peer(struct tty_struct *master, struct file *file, u32 flags);	/* TIOCGPTPEER: descriptor or errno */

/* tty_ioctl.c */
long tty_ioctl(struct file *file, u32 cmd, unsigned long arg);
int tty_wait_until_sent(struct tty_struct *tty);	/* 0 or -ERESTARTSYS */
u32 tty_termios_baud_rate(const struct ktermios *termios);	/* bits per second; 0: hang up */

/* tty_jobctrl.c: sessions, groups and their terminal. */
/* May the current task do this? 0; -ERESTARTSYS: sig (SIGTTIN, SIGTTOU) is on its way; -EIO: never. */
int tty_check_change(struct tty_struct *tty, int sig);
void tty_signal_pgrp(struct tty_struct *tty, int sig);	/* to the foreground group, if there is one */
struct tty_struct *get_current_tty(void);	/* the controlling terminal with a reference, or NULL */
void tty_open_proc_set_tty(struct file *file, struct tty_struct *tty);	/* open(2) without O_NOCTTY */
void tty_hangup_session(struct tty_struct *tty, bool leader_exits);
long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *file, u32 cmd, unsigned long arg);	/* -ENOIOCTLCMD */

/* console.c: which consoles the command line names; see console=. */
struct console;
void console_add(struct console *con);	/* registers it, enabled as the command line says */
u32 console_baud(const char *name, int index, u32 otherwise);
