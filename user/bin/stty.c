/* SPDX-License-Identifier: MIT */
/* stty: shows (-a everything, -g to be read back) and sets the modes of the terminal on standard input; -F names another. */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/util/util.h"

enum part { I, O, C, L };

static const struct mode {
	const char *name;
	enum part part;
	tcflag_t bit;
	char sane;		/* what "sane" makes of it */
} modes[] = {
	{ "parenb", C, PARENB, 0 }, { "parodd", C, PARODD, 0 }, { "cstopb", C, CSTOPB, 0 }, { "hupcl", C, HUPCL, 1 },
	{ "cread", C, CREAD, 1 }, { "clocal", C, CLOCAL, 0 },
	{ "ignbrk", I, IGNBRK, 0 }, { "brkint", I, BRKINT, 1 }, { "ignpar", I, IGNPAR, 0 }, { "parmrk", I, PARMRK, 0 },
	{ "inpck", I, INPCK, 0 }, { "istrip", I, ISTRIP, 0 }, { "inlcr", I, INLCR, 0 }, { "igncr", I, IGNCR, 0 },
	{ "icrnl", I, ICRNL, 1 }, { "ixon", I, IXON, 1 }, { "ixany", I, IXANY, 0 }, { "ixoff", I, IXOFF, 0 },
	{ "imaxbel", I, IMAXBEL, 1 }, { "iutf8", I, IUTF8, 0 },
	{ "opost", O, OPOST, 1 }, { "onlcr", O, ONLCR, 1 }, { "ocrnl", O, OCRNL, 0 }, { "onocr", O, ONOCR, 0 }, { "onlret", O, ONLRET, 0 },
	{ "isig", L, ISIG, 1 }, { "icanon", L, ICANON, 1 }, { "iexten", L, IEXTEN, 1 }, { "echo", L, ECHO, 1 }, { "echoe", L, ECHOE, 1 },
	{ "echok", L, ECHOK, 1 }, { "echonl", L, ECHONL, 0 }, { "noflsh", L, NOFLSH, 0 }, { "tostop", L, TOSTOP, 0 },
	{ "echoctl", L, ECHOCTL, 1 }, { "echoke", L, ECHOKE, 1 },
};
#define NMODES (sizeof(modes) / sizeof(*modes))

static const struct { const char *name; int index; cc_t sane; } chars[] = {
	{ "intr", VINTR, 3 }, { "quit", VQUIT, 28 }, { "erase", VERASE, 127 }, { "kill", VKILL, 21 }, { "eof", VEOF, 4 },
	{ "eol", VEOL, 0 }, { "eol2", VEOL2, 0 }, { "start", VSTART, 17 }, { "stop", VSTOP, 19 }, { "susp", VSUSP, 26 },
	{ "rprnt", VREPRINT, 18 }, { "werase", VWERASE, 23 }, { "lnext", VLNEXT, 22 }, { "min", VMIN, 1 }, { "time", VTIME, 0 },
};
#define NCHARS (sizeof(chars) / sizeof(*chars))

static const struct { unsigned baud; speed_t code; } speeds[] = {
	{ 1200, B1200 }, { 2400, B2400 }, { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 },
	{ 57600, B57600 }, { 115200, B115200 },
};
#define NSPEEDS (sizeof(speeds) / sizeof(*speeds))

static struct termios t;
static int fd;

static tcflag_t *flags(enum part part)
{
	return part == I ? &t.c_iflag : part == O ? &t.c_oflag : part == C ? &t.c_cflag : &t.c_lflag;
}

static unsigned baud(void)
{
	for (size_t i = 0; i < NSPEEDS; i++)
		if (speeds[i].code == cfgetospeed(&t))
			return speeds[i].baud;
	return 0;
}

static void print_char(const char *name, int index, int c)
{
	printf("%s = ", name);
	if (index == VMIN || index == VTIME)
		printf("%d; ", c);
	else if (!c)
		printf("<undef>; ");
	else if (c < 32 || c == 127)
		printf("^%c; ", c ^ 64);
	else
		printf("%c; ", c);
}

static void show(int all)
{
	int column = 0;
	struct winsize ws = { 0 };

	ioctl(fd, TIOCGWINSZ, &ws);
	printf("speed %u baud; ", baud());
	if (all)
		printf("rows %u; columns %u; ", ws.ws_row, ws.ws_col);
	printf("line = %d;\n", t.c_line);
	for (size_t i = 0; i < NCHARS; i++)
		if (all || t.c_cc[chars[i].index] != chars[i].sane)
			print_char(chars[i].name, chars[i].index, t.c_cc[chars[i].index]), column = 1;
	if (column)
		putchar('\n');
	column = 0;
	for (size_t i = 0; i < NMODES; i++) {
		int on = (*flags(modes[i].part) & modes[i].bit) != 0;

		if (!all && on == modes[i].sane)
			continue;
		column += printf("%s%s%s", column ? " " : "", on ? "" : "-", modes[i].name);
		if (column > 70) {
			putchar('\n');
			column = 0;
		}
	}
	if (column)
		putchar('\n');
}

