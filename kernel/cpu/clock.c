/* SPDX-License-Identifier: MIT */
/*
 * Where time comes from. The time-stamp counter gives nanoseconds between events; the programmable
 * interval timer (8254, 1,193,182 Hz) tells us once how fast the counter runs; the CMOS clock gives the
 * date at boot. Each CPU's local APIC interrupts it when something is due (kernel/timer.c); on a machine
 * without APICs the 8254 does, HZ times a second.
 *
 * ns = tsc * mult >> 32 with a 32.32 multiplier: two multiplications, no division. Sources: Intel
 * 8254 data sheet; MC146818 data sheet; SDM volume 3, 17.17.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/vdso.h"
#include "kernel/cpu/vdso/data.h"
#include "kernel/panic.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/spinlock.h"
#include "kernel/time.h"
#include "kernel/timer.h"
#include "lib/div64.h"

#define PIT_HZ 1193182u
enum { PIT_CH0 = 0x40, PIT_CH2 = 0x42, PIT_CMD = 0x43, SPEAKER = 0x61 };

volatile u32 jiffies;
u32 tsc_khz;
static u64 tsc_base;
static u32 tsc_mult;		/* ns per cycle, 32 fractional bits, if below 4 GHz ns per cycle < 1 */
static u32 tsc_mult_int;	/* whole ns per cycle, for CPUs below 1 GHz and for icount */

/* Written by the boot CPU's tick and by settimeofday under wall_lock; readers need none: they read again if seq has changed. */
static DEFINE_SPINLOCK(wall_lock);
static struct wall {
	volatile u32 seq;	/* odd: being written */
	u64 real_offset;	/* ns from monotonic to real time */
	u64 tick_mono;		/* monotonic time at the last tick */
} wall;

/* TSC cycles while channel 2 of the PIT counts down. */
static u64 measure_tsc(u32 pit_ticks)
{
	u64 before, after, end;

	outb((inb(SPEAKER) & ~0x02u) | 0x01, SPEAKER);	/* gate on, speaker off */
	outb(0xb0, PIT_CMD);				/* channel 2, mode 0 */
	outb((u8)pit_ticks, PIT_CH2);
	before = rdtsc();
	outb((u8)(pit_ticks >> 8), PIT_CH2);		/* the count begins somewhere in here */
	after = rdtsc();
	while (!(inb(SPEAKER) & 0x20))
		;
	end = rdtsc();
	return end - before - (after - before) / 2;
}

static void calibrate(void)
{
	const u32 pit_ticks = PIT_HZ * 3 / 1000;
	u64 cycles = ~0ull >> 32, scaled;
	u32 rem;

	/* A host that puts the virtual CPU aside only ever makes a measure longer: the shortest of five times 3 ms. */
	for (int i = 0; i < 5; i++)
		cycles = min(cycles, measure_tsc(pit_ticks));
	tsc_khz = (u32)div_u64(cycles * PIT_HZ, pit_ticks * 1000u);
	BUG_ON(tsc_khz == 0);
	/* mult = 10^6 * 2^32 / kHz */
	scaled = div_u64_rem(1000000ull << 12, tsc_khz, &rem);
	scaled = (scaled << 20) + div_u64((u64)rem << 20, tsc_khz);
	tsc_mult = (u32)scaled;
	tsc_mult_int = (u32)(scaled >> 32);
}

static u64 cycles_to_ns(u64 cycles)
{
	u32 low = (u32)cycles, high = (u32)(cycles >> 32);

	return cycles * tsc_mult_int + (u64)high * tsc_mult + ((u64)low * tsc_mult >> 32);
}

u64 ktime_get(void) { return cycles_to_ns(rdtsc() - tsc_base); }

static struct wall read_wall(void)
{
	struct wall w;

	do {
		while ((w.seq = wall.seq) & 1)
			cpu_relax();
		barrier();
		w.real_offset = wall.real_offset;
		w.tick_mono = wall.tick_mono;
		barrier();
	} while (wall.seq != w.seq);
	return w;
}

u64 ktime_real_offset(void) { return read_wall().real_offset; }
u64 ktime_get_real(void) { return ktime_get() + ktime_real_offset(); }

u64 ktime_get_coarse_real(void)
{
	struct wall w = read_wall();

	return w.tick_mono + w.real_offset;
}

u32 get_seconds(void) { return (u32)div_u64(ktime_get_coarse_real(), NSEC_PER_SEC); }

