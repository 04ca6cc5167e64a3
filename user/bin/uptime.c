/* SPDX-License-Identifier: MIT */
/* uptime: the time, how long the machine has run, and its load. */
#include "user/util/proc.h"
#include "user/util/util.h"

int main(void)
{
	print_uptime();
	return finish(0);
}
