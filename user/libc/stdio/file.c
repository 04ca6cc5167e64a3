/* SPDX-License-Identifier: MIT */
/*
 * Streams: opening, closing, and the buffer between the program's bytes and the kernel's. Output to a terminal is
 * flushed at every newline, and before the program reads from one; other output when the buffer is full;
 * stderr at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/internal/stdio.h"

static ssize_t fd_read(FILE *f, void *buf, size_t n)
{
	return read(f->fd, buf, n);
}

static ssize_t fd_write(FILE *f, const void *buf, size_t n)
{
	return write(f->fd, buf, n);
}

static FILE std_files[3];
static FILE *open_files;
FILE *const stdin = &std_files[0], *const stdout = &std_files[1], *const stderr = &std_files[2];

static FILE std_files[3] = {
	{ .fd = 0, .flags = F_READ | F_STATIC, .mode = -1, .read = fd_read, .write = fd_write },
	{ .fd = 1, .flags = F_WRITE | F_STATIC, .mode = -1, .read = fd_read, .write = fd_write },
	{ .fd = 2, .flags = F_WRITE | F_STATIC, .mode = _IONBF, .read = fd_read, .write = fd_write },
};

/* The buffer is made at the first byte: many streams of a shell are never used. */
static void get_buffer(FILE *f)
{
	unsigned char *p;

	if (f->base)
		return;
	if (f->mode < 0)
		f->mode = f->flags & F_WRITE && isatty(f->fd) ? _IOLBF : _IOFBF;
	p = f->mode == _IONBF ? NULL : malloc(BUFSIZ + UNGET);
	if (p) {
		f->flags |= F_OWNBUF;
		f->size = BUFSIZ;
	} else {
		p = f->small;
		f->size = 1;
	}
	f->base = p + UNGET;
	f->rpos = f->rend = f->base;
}

static int write_all(FILE *f, const unsigned char *p, size_t n)
{
	while (n) {
		ssize_t w = f->write(f, p, n);

		if (w < 0) {
			if (errno == EINTR)
				continue;
			f->flags |= F_ERR;
			return -1;
		}
		p += w;
		n -= w;
	}
	return 0;
}

static int flush_one(FILE *f)
{
	int r = 0;

	if (f->wpos) {
		r = write_all(f, f->base, f->wpos - f->base);
		f->wpos = NULL;
	} else if (f->rpos < f->rend && f->fd >= 0) {
		/* What was read ahead is given back to the file, so that a child may read it. */
		if (lseek(f->fd, f->rpos - f->rend, SEEK_CUR) >= 0)
			f->rpos = f->rend;
	}
	return r;
}

static void flush_terminals(void)
{
	if (stdout->wpos && stdout->mode == _IOLBF)
		flush_one(stdout);
}

int __to_read(FILE *f)
{
	if (!(f->flags & F_READ)) {
		f->flags |= F_ERR;
		errno = EBADF;
		return -1;
	}
	get_buffer(f);
	if (f->wpos)
		flush_one(f);
	return 0;
}

int __to_write(FILE *f)
{
	if (!(f->flags & F_WRITE)) {
		f->flags |= F_ERR;
		errno = EBADF;
		return -1;
	}
	get_buffer(f);
	if (!f->wpos) {
		flush_one(f);
		f->rpos = f->rend = f->base;
		f->wpos = f->base;
	}
	return 0;
}

/* Refills an empty read buffer; 0, or EOF. */
static int fill(FILE *f)
{
	ssize_t n;

	if (__to_read(f) < 0)
		return EOF;
	flush_terminals();
	n = f->read(f, f->base, f->size);
	if (n <= 0) {
		f->flags |= n < 0 ? F_ERR : F_EOF;
		return EOF;
	}
	f->rpos = f->base;
	f->rend = f->base + n;
	return 0;
}

int fgetc(FILE *f)
{
	if (f->rpos == f->rend && fill(f))
		return EOF;
	return *f->rpos++;
}

int getc(FILE *f)
{
	return fgetc(f);
}

int getchar(void)
{
	return fgetc(stdin);
}

int ungetc(int c, FILE *f)
{
	if (c == EOF || __to_read(f) < 0 || f->rpos <= f->base - UNGET)
		return EOF;
	*--f->rpos = (unsigned char)c;
	f->flags &= ~F_EOF;
	return c;
}