static void show_readable(void)
{
	printf("%x:%x:%x:%x", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	for (int i = 0; i < 19; i++)
		printf(":%x", t.c_cc[i]);
	putchar('\n');
}

static int set_readable(const char *s)
{
	unsigned v[23];
	char *end;

	for (int i = 0; i < 23; i++) {
		v[i] = (unsigned)strtoul(s, &end, 16);
		if (end == s || *end != (i < 22 ? ':' : 0))
			return 0;
		s = end + 1;
	}
	t.c_iflag = v[0];
	t.c_oflag = v[1];
	t.c_cflag = v[2];
	t.c_lflag = v[3];
	for (int i = 0; i < 19; i++)
		t.c_cc[i] = (cc_t)v[4 + i];
	return 1;
}

static void set_sane(void)
{
	for (size_t i = 0; i < NMODES; i++) {
		tcflag_t *f = flags(modes[i].part);

		*f = modes[i].sane ? *f | modes[i].bit : *f & ~modes[i].bit;
	}
	for (size_t i = 0; i < NCHARS; i++)
		t.c_cc[chars[i].index] = chars[i].sane;
}

static void set_size(const char *which, const char *value)
{
	struct winsize ws = { 0 };

	ioctl(fd, TIOCGWINSZ, &ws);
	*(*which == 'r' ? &ws.ws_row : &ws.ws_col) = (unsigned short)atoi(value);
	if (ioctl(fd, TIOCSWINSZ, &ws) < 0)
		err(1, "cannot set the size");
}

/* "^C", "undef" or the character itself; a number for min and time */
static cc_t parse_char(int index, const char *s)
{
	if (index == VMIN || index == VTIME || (isdigit((unsigned char)*s) && s[1]))
		return (cc_t)atoi(s);
	if (!strcmp(s, "undef") || !strcmp(s, "^-"))
		return 0;
	if (*s == '^' && s[1])
		return (cc_t)(s[1] == '?' ? 127 : toupper((unsigned char)s[1]) & 31);
	return (cc_t)*s;
}

/* Returns how many words it took. */
static int set(char **word)
{
	const char *name = word[0] + (word[0][0] == '-');
	int off = word[0][0] == '-';

	for (size_t i = 0; i < NMODES; i++)
		if (!strcmp(modes[i].name, name)) {
			tcflag_t *f = flags(modes[i].part);

			*f = off ? *f & ~modes[i].bit : *f | modes[i].bit;
			return 1;
		}
	for (size_t i = 0; i < NCHARS && word[1]; i++)
		if (!strcmp(chars[i].name, name)) {
			t.c_cc[chars[i].index] = parse_char(chars[i].index, word[1]);
			return 2;
		}
	if (!strcmp(name, "sane") || (!strcmp(name, "raw") && off) || (!strcmp(name, "cooked") && !off)) {
		set_sane();
	} else if (!strcmp(name, "raw") || !strcmp(name, "cooked")) {
		cfmakeraw(&t);
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
	} else if (!strcmp(name, "cbreak")) {
		t.c_lflag = off ? t.c_lflag | ICANON : t.c_lflag & ~(tcflag_t)ICANON;
	} else if (word[1] && (!strcmp(name, "rows") || !strcmp(name, "cols") || !strcmp(name, "columns"))) {
		set_size(name, word[1]);
		return 2;
	} else if (!strcmp(name, "size")) {
		struct winsize ws = { 0 };

		ioctl(fd, TIOCGWINSZ, &ws);
		printf("%u %u\n", ws.ws_row, ws.ws_col);
	} else if (!strcmp(name, "speed")) {
		printf("%u\n", baud());
	} else if (isdigit((unsigned char)*name) && !strchr(name, ':')) {
		size_t i = 0;

		while (i < NSPEEDS && speeds[i].baud != (unsigned)atoi(name))
			i++;
		if (i == NSPEEDS)
			errx(1, "%s is no speed", name);
		cfsetospeed(&t, speeds[i].code);
		cfsetispeed(&t, speeds[i].code);
	} else if (!set_readable(name)) {
		errx(1, "%s is not known", word[0]);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct termios before;
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "-F")) {
		fd = open(argv[2], O_RDWR | O_NONBLOCK);
		if (fd < 0)
			err(1, "%s", argv[2]);
		i = 3;
	}
	if (tcgetattr(fd, &t) < 0)
		err(1, "standard input");
	before = t;
	if (i == argc || !strcmp(argv[i], "-a"))
		show(i < argc);
	else if (!strcmp(argv[i], "-g"))
		show_readable();
	else
		while (i < argc)
			i += set(argv + i);
	if (memcmp(&before, &t, sizeof(t)) && tcsetattr(fd, TCSADRAIN, &t) < 0)
		err(1, "cannot set the modes");
	return finish(0);
}
