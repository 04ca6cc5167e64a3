/* SPDX-License-Identifier: MIT */
/*
 * Writes of up to PIPE_BUF (4096) bytes are never mixed with others': six writers, one reader, records of every
 * length, each with its writer, number, length and a pattern. Also on a pipe of one page, where nearly each waits.
 */
#include "fs.h"

#define WRITERS 6
#define RECORDS 150
#define ATOMIC 4096

struct record {
	unsigned short writer, number, length, check;
};

static char buf[ATOMIC];

static unsigned short check(const struct record *r)
{
	return r->writer * 31 + r->number * 7 + r->length;
}

/* The longest are as frequent as the shortest: from 8 to 4096. */
static int length_of(int writer, int number)
{
	return number % 10 == 0 ? ATOMIC : (int)sizeof(struct record) + (writer * 977 + number * 613) % (ATOMIC - 8);
}

static void write_records(int fd, int writer)
{
	for (int i = 0; i < RECORDS; i++) {
		struct record r = { writer, i, length_of(writer, i), 0 };

		r.check = check(&r);
		memset(buf, 'a' + writer, r.length);
		memcpy(buf, &r, sizeof r);
		CHECK(write(fd, buf, r.length) == r.length);
	}
}

static int read_whole(int fd, char *to, int n)
{
	int got = 0, r;

	while (got < n && (r = read(fd, to + got, n - got)) > 0)
		got += r;
	return got;
}

/* How many records were whole, in the order of their writer. Ends at the first that is not. */
static int read_records(int fd)
{
	int next[WRITERS] = { 0 }, records = 0, n;
	struct record r;

	while ((n = read_whole(fd, (char *)&r, sizeof r)) == sizeof r) {
		int rest = r.length - (int)sizeof r;

		if (r.check != check(&r) || r.writer >= WRITERS || r.number != next[r.writer] || rest < 0 || rest > ATOMIC)
			return records;
		next[r.writer]++;
		if (read_whole(fd, buf, rest) != rest)
			return records;
		for (int i = 0; i < rest; i++)
			if (buf[i] != 'a' + r.writer)
				return records;
		records++;
	}
	CHECK(n == 0);
	return records;
}

static void compete(int size)
{
	int p[2], status, failed = 0;

	CHECK(pipe(p) == 0);
	if (size)
		CHECK(fcntl(p[0], F_SETPIPE_SZ, size) == size);
	for (int w = 0; w < WRITERS; w++) {
		if (fork() == 0) {
			close(p[0]);
			write_records(p[1], w);
			_exit(test_failures != 0);
		}
	}
	close(p[1]);
	SAY("%d of %d records whole\n", read_records(p[0]), WRITERS * RECORDS);
	close(p[0]);
	while (wait(&status) > 0)
		failed += status != 0;
	SAY("%d writers failed\n", failed);
}

/* Without waiting: an atomic write that does not fit writes nothing, a longer one writes what fits. */
static void all_or_nothing(void)
{
	static char big[3 * ATOMIC];
	int p[2];

	CHECK(pipe2(p, O_NONBLOCK) == 0 && fcntl(p[0], F_SETPIPE_SZ, 2 * ATOMIC) == 2 * ATOMIC);
	VALUE(write(p[1], big, 100));
	VALUE(write(p[1], big, ATOMIC));
	VALUE(write(p[1], big, ATOMIC));
	VALUE(read(p[0], big, 100));
	VALUE(write(p[1], big, ATOMIC));
	VALUE(write(p[1], big, ATOMIC));
	VALUE(read(p[0], big, ATOMIC));
	VALUE(write(p[1], big, 3 * ATOMIC));
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	compete(0);
	compete(ATOMIC);
	all_or_nothing();
	return done();
}
