/* SPDX-License-Identifier: MIT */
#pragma once
#include <features.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include "lib/abi/fcntl.h"

typedef struct __file FILE;
extern FILE *const stdin, *const stdout, *const stderr;

#define EOF (-1)
#define BUFSIZ 4096
#define FILENAME_MAX 4096
#define FOPEN_MAX 1000
#define L_tmpnam 20
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

FILE *fopen(const char *restrict path, const char *restrict mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
FILE *tmpfile(void);
FILE *open_memstream(char **buf, size_t *size);
FILE *fmemopen(void *buf, size_t size, const char *mode);
int fclose(FILE *f);
int fflush(FILE *f);
int setvbuf(FILE *restrict f, char *restrict buf, int mode, size_t size);
void setbuf(FILE *restrict f, char *restrict buf);
void setlinebuf(FILE *f);
int fileno(FILE *f);
int feof(FILE *f);
int ferror(FILE *f);
void clearerr(FILE *f);

size_t fread(void *restrict p, size_t size, size_t n, FILE *restrict f);
size_t fwrite(const void *restrict p, size_t size, size_t n, FILE *restrict f);
int fgetc(FILE *f);
int getc(FILE *f);
int getchar(void);
int ungetc(int c, FILE *f);
char *fgets(char *restrict s, int n, FILE *restrict f);
ssize_t getline(char **restrict line, size_t *restrict cap, FILE *restrict f);
ssize_t getdelim(char **restrict line, size_t *restrict cap, int delim, FILE *restrict f);
int fputc(int c, FILE *f);
int putc(int c, FILE *f);
int putchar(int c);
int fputs(const char *restrict s, FILE *restrict f);
int puts(const char *s);

int fseek(FILE *f, long offset, int whence);
int fseeko(FILE *f, off_t offset, int whence);
long ftell(FILE *f);
off_t ftello(FILE *f);
void rewind(FILE *f);

int printf(const char *restrict fmt, ...) __printf_fn(1, 2);
int fprintf(FILE *restrict f, const char *restrict fmt, ...) __printf_fn(2, 3);
int dprintf(int fd, const char *restrict fmt, ...) __printf_fn(2, 3);
int sprintf(char *restrict s, const char *restrict fmt, ...) __printf_fn(2, 3);
int snprintf(char *restrict s, size_t n, const char *restrict fmt, ...) __printf_fn(3, 4);
int asprintf(char **out, const char *restrict fmt, ...) __printf_fn(2, 3);
int vprintf(const char *restrict fmt, va_list ap);
int vfprintf(FILE *restrict f, const char *restrict fmt, va_list ap);
int vdprintf(int fd, const char *restrict fmt, va_list ap);
int vsprintf(char *restrict s, const char *restrict fmt, va_list ap);
int vsnprintf(char *restrict s, size_t n, const char *restrict fmt, va_list ap);
int vasprintf(char **out, const char *restrict fmt, va_list ap);

int scanf(const char *restrict fmt, ...) __scanf_fn(1, 2);
int fscanf(FILE *restrict f, const char *restrict fmt, ...) __scanf_fn(2, 3);
int sscanf(const char *restrict s, const char *restrict fmt, ...) __scanf_fn(2, 3);
int vfscanf(FILE *restrict f, const char *restrict fmt, va_list ap);

void perror(const char *s);
int remove(const char *path);
int rename(const char *from, const char *to);
