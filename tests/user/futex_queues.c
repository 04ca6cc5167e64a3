/* SPDX-License-Identifier: MIT */
/*
 * Who is woken, and who is moved: counts, order, bit sets, requeueing onto another word, onto a word of the same page
 * and onto itself, FUTEX_WAKE_OP with each of its operations, and the errors of all of them.
 */
#include "thread.h"

#define N 8
#define P FUTEX_PRIVATE_FLAG

static struct thread threads[N];
static word_t a, b, woken;
static int order[N];

static void sleeper(void *arg)
{
	int i = (int)(long)arg;

	while (futex(&a, FUTEX_WAIT_BITSET | P, 0, NULL, NULL, 1 << i | 0x100) < 0 && errno == EINTR)
		;
	order[__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST)] = i;
}

static void start_sleepers(int n)
{
	a = b = woken = 0;
	for (int i = 0; i < n; i++) {
		CHECK(thread_start(&threads[i], sleeper, (void *)(long)i) > 0);
		wait_for_sleepers(&a, P, i + 1);
	}
}

static void end_sleepers(int n)
{
	futex(&a, FUTEX_WAKE | P, INT_MAX, NULL, NULL, 0);
	futex(&b, FUTEX_WAKE | P, INT_MAX, NULL, NULL, 0);
	for (int i = 0; i < n; i++)
		thread_join(&threads[i]);
	CHECK(woken == n);
}

static void show(const char *what, long result)
{
	SAY("%s: %ld, on a %d, on b %d\n", what, result, sleepers(&a, P), sleepers(&b, P));
}

static void wakes(void)
{
	start_sleepers(6);
	show("six sleep", 0);
	REPORT(futex(&a, FUTEX_WAIT | P, 1, NULL, NULL, 0));
	SAY("shared call, private sleepers: %ld\n", futex(&a, FUTEX_WAKE, INT_MAX, NULL, NULL, 0));
	show("wake 2", futex(&a, FUTEX_WAKE | P, 2, NULL, NULL, 0));
	wait_for(&woken, 2);
	SAY("first come: %d\n", order[0] + order[1]);
	show("wake 0", futex(&a, FUTEX_WAKE | P, 0, NULL, NULL, 0));
	wait_for(&woken, 3);
	show("bits of nobody", futex(&a, FUTEX_WAKE_BITSET | P, 6, NULL, NULL, 0x8000));
	show("bit of the fifth", futex(&a, FUTEX_WAKE_BITSET | P, 6, NULL, NULL, 1 << 4));
	wait_for(&woken, 4);
	SAY("it was %d\n", order[3]);
	show("no bits", futex(&a, FUTEX_WAKE_BITSET | P, 6, NULL, NULL, 0));
	REPORT(futex(&a, FUTEX_WAIT_BITSET | P, 0, NULL, NULL, 0));
	show("all", futex(&a, FUTEX_WAKE | P, INT_MAX, NULL, NULL, 0));
	end_sleepers(6);
}

static void requeues(void)
{
	start_sleepers(6);
	show("onto itself, at most 3", futex(&a, FUTEX_REQUEUE | P, 0, (void *)3, &a, 0));
	show("onto itself, all", futex(&a, FUTEX_REQUEUE | P, 0, (void *)INT_MAX, &a, 0));
	show("wake 1, move 2", futex(&a, FUTEX_REQUEUE | P, 1, (void *)2, &b, 0));
	show("move none", futex(&a, FUTEX_REQUEUE | P, 0, 0, &b, 0));
	REPORT(futex(&a, FUTEX_CMP_REQUEUE | P, 1, (void *)1, &b, 7));
	show("compare, right", futex(&a, FUTEX_CMP_REQUEUE | P, 1, (void *)(INT_MAX - 1), &b, 0));
	show("wake on b", futex(&b, FUTEX_WAKE | P, 1, NULL, NULL, 0));
	show("their bits came along", futex(&b, FUTEX_WAKE_BITSET | P, 9, NULL, NULL, 1 << 5));
	show("and back", futex(&b, FUTEX_REQUEUE | P, 1, (void *)INT_MAX, &a, 0));
	REPORT(futex(&a, FUTEX_REQUEUE | P, -1, (void *)1, &b, 0));
	REPORT(futex(&a, FUTEX_REQUEUE | P, 1, (void *)-1, &b, 0));
	REPORT(futex(&a, FUTEX_REQUEUE | P, 1, (void *)1, (word_t *)((char *)&b + 2), 0));
	REPORT(futex((word_t *)16, FUTEX_CMP_REQUEUE | P, 1, (void *)1, &b, 0));
	end_sleepers(6);
}

