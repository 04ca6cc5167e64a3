/* SPDX-License-Identifier: MIT */
/*
 * Where time comes from. The time-stamp counter gives nanoseconds between events; the programmable
 * interval timer (8254, 1,193,182 Hz) tells us once how fast the counter runs, and then interrupts
 * HZ times a second; the CMOS clock gives the date at boot.
 *
 * ns = tsc * mult >> 32 with a 32.32 multiplier: two multiplications, no division. Sources: Intel
 * 8254 data sheet; MC146818 data sheet; SDM volume 3, 17.17.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/vdso.h"
#include "kernel/cpu/vdso/data.h"
#include "kernel/panic.h"
#include "kernel/sched/sched.h"
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
static u64 real_offset;		/* ns from monotonic to real time; by a seqlock-free 64-bit read with interrupts off */
static u64 tick_mono;		/* monotonic time at the last tick */

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

u64 ktime_get(void)
{
	u64 cycles = rdtsc() - tsc_base;
	u32 low = (u32)cycles, high = (u32)(cycles >> 32);

	return cycles * tsc_mult_int + (u64)high * tsc_mult + ((u64)low * tsc_mult >> 32);
}

u64 ktime_real_offset(void)
{
	unsigned long flags = local_irq_save();
	u64 v = real_offset;

	local_irq_restore(flags);
	return v;
}

u64 ktime_get_real(void) { return ktime_get() + ktime_real_offset(); }

u64 ktime_get_coarse_real(void)
{
	unsigned long flags = local_irq_save();
	u64 v = tick_mono + real_offset;

	local_irq_restore(flags);
	return v;
}

u32 get_seconds(void) { return (u32)div_u64(ktime_get_coarse_real(), NSEC_PER_SEC); }

/* Programs read these without a lock; the sequence number tells them when to read again. */
void update_vdso_clock(void)
{
	struct vdso_data *d = vdso_clock_data();
	unsigned long flags = local_irq_save();

	if (d) {
		d->seq++;
		smp_wmb();
		d->mult = tsc_mult;
		d->mult_int = tsc_mult_int;
		d->tsc_base = tsc_base;
		d->real_offset = real_offset;
		smp_wmb();
		d->seq++;
	}
	local_irq_restore(flags);
}

void settimeofday_ns(u64 real)
{
	unsigned long flags = local_irq_save();

	real_offset = real - ktime_get();
	local_irq_restore(flags);
	update_vdso_clock();
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

static bool tick(struct pt_regs *regs, void *arg)
{
	(void)arg;
	jiffies++;
	tick_mono = ktime_get();
	account_tick(user_mode(regs));
	run_hrtimers(tick_mono);
	scheduler_tick();
	return true;
}

void clock_init(void)
{
	u32 divisor = (PIT_HZ + HZ / 2) / HZ;

	calibrate();
	tsc_base = rdtsc();
	real_offset = read_rtc() * NSEC_PER_SEC;
	outb(0x34, PIT_CMD);		/* channel 0, mode 2: rate generator */
	outb((u8)divisor, PIT_CH0);
	outb((u8)(divisor >> 8), PIT_CH0);
	BUG_ON(request_irq(0, tick, 0, "timer", NULL) != 0);
	pr_info("clock: TSC %u.%03u MHz\n", tsc_khz / 1000, tsc_khz % 1000);
}
