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
