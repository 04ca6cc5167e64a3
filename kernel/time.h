/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Clocks and timers. Time is counted in nanoseconds (u64). The monotonic clock starts near zero at boot and comes
 * from the TSC; the real-time clock is the monotonic one plus an offset that settimeofday changes.
 */
#include "lib/list.h"
#include "lib/rbtree.h"
#include "lib/types.h"

#define HZ 250u
#define NSEC_PER_SEC 1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull
#define TICK_NSEC (NSEC_PER_SEC / HZ)

extern volatile u32 jiffies;		/* timer ticks since boot */

u64 ktime_get(void);			/* CLOCK_MONOTONIC, ns; any context */
u64 ktime_get_real(void);		/* CLOCK_REALTIME, ns since 1970-01-01 UTC */
u32 get_seconds(void);			/* the same in seconds, from the last tick: cheap, for time stamps */
u64 ktime_get_coarse_real(void);	/* real time at the last tick, ns */
void settimeofday_ns(u64 real);
u64 ktime_real_offset(void);

/*
 * A timer calls its function once when the monotonic clock has reached expires: from the clock's interrupt, or, a soft one,
 * from a softirq, with interrupts on.
 */
enum hrtimer_state { HRTIMER_IDLE, HRTIMER_QUEUED, HRTIMER_EXPIRED };
struct hrtimer {
	union {
		struct rb_node node;	/* QUEUED */
		struct list_head entry;	/* EXPIRED: soft, its softirq is to come */
	};
	u64 expires;			/* ns */
	void (*function)(struct hrtimer *timer);
	u32 cpu;			/* on whose tree it is or was last */
	u8 state;			/* enum hrtimer_state */
	bool soft;
};
void hrtimer_init(struct hrtimer *t, void (*function)(struct hrtimer *));
void hrtimer_init_soft(struct hrtimer *t, void (*function)(struct hrtimer *));
void hrtimer_start(struct hrtimer *t, u64 expires);	/* or moves it */
/* After it returns the function is not running and will not run; true if it had been pending. Not from the function itself;
   a soft one's not from an interrupt handler either. */
bool hrtimer_cancel(struct hrtimer *t);

void udelay(u32 usec);			/* busy wait */
