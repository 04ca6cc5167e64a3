/* SPDX-License-Identifier: MIT */
/* more: text a screen at a time. Blank goes on by a page, Return by a line, q ends. Without a terminal it is cat. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/util/util.h"

static FILE *keys;
static struct termios cooked;
static int rows = 24, columns = 80, left;

static void restore(void)
{
	if (keys)
		tcsetattr(fileno(keys), TCSADRAIN, &cooked);
}

/* Lines that may go by until the next question. */
static int question(void)
{
	int c;

	printf("\033[7m--More--\033[m");
	fflush(stdout);
	c = getc(keys);
	printf("\r\033[K");
	if (c == 'q' || c == 'Q' || c == 3 || c == EOF)
		exit(finish(0));
	return c == '\n' || c == '\r' || c == 'j' ? 1 : rows - 1;
}

static void show(FILE *f, const char *name)
{
	int c, column = 0;

	(void)name;
	while ((c = getc(f)) != EOF) {
		if (keys && left == 0)
			left = question();
		putchar(c);
		column = c == '\n' ? 0 : c == '\t' ? (column | 7) + 1 : column + 1;
		if (c == '\n' || column >= columns) {
			left--;
			column = 0;
		}
	}
}

int main(int argc, char **argv)
{
	struct winsize ws;

	if (isatty(1)) {
		struct termios raw;

		keys = isatty(0) ? fopen("/dev/tty", "r") : fdopen(dup(2), "r");
		if (keys && tcgetattr(fileno(keys), &cooked) == 0) {
			setvbuf(keys, NULL, _IONBF, 0);
			raw = cooked;
			raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
			atexit(restore);
			tcsetattr(fileno(keys), TCSADRAIN, &raw);
		} else {
			keys = NULL;
		}
		if (ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 1) {
			rows = ws.ws_row;
			columns = ws.ws_col;
		}
	}
	left = rows - 1;
	return finish(each_input(argc, argv, 1, show));
}
