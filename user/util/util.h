/* SPDX-License-Identifier: MIT */
#pragma once
/* What several tools share; built into libutil.a. */
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Tools that are also built into the shell. */
int echo_main(int argc, char **argv);
int printf_main(int argc, char **argv);
int test_main(int argc, char **argv);

/*
 * A mode as chmod(1) takes it, octal or symbolic, applied to old; 0, or -1 if it is none. X and the default of the umask
 * look at old, too: S_IFDIR should be in it.
 */
int parse_mode(const char *text, mode_t old, mode_t *mode);
/* "drwxr-xr-x" into 11 bytes. */
void mode_string(mode_t mode, char *out);
/* 1.5K, 23M: at most 5 characters, in a static buffer. */
const char *human_size(unsigned long long bytes);
/* An unsigned number with an optional suffix k, M, G (powers of 1024), b (512); -1 if it is none. */
long long parse_size(const char *text);
/* Writes all of it; 0 or -1. */
int write_all(int fd, const void *buf, size_t n);
/* Copies until the end of in; bytes copied, or -1 with errno. */
long long copy_fd(int in, int out);
/* dir and name with one slash between them, on the heap. */
char *path_join(const char *dir, const char *name);
/* Names of users and groups, or the number as text; in static buffers. */
const char *user_name(uid_t uid);
const char *group_name(gid_t gid);
/* fopen for reading, where "-" is standard input; complains and returns NULL. */
FILE *open_input(const char *path);
void close_input(FILE *f);
/* Calls each with every operand's stream, or standard input if there is none; 0, or 1 if one could not be opened. */
int each_input(int argc, char **argv, int first, void (*each)(FILE *f, const char *name));
/* "usage: NAME TEXT" on standard error, then exit(2). */
void usage(const char *text) __attribute__((noreturn));
/* What main returns at its end: status, or 1 with a message if standard output could not be written. */
int finish(int status);
/* realloc that ends the program rather than fail. */
void *xrealloc(void *p, size_t n);
/* A whole small file as a string, at most size - 1 bytes; their number, or -1 with errno. */
ssize_t read_file(const char *path, char *buf, size_t size);
/* The terminal's width on standard output, 80 if there is none. */
int terminal_columns(void);
/* Asks on standard error and reads standard input; 1 for an answer that begins with y. */
int ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The directory with the last component of from in it if to is a directory, else to; on the heap. */
char *target_path(const char *to, const char *from);

/* tree.c */

enum visit { VISIT_FILE, VISIT_DIR, VISIT_DIR_END };
/* What a visitor of VISIT_DIR returns. */
enum { WALK_GO_ON, WALK_SKIP };
#define WALK_FOLLOW 1	/* a symbolic link means its target, for the path given */
#define WALK_FOLLOW_ALL 2	/* ... and for all that is found below */
/*
 * Calls visit for path and all below it: a directory before (VISIT_DIR) and after (VISIT_DIR_END) what it holds, everything
 * else once. Names come in the directory's order. Complains about what cannot be read; 0, or -1 if there was such.
 */
int walk_tree(const char *path, int flags, int (*visit)(const char *path, const struct stat *st, enum visit when, int depth));
/* rm -r; complains; 0 or -1. */
int remove_tree(const char *path);
#define COPY_RECURSIVE 1
#define COPY_PRESERVE 2	/* mode, owner and times */
#define COPY_FORCE 4	/* a file that cannot be opened for writing is removed first */
#define COPY_NOFOLLOW 8	/* symbolic links are copied as such */
#define COPY_VERBOSE 16
/* cp; complains; 0 or -1. */
int copy_tree(const char *from, const char *to, int flags);
