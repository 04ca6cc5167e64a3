/* SPDX-License-Identifier: MIT */
#pragma once
/* The types of system calls. File offsets and times have 64 bits throughout: there is no small variant. */
#include <stddef.h>
#include <stdint.h>

typedef int ssize_t;
typedef long long off_t;
typedef long long loff_t;
typedef long long time_t;
typedef long suseconds_t;
typedef unsigned int mode_t;
typedef unsigned int nlink_t;
typedef unsigned long long ino_t;
typedef unsigned long long dev_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef int pid_t;
typedef int id_t;
typedef long blksize_t;
typedef long long blkcnt_t;
typedef unsigned long long fsblkcnt_t;
typedef unsigned long long fsfilcnt_t;
typedef int clockid_t;
typedef long clock_t;
typedef unsigned int useconds_t;
typedef unsigned int u_int;
typedef unsigned char u_char;
typedef unsigned long u_long;