/* Programs read these without a lock; the sequence number tells them when to read again. wall_lock held. */
void update_vdso_clock(void)
{
	struct vdso_data *d = vdso_clock_data();
	u64 now = rdtsc(), ns = cycles_to_ns(now - tsc_base), real;

	if (!d)
		return;
	d->seq++;
	smp_wmb();
	d->mult = tsc_mult;
	d->mult_int = tsc_mult_int;
	real = div_u64_rem(ns + wall.real_offset, NSEC_PER_SEC, &d->real.nsec);
	d->max_cycles = real >> 32 ? 0 : tsc_khz * 500;
	d->tsc_last = now;
	d->frac = (u32)(now - tsc_base) * tsc_mult;
	d->mono.sec = (u32)div_u64_rem(ns, NSEC_PER_SEC, &d->mono.nsec);
	d->real.sec = (u32)real;
	smp_wmb();
	d->seq++;
}

void settimeofday_ns(u64 real)
{
	unsigned long flags;

	spin_lock_irqsave(&wall_lock, flags);
	wall.seq++;
	barrier();
	wall.real_offset = real - ktime_get();
	barrier();
	wall.seq++;
	update_vdso_clock();
	spin_unlock_irqrestore(&wall_lock, flags);
}

void udelay(u32 usec)
{
	u64 end = ktime_get() + usec * NSEC_PER_USEC;

	while (ktime_get() < end)
		cpu_relax();
}

static u8 cmos(u8 reg)
{
	outb(reg, 0x70);
	return inb(0x71);
}

static u32 from_bcd(u8 v) { return (v & 0x0fu) + (v >> 4) * 10u; }

/* Days from 1970-01-01 to the date, by counting whole years of March to February. */
static u32 days_since_epoch(u32 year, u32 month, u32 day)
{
	u32 y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static u64 read_rtc(void)
{
	u8 r[6], again[6], mode;
	static const u8 regs[6] = { 0, 2, 4, 7, 8, 9 };	/* second minute hour day month year */

	/* Read until two readings agree: an update may come in between. */
	do {
		for (int i = 0; i < 6; i++)
			r[i] = cmos(regs[i]);
		for (int i = 0; i < 6; i++)
			again[i] = cmos(regs[i]);
	} while (__builtin_memcmp(r, again, 6) != 0);
	mode = cmos(0x0b);
	if (!(mode & 4))
		for (int i = 0; i < 6; i++)
			r[i] = (u8)(i == 2 ? (r[i] & 0x80) | from_bcd(r[i] & 0x7f) : from_bcd(r[i]));
	if (!(mode & 2))		/* 12-hour clock; bit 7 is afternoon */
		r[2] = (u8)((r[2] & 0x7f) % 12 + (r[2] & 0x80 ? 12 : 0));
	return ((u64)days_since_epoch(2000u + r[5], r[4], r[3]) * 24 + r[2]) * 3600 + r[1] * 60u + r[0];
}

static void tick_wall(u32 ticks)
{
	spin_lock(&wall_lock);
	jiffies += ticks;
	wall.seq++;
	barrier();
	wall.tick_mono = ktime_get();
	barrier();
	wall.seq++;
	update_vdso_clock();
	spin_unlock_no_resched(&wall_lock);
}

/* A host may put the boot CPU aside for long, while others go on: one of them then does its work. */
static bool wall_is_late(void) { return (s64)(ktime_get() - wall.tick_mono) > 3 * (s64)TICK_NSEC; }

void tick(struct pt_regs *regs, u32 ticks)
{
	if (smp_processor_id() == 0)
		tick_wall(ticks);
	else if (unlikely(wall_is_late()))
		tick_wall(0);
	account_tick(user_mode(regs));
	scheduler_tick();
}

static bool pit_interrupt(struct pt_regs *regs, void *arg)
{
	(void)arg;
	timer_interrupt(regs);
	return true;
}

static void start_pit(void)
{
	u32 divisor = (PIT_HZ + HZ / 2) / HZ;

	outb(0x34, PIT_CMD);		/* channel 0, mode 2: rate generator */
	outb((u8)divisor, PIT_CH0);
	outb((u8)(divisor >> 8), PIT_CH0);
	BUG_ON(request_irq(0, pit_interrupt, 0, "timer", NULL) != 0);
}

void clock_init(void)
{
	calibrate();
	tsc_base = rdtsc();
	wall.real_offset = read_rtc() * NSEC_PER_SEC;
	if (have_apic())
		apic_timer_calibrate();
	else
		start_pit();
	timer_start_cpu();
	pr_info("clock: TSC %u.%03u MHz\n", tsc_khz / 1000, tsc_khz % 1000);
}
