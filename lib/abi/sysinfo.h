/* SPDX-License-Identifier: MIT */
/* Memory and load at a glance; sysinfo, call 116. Source: sysinfo(2), syslog(2). */
#ifndef LIB_ABI_SYSINFO_H
#define LIB_ABI_SYSINFO_H

#include "lib/abi/types.h"

#define SI_LOAD_SHIFT 16

struct sysinfo {
	__s32 uptime;		/* seconds */
	__u32 loads[3];		/* 1, 5 and 15 minutes, << SI_LOAD_SHIFT */
	__u32 totalram;		/* these eight in units of mem_unit bytes */
	__u32 freeram;
	__u32 sharedram;
	__u32 bufferram;
	__u32 totalswap;
	__u32 freeswap;
	__u16 procs;
	__u16 pad;
	__u32 totalhigh;
	__u32 freehigh;
	__u32 mem_unit;
	char _f[8];
};
ABI_SIZE(struct sysinfo, 64);
ABI_OFFSET(struct sysinfo, mem_unit, 52);

/* syslog, call 103: what to do with the kernel's log */
#define SYSLOG_ACTION_CLOSE 0
#define SYSLOG_ACTION_OPEN 1
#define SYSLOG_ACTION_READ 2
#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_READ_CLEAR 4
#define SYSLOG_ACTION_CLEAR 5
#define SYSLOG_ACTION_CONSOLE_OFF 6
#define SYSLOG_ACTION_CONSOLE_ON 7
#define SYSLOG_ACTION_CONSOLE_LEVEL 8
#define SYSLOG_ACTION_SIZE_UNREAD 9
#define SYSLOG_ACTION_SIZE_BUFFER 10

#endif
