/* SPDX-License-Identifier: MIT */
/*
 * Random numbers. The generator is ChaCha20 (RFC 8439) used as a stream: a key that nobody knows and a counter
 * give blocks that cannot be told from chance. After each request the key is replaced by a part of the stream that
 * nobody was given, so that who reads the kernel's memory later cannot compute what was handed out before ("fast
 * key erasure").
 *
 * The key is seeded from what differs between boots and machines: RDRAND where the CPU has it, the time stamp
 * counter, the clock, and whatever drivers stir in. In a virtual machine without RDRAND that is little, and
 * deterministic on purpose under -icount; it is no source for keys of value.
 */
#include "kernel/dev/random.h"
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

#define CHACHA_WORDS 16
#define CHACHA_BYTES 64

static DEFINE_SPINLOCK(random_lock);	/* interrupts off */
static u32 base_key[8];			/* by random_lock */
static u64 block_nr;			/* by random_lock */
static bool seeded;

static inline u32 rol32(u32 v, int n)
{
	return v << n | v >> (32 - n);
}

static void quarter_round(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b], x[d] = rol32(x[d] ^ x[a], 16);
	x[c] += x[d], x[b] = rol32(x[b] ^ x[c], 12);
	x[a] += x[b], x[d] = rol32(x[d] ^ x[a], 8);
	x[c] += x[d], x[b] = rol32(x[b] ^ x[c], 7);
}

/* One block of the stream of key at position nr. */
static void chacha20_block(const u32 *key, u64 nr, u32 *out)
{
	u32 in[CHACHA_WORDS] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,	/* "expand 32-byte k" */
		key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7],
		(u32)nr, (u32)(nr >> 32), 0, 0,
	};
	int i;

	memcpy(out, in, sizeof(in));
	for (i = 0; i < 10; i++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (i = 0; i < CHACHA_WORDS; i++)
		out[i] += in[i];
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static bool rdrand(u32 *v)
{
	u8 ok;

	if (!boot_cpu.rdrand)
		return false;
	__asm__ volatile("rdrand %0; setc %1" : "=r"(*v), "=qm"(ok) : : "cc");
	return ok;
}

/* Stir words into the key: they are added to it, and the key goes through the cipher. random_lock held. */
static void mix(const u32 *words, unsigned int n)
{
	u32 block[CHACHA_WORDS];
	unsigned int i;

	while (n) {
		for (i = 0; i < 8 && n; i++, n--)
			base_key[i] ^= *words++;
		chacha20_block(base_key, block_nr++, block);
		memcpy(base_key, block, sizeof(base_key));
	}
}

static void seed(void)
{
	u32 w[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(w); i++)
		if (!rdrand(&w[i]))
			w[i] = (u32)rdtsc() * 0x9e3779b9u + i;
	w[0] ^= (u32)ktime_get_real();
	w[1] ^= (u32)(ktime_get_real() >> 32);
	mix(w, ARRAY_SIZE(w));
	seeded = true;
}

/* A key of the caller's own, cut off the stream; the base key moves on. */
static void take_key(u32 *key)
{
	u32 block[CHACHA_WORDS];
	unsigned long flags;

	spin_lock_irqsave(&random_lock, flags);
	if (unlikely(!seeded))
		seed();
	base_key[0] ^= (u32)rdtsc();
	chacha20_block(base_key, block_nr++, block);
	memcpy(base_key, block, sizeof(base_key));
	spin_unlock_irqrestore(&random_lock, flags);
	memcpy(key, block + 8, 32);
	memset(block, 0, sizeof(block));
	barrier();
}

void get_random_bytes(void *buf, size_t n)
{
	u32 key[8], block[CHACHA_WORDS];
	u64 nr = 0;

	take_key(key);
	while (n) {
		size_t here = min_t(size_t, n, CHACHA_BYTES);

		chacha20_block(key, nr++, block);
		memcpy(buf, block, here);
		buf = (char *)buf + here;
		n -= here;
	}
	memset(key, 0, sizeof(key));
	memset(block, 0, sizeof(block));
	barrier();
}

/* Numbers of one word are made sixteen at a time; each is given out once, and forgotten. */
static u32 batch[CHACHA_WORDS];		/* the first batch_left are fresh; by random_lock */
static unsigned int batch_left;

static bool take_from_batch(u32 *v)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&random_lock, flags);
	taken = batch_left;
	if (taken) {
		*v = batch[--batch_left];
		batch[batch_left] = 0;
	}
	spin_unlock_irqrestore(&random_lock, flags);
	return taken;
}

u32 get_random_u32(void)
{
	u32 fresh[CHACHA_WORDS], v;
	unsigned long flags;

	while (!take_from_batch(&v)) {
		get_random_bytes(fresh, sizeof(fresh));
		spin_lock_irqsave(&random_lock, flags);
		memcpy(batch, fresh, sizeof(batch));
		batch_left = CHACHA_WORDS;
		spin_unlock_irqrestore(&random_lock, flags);
		memset(fresh, 0, sizeof(fresh));
	}
	return v;
}

void add_device_randomness(const void *buf, size_t n)
{
	unsigned long flags;

	spin_lock_irqsave(&random_lock, flags);
	while (n) {
		u32 w[8] = { 0 };
		size_t here = min(n, sizeof(w) - sizeof(u32));

		memcpy(w, buf, here);
		w[7] = (u32)rdtsc();
		mix(w, 8);
		buf = (const char *)buf + here;
		n -= here;
	}
	spin_unlock_irqrestore(&random_lock, flags);
}

ssize_t get_random_bytes_user(struct iov_iter *to)
{
	u32 key[8], block[CHACHA_WORDS];
	u64 nr = 0;
	ssize_t done = 0;

	take_key(key);
	while (iov_iter_count(to)) {
		size_t here = min_t(size_t, iov_iter_count(to), CHACHA_BYTES), copied;

		chacha20_block(key, nr++, block);
		copied = copy_to_iter(block, here, to);
		done += copied;
		if (copied < here) {
			done = done ? done : -EFAULT;
			break;
		}
		if (!(nr & 63) && signal_pending(current))
			break;
	}
	memset(key, 0, sizeof(key));
	memset(block, 0, sizeof(block));
	barrier();
	return done;
}

long sys_getrandom(char *buf, size_t count, u32 flags)
{
	struct iovec iov = { buf, min_t(size_t, count, 0x7ffff000) };
	struct iov_iter iter;

	if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if (!access_ok(buf, count))
		return -EFAULT;
	iov_iter_init(&iter, &iov, 1, iov.iov_len);
	return get_random_bytes_user(&iter);
}