size_t fread(void *restrict p, size_t size, size_t n, FILE *restrict f)
{
	size_t want = size * n, got = 0;
	ssize_t r;

	while (got < want) {
		size_t have = f->rend - f->rpos;

		if (have) {
			have = have < want - got ? have : want - got;
			memcpy((char *)p + got, f->rpos, have);
			f->rpos += have;
			got += have;
		} else if (want - got >= BUFSIZ && __to_read(f) == 0) {
			/* Large reads go past the buffer. */
			r = f->read(f, (char *)p + got, want - got);
			if (r <= 0) {
				f->flags |= r < 0 ? F_ERR : F_EOF;
				break;
			}
			got += r;
		} else if (fill(f)) {
			break;
		}
	}
	return size ? got / size : 0;
}

static int put_bytes(FILE *f, const unsigned char *p, size_t n)
{
	if (__to_write(f) < 0)
		return -1;
	if (f->mode == _IONBF || n >= f->size) {
		size_t held = f->wpos - f->base;

		f->wpos = f->base;
		return write_all(f, f->base, held) < 0 || write_all(f, p, n) < 0 ? -1 : 0;
	}
	if (f->wpos + n > f->base + f->size) {
		size_t held = f->wpos - f->base;

		f->wpos = f->base;
		if (write_all(f, f->base, held) < 0)
			return -1;
	}
	memcpy(f->wpos, p, n);
	f->wpos += n;
	if (f->mode == _IOLBF && memrchr(p, '\n', n)) {
		size_t held = f->wpos - f->base;

		f->wpos = f->base;
		return write_all(f, f->base, held);
	}
	return 0;
}

size_t fwrite(const void *restrict p, size_t size, size_t n, FILE *restrict f)
{
	if (!size || !n)
		return 0;
	return put_bytes(f, p, size * n) < 0 ? 0 : n;
}

int fputc(int c, FILE *f)
{
	unsigned char b = (unsigned char)c;

	if (f->wpos && f->wpos < f->base + f->size && f->mode == _IOFBF) {
		*f->wpos++ = b;
		return b;
	}
	return put_bytes(f, &b, 1) < 0 ? EOF : b;
}

int putc(int c, FILE *f)
{
	return fputc(c, f);
}

int putchar(int c)
{
	return fputc(c, stdout);
}

int fputs(const char *restrict s, FILE *restrict f)
{
	return put_bytes(f, (const unsigned char *)s, strlen(s)) < 0 ? EOF : 0;
}

int puts(const char *s)
{
	return fputs(s, stdout) < 0 || fputc('\n', stdout) < 0 ? EOF : 0;
}

int fflush(FILE *f)
{
	int r = 0;

	if (f)
		return flush_one(f);
	for (f = open_files; f; f = f->next)
		if (f->wpos)
			r |= flush_one(f);
	for (int i = 0; i < 3; i++)
		if (std_files[i].wpos)
			r |= flush_one(&std_files[i]);
	return r;
}

void __stdio_exit(void)
{
	fflush(NULL);
	flush_one(stdin);
}

