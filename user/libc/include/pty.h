/* SPDX-License-Identifier: MIT */
#pragma once
/* openpty(3). All return -1 and set errno on failure. */
#include <termios.h>

int openpty(int *master, int *slave, char *name, const struct termios *t, const struct winsize *w);	/* NULL: not wanted */
int login_tty(int slave);	/* a new session with that terminal, which becomes 0, 1 and 2 */
pid_t forkpty(int *master, char *name, const struct termios *t, const struct winsize *w);
