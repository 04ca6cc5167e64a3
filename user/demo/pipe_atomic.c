/* SPDX-License-Identifier: MIT */
/*
 * Writes of at most PIPE_BUF (4096) bytes to a pipe are atomic: several writers' records arrive whole, in some order. Larger
 * ones may be cut up. Two processes write records of one letter each, and the reader counts those that are mixed.
 */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 200

static void writer(int fd, char letter, size_t size)
{
	char *record = malloc(size);

	if (!record)
		err(1, NULL);
	memset(record, letter, size);
	for (int i = 0; i < RECORDS; i++) {
		size_t done = 0;

		while (done < size) {
			ssize_t n = write(fd, record + done, size - done);

			if (n < 0)
				err(1, "write");
			done += (size_t)n;
		}
	}
	_exit(0);
}

static ssize_t read_whole(int fd, char *buf, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size && (n = read(fd, buf + done, size - done)) > 0)
		done += (size_t)n;
	return (ssize_t)done;
}

static int mixed(size_t size, int *records)
{
	char *buf = malloc(size);
	int fds[2], bad = 0;

	if (!buf || pipe(fds) < 0)
		err(1, "pipe");
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			close(fds[0]);
			writer(fds[1], (char)('a' + i), size);
		}
	}
	close(fds[1]);
	*records = 0;
	while (read_whole(fds[0], buf, size) == (ssize_t)size) {
		++*records;
		for (size_t i = 1; i < size; i++)
			if (buf[i] != buf[0]) {
				bad++;
				break;
			}
	}
	close(fds[0]);
	while (wait(NULL) > 0)
		;
	free(buf);
	return bad;
}

int main(void)
{
	int records, bad = mixed(PIPE_BUF, &records);

	printf("%d records of PIPE_BUF = %d bytes: %d mixed\n", records, PIPE_BUF, bad);
	if (bad || records != 2 * RECORDS)
		return 1;
	bad = mixed(5 * PIPE_BUF, &records);
	printf("%d records of %d bytes: %s mixed, as is allowed\n", records, 5 * PIPE_BUF, bad ? "some are" : "none happened to be");
	return records != 2 * RECORDS;
}