static int parse_mode(const char *mode, int *flags)
{
	int plus = strchr(mode, '+') != NULL;
	int o;

	switch (*mode) {
	case 'r':
		o = plus ? O_RDWR : O_RDONLY;
		*flags = F_READ | (plus ? F_WRITE : 0);
		break;
	case 'w':
		o = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
		*flags = F_WRITE | (plus ? F_READ : 0);
		break;
	case 'a':
		o = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
		*flags = F_WRITE | F_APPEND | (plus ? F_READ : 0);
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	if (strchr(mode, 'e'))
		o |= O_CLOEXEC;
	if (strchr(mode, 'x'))
		o |= O_EXCL;
	return o;
}

FILE *__new_file(int fd, int flags)
{
	FILE *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->fd = fd;
	f->flags = flags;
	f->mode = -1;
	f->read = fd_read;
	f->write = fd_write;
	f->next = open_files;
	f->link = &open_files;
	if (f->next)
		f->next->link = &f->next;
	open_files = f;
	return f;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	int flags, o = parse_mode(mode, &flags), fd;
	FILE *f;

	if (o < 0)
		return NULL;
	fd = open(path, o, 0666);
	if (fd < 0)
		return NULL;
	f = __new_file(fd, flags);
	if (!f)
		close(fd);
	return f;
}

FILE *fdopen(int fd, const char *mode)
{
	int flags;

	return parse_mode(mode, &flags) < 0 ? NULL : __new_file(fd, flags);
}

static void drop_buffer(FILE *f)
{
	if (f->flags & F_OWNBUF)
		free(f->base - UNGET);
	f->base = f->rpos = f->rend = f->wpos = NULL;
	f->flags &= ~F_OWNBUF;
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
	int flags, o = parse_mode(mode, &flags), fd;

	fflush(f);
	if (o < 0)
		return NULL;
	fd = open(path, o, 0666);
	if (fd < 0) {
		fclose(f);
		return NULL;
	}
	if (dup2(fd, f->fd) < 0)
		return NULL;
	if (fd != f->fd)
		close(fd);
	drop_buffer(f);
	f->flags = flags | (f->flags & F_STATIC);
	return f;
}

int fclose(FILE *f)
{
	int r = flush_one(f);

	if (f->fd >= 0 && close(f->fd) < 0)
		r = EOF;
	drop_buffer(f);
	if (f->flags & F_STATIC) {
		f->flags &= F_STATIC;
		return r;
	}
	*f->link = f->next;
	if (f->next)
		f->next->link = f->link;
	free(f);
	return r;
}

int setvbuf(FILE *restrict f, char *restrict buf, int mode, size_t size)
{
	(void)buf;
	(void)size;
	if (mode < _IOFBF || mode > _IONBF)
		return -1;
	flush_one(f);
	drop_buffer(f);
	f->mode = mode;
	return 0;
}

void setbuf(FILE *restrict f, char *restrict buf)
{
	setvbuf(f, buf, buf ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *f)
{
	setvbuf(f, NULL, _IOLBF, 0);
}

int fileno(FILE *f)
{
	return f->fd;
}

int feof(FILE *f)
{
	return (f->flags & F_EOF) != 0;
}

int ferror(FILE *f)
{
	return (f->flags & F_ERR) != 0;
}

void clearerr(FILE *f)
{
	f->flags &= ~(F_EOF | F_ERR);
}

int fseeko(FILE *f, off_t offset, int whence)
{
	if (whence == SEEK_CUR && !f->wpos)
		offset -= f->rend - f->rpos;
	if (f->wpos && flush_one(f) < 0)
		return -1;
	if (lseek(f->fd, offset, whence) < 0)
		return -1;
	f->rpos = f->rend = f->base;
	f->flags &= ~F_EOF;
	return 0;
}

off_t ftello(FILE *f)
{
	off_t pos = lseek(f->fd, 0, SEEK_CUR);

	if (pos < 0)
		return -1;
	return f->wpos ? pos + (f->wpos - f->base) : pos - (f->rend - f->rpos);
}

int fseek(FILE *f, long offset, int whence)
{
	return fseeko(f, offset, whence);
}

long ftell(FILE *f)
{
	off_t pos = ftello(f);

	if (pos != (long)pos) {
		errno = EOVERFLOW;
		return -1;
	}
	return (long)pos;
}

void rewind(FILE *f)
{
	fseeko(f, 0, SEEK_SET);
	f->flags &= ~F_ERR;
}

FILE *popen(const char *command, const char *mode)
{
	int reading = *mode == 'r', fds[2];
	FILE *f;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	f = __new_file(fds[!reading], reading ? F_READ : F_WRITE);
	if (f)
		f->pid = fork();
	if (!f || f->pid < 0) {
		close(fds[reading]);
		if (f)
			fclose(f);
		else
			close(fds[!reading]);
		return NULL;
	}
	if (f->pid == 0) {
		/* dup2 onto itself would leave the close-on-exec flag */
		if (fds[reading] == reading)
			fcntl(reading, F_SETFD, 0);
		else
			dup2(fds[reading], reading);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(fds[reading]);
	return f;
}

int pclose(FILE *f)
{
	pid_t pid = f->pid;
	int status;

	fclose(f);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

FILE *tmpfile(void)
{
	char path[] = "/tmp/tmpf.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return NULL;
	unlink(path);
	return fdopen(fd, "w+");
}