#define OP(op, arg, cmp, cmparg) ((int)((unsigned)(op) << 28 | ((cmp) & 15) << 24 | ((arg) & 0xfff) << 12 | ((cmparg) & 0xfff)))

static void wake_op(const char *what, int op, int before)
{
	long r;

	b = before;
	errno = 0;
	r = futex(&a, FUTEX_WAKE_OP | P, 1, (void *)1, &b, op);
	SAY("%s: %ld error %d, b is now %d\n", what, r, errno, b);
}

static void wake_ops(void)
{
	a = 0;
	wake_op("set", OP(FUTEX_OP_SET, 77, FUTEX_OP_CMP_EQ, 0), 5);
	wake_op("set -1", OP(FUTEX_OP_SET, -1, FUTEX_OP_CMP_EQ, 0), 5);
	wake_op("add", OP(FUTEX_OP_ADD, 10, FUTEX_OP_CMP_EQ, 5), 5);
	wake_op("add -2", OP(FUTEX_OP_ADD, -2, FUTEX_OP_CMP_NE, 5), 5);
	wake_op("or", OP(FUTEX_OP_OR, 0x70, FUTEX_OP_CMP_LT, 5), 5);
	wake_op("andn", OP(FUTEX_OP_ANDN, 4, FUTEX_OP_CMP_GE, 5), 5);
	wake_op("xor", OP(FUTEX_OP_XOR, 0xff, FUTEX_OP_CMP_GT, 5), 5);
	wake_op("set 1 << 7", OP(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 7, FUTEX_OP_CMP_LE, 5), 5);
	wake_op("set 1 << 31", OP(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 31, FUTEX_OP_CMP_LE, 5), 5);
	wake_op("no such operation", OP(6, 1, FUTEX_OP_CMP_LE, 5), 5);
	wake_op("no such comparison", OP(FUTEX_OP_SET, 1, 9, 5), 5);
	REPORT(futex(&a, FUTEX_WAKE_OP | P, 1, (void *)1, (word_t *)64, OP(FUTEX_OP_ADD, 1, 0, 0)));
	REPORT(futex(&a, FUTEX_WAKE_OP | P, 1, (void *)1, (word_t *)((char *)&b + 1), OP(FUTEX_OP_ADD, 1, 0, 0)));
	b = 3;
	REPORT(futex((word_t *)((char *)&a + 1), FUTEX_WAKE_OP | P, 1, (void *)1, &b, OP(FUTEX_OP_ADD, 1, 0, 0)));
	SAY("a refused call changes nothing: %d\n", b);
	/* The comparison decides about the sleepers of the second word. */
	start_sleepers(4);
	show("two moved to b", futex(&a, FUTEX_REQUEUE | P, 0, (void *)2, &b, 0));
	show("false", futex(&a, FUTEX_WAKE_OP | P, 1, (void *)1, &b, OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_GT, 0)));
	show("true", futex(&a, FUTEX_WAKE_OP | P, 1, (void *)2, &b, OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_EQ, 1)));
	end_sleepers(4);
	SAY("b %d\n", b);
}

int main(void)
{
	wakes();
	requeues();
	wake_ops();
	return done();
}
