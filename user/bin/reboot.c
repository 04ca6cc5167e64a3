/* SPDX-License-Identifier: MIT */
/*
 * reboot, poweroff, halt: asks init, by signal, to end everything; -f does not ask and calls reboot(2) at once. Where
 * process 1 is some other program that does not listen, the call is made after a few seconds.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
#include "user/util/util.h"

#define PATIENCE 4	/* seconds */

int main(int argc, char **argv)
{
	int command = RB_AUTOBOOT, sig = SIGTERM;

	if (!strcmp(program_invocation_short_name, "poweroff")) {
		command = RB_POWER_OFF;
		sig = SIGUSR2;
	} else if (!strcmp(program_invocation_short_name, "halt")) {
		command = RB_HALT_SYSTEM;
		sig = SIGUSR1;
	}
	if (argc > 1 && strcmp(argv[1], "-f"))
		usage("[-f]");
	if (argc == 1) {
		if (kill(1, sig) < 0)
			err(1, "process 1");
		signal(SIGTERM, SIG_IGN);
		sleep(PATIENCE);
	}
	sync();
	reboot(command);
	err(1, "reboot");
}
