/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A stream: a descriptor and one buffer, which at any time serves either reading or writing.
 *   reading: [rpos, rend) is what was read ahead; one byte before rpos is always there for ungetc.
 *   writing: [base, wpos) is not yet written.
 * Where the bytes come from or go to is behind two functions, so that strings can be streams too.
 */
#include <stdio.h>

#define F_READ 1
#define F_WRITE 2
#define F_EOF 4
#define F_ERR 8
#define F_APPEND 16
#define F_OWNBUF 32	/* base was allocated */
#define F_STATIC 64	/* the FILE itself was not allocated */
#define UNGET 8

struct __file {
	int fd;
	int flags;
	int mode;		/* _IOFBF, _IOLBF, _IONBF; -1 until the first use of a descriptor decides */
	unsigned char *base;	/* UNGET bytes into the allocation */
	size_t size;
	unsigned char *rpos, *rend;
	unsigned char *wpos;	/* NULL when not writing */
	ssize_t (*read)(FILE *f, void *buf, size_t n);
	ssize_t (*write)(FILE *f, const void *buf, size_t n);
	void *cookie;
	pid_t pid;		/* popen's child */
	FILE *next, **link;	/* list of open streams */
	unsigned char small[UNGET + 1];
};

void __stdio_exit(void);
int __to_read(FILE *f);
int __to_write(FILE *f);
FILE *__new_file(int fd, int flags);
