/* SPDX-License-Identifier: MIT */
/* The name of the system; uname, call 122. Source: uname(2). */
#ifndef LIB_ABI_UTSNAME_H
#define LIB_ABI_UTSNAME_H

#include "lib/abi/types.h"

#define __NEW_UTS_LEN 64

struct new_utsname {
	char sysname[__NEW_UTS_LEN + 1];
	char nodename[__NEW_UTS_LEN + 1];
	char release[__NEW_UTS_LEN + 1];
	char version[__NEW_UTS_LEN + 1];
	char machine[__NEW_UTS_LEN + 1];
	char domainname[__NEW_UTS_LEN + 1];
};
ABI_SIZE(struct new_utsname, 390);

/* olduname, call 59 */
struct oldold_utsname {
	char sysname[9];
	char nodename[9];
	char release[9];
	char version[9];
	char machine[9];
};

/* uname, call 109 */
struct old_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
};

#endif
