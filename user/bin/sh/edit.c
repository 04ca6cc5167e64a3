/* SPDX-License-Identifier: MIT */
/*
 * Typing a command line. The terminal is put in raw mode for the duration of a line; keys as in the emacs mode of other
 * shells: arrows, Home, End, ^A ^E ^B ^F move, ^K ^U ^W ^Y cut and paste, ^P ^N go through the history, Tab completes a
 * file name, ^L clears the screen. Long lines scroll sideways, so that what a line is on the screen never wraps.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

#define LINE_MAX_LEN 4096
#define HISTORY 200

static char line[LINE_MAX_LEN + 2];	/* and a newline, and its end */
static char yank[LINE_MAX_LEN + 2];
static int len, pos;
static const char *prompt_text;
static char *history[HISTORY];
static int nhistory;

enum key { KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE };

#define CTRL(c) ((c) & 31)

void history_add(const char *text)
{
	size_t n = strcspn(text, "\n");

	if (!n || (nhistory && strlen(history[nhistory - 1]) == n && !strncmp(history[nhistory - 1], text, n)))
		return;
	if (nhistory == HISTORY) {
		free(history[0]);
		memmove(history, history + 1, --nhistory * sizeof(*history));
	}
	history[nhistory++] = strndup(text, n);
}

int builtin_history(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < nhistory; i++)
		printf("%5d  %s\n", i + 1, history[i]);
	return 0;
}

static int columns(void)
{
	struct winsize ws;

	return ioctl(2, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 10 ? ws.ws_col : 80;
}

/* What the prompt takes on the screen: its last line, without escape sequences. */
static int prompt_width(void)
{
	const char *p = strrchr(prompt_text, '\n');
	int w = 0;

	for (p = p ? p + 1 : prompt_text; *p; p++) {
		if (*p == 27 && p[1] == '[') {
			for (p += 2; *p && !isalpha(*p); p++)
				;
			if (!*p)
				break;
			continue;
		}
		w++;
	}
	return w;
}

static void show(void)
{
	int room = columns() - prompt_width() - 1, from = 0, n;
	const char *last = strrchr(prompt_text, '\n');

	if (room < 10)
		room = 10;
	if (pos > room)
		from = pos - room;
	n = len - from < room ? len - from : room;
	fprintf(stderr, "\r\033[K%s%.*s", last ? last + 1 : prompt_text, n, line + from);
	if (from + n > pos)
		fprintf(stderr, "\033[%dD", from + n - pos);
}

static int read_byte(void)
{
	char c;
	ssize_t n = read_or_signal(&c);

	return n == 1 ? (unsigned char)c : -1;
}

static int pending(void)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	return poll(&p, 1, 50) > 0;
}

/* A key, with the sequences that begin with escape made one number. */
static int read_key(void)
{
	int c = read_byte(), n = 0;

	if (c != 27 || !pending())
		return c;
	c = read_byte();
	if (c != '[' && c != 'O')
		return KEY_NONE;
	c = read_byte();
	while (isdigit(c) || c == ';') {
		if (isdigit(c))
			n = n * 10 + (c - '0');
		c = read_byte();
	}
	switch (c) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return KEY_RIGHT;
	case 'D': return KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	case '~': return n == 3 ? KEY_DELETE : n == 1 || n == 7 ? KEY_HOME : n == 4 || n == 8 ? KEY_END : KEY_NONE;
	}
	return KEY_NONE;
}

static void insert(const char *s, int n)
{
	if (len + n > LINE_MAX_LEN)
		return;
	memmove(line + pos + n, line + pos, len - pos);
	memcpy(line + pos, s, n);
	len += n;
	pos += n;
}

static void delete(int from, int to, int keep)
{
	if (from >= to)
		return;
	if (keep) {
		memcpy(yank, line + from, to - from);
		yank[to - from] = 0;
	}
	memmove(line + from, line + to, len - to);
	len -= to - from;
	pos = from;
}

static int word_start(void)
{
	int p = pos;

	while (p > 0 && line[p - 1] == ' ')
		p--;
	while (p > 0 && line[p - 1] != ' ')
		p--;
	return p;
}

static void replace_line(const char *s)
{
	len = pos = 0;
	insert(s, (int)strlen(s));
}

/* at: index into the history; nhistory is the line being typed, which is kept meanwhile. */
static void recall(int *at, int step)
{
	static char typed[LINE_MAX_LEN + 1];
	int to = *at + step;

	if (to < 0 || to > nhistory)
		return;
	if (*at == nhistory) {
		memcpy(typed, line, len);
		typed[len] = 0;
	}
	*at = to;
	replace_line(to == nhistory ? typed : history[to]);
}

/* Completes the file name before the cursor as far as it is certain; a second Tab lists what is possible. */
static void complete(int again)
{
	int start = pos, common = -1;
	char pattern[LINE_MAX_LEN + 2];
	struct stat st;
	glob_t g;

	while (start > 0 && !strchr(" \t;&|<>()=", line[start - 1]))
		start--;
	snprintf(pattern, sizeof(pattern), "%.*s*", pos - start, line + start);
	if (glob(pattern, GLOB_MARK, NULL, &g))
		return;
	for (size_t i = 1; i < g.gl_pathc; i++) {
		int n = 0;

		while (g.gl_pathv[0][n] && g.gl_pathv[0][n] == g.gl_pathv[i][n] && n != common)
			n++;
		common = n;
	}
	if (common < 0)
		common = (int)strlen(g.gl_pathv[0]);
	if (common > pos - start)
		insert(g.gl_pathv[0] + pos - start, common - (pos - start));
	else if (again && g.gl_pathc > 1) {
		fputc('\n', stderr);
		for (size_t i = 0; i < g.gl_pathc && i < 100; i++)
			fprintf(stderr, "%s%s", g.gl_pathv[i], (i + 1) % 4 && i + 1 < g.gl_pathc ? "\t" : "\n");
	}
	if (g.gl_pathc == 1 && stat(g.gl_pathv[0], &st) == 0 && !S_ISDIR(st.st_mode))
		insert(" ", 1);
	globfree(&g);
}

/* One key; 1 ends the line, -1 is the end of the input. */
static int handle(int key, int last, int *at)
{
	char c = (char)key;

	switch (key) {
	case '\r':
	case '\n':
		return 1;
	case CTRL('A'): case KEY_HOME: pos = 0; break;
	case CTRL('E'): case KEY_END: pos = len; break;
	case CTRL('B'): case KEY_LEFT: pos -= pos > 0; break;
	case CTRL('F'): case KEY_RIGHT: pos += pos < len; break;
	case CTRL('P'): case KEY_UP: recall(at, -1); break;
	case CTRL('N'): case KEY_DOWN: recall(at, 1); break;
	case CTRL('K'): delete(pos, len, 1); break;
	case CTRL('U'): delete(0, pos, 1); break;
	case CTRL('W'): delete(word_start(), pos, 1); break;
	case CTRL('Y'): insert(yank, (int)strlen(yank)); break;
	case CTRL('L'): fprintf(stderr, "\033[H\033[2J"); break;
	case CTRL('D'):
		if (!len)
			return -1;
		/* fall through */
	case KEY_DELETE:
		if (pos < len)
			delete(pos, pos + 1, 0);
		break;
	case 127:
	case CTRL('H'):
		if (pos > 0)
			delete(pos - 1, pos, 0);
		break;
	case '\t': complete(last == '\t'); break;
	default:
		if (key >= 32 && key < 256)
			insert(&c, 1);
	}
	return 0;
}

static char *edit(struct termios *cooked)
{
	int at = nhistory, key = 0, last, done = 0;
	struct termios raw = *cooked;

	/* ^C stays a signal: it interrupts the read below. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	raw.c_cc[VSUSP] = 0;
	raw.c_cc[VQUIT] = 0;
	tcsetattr(0, TCSADRAIN, &raw);
	len = pos = 0;
	fputs(prompt_text, stderr);
	while (!done) {
		last = key;
		key = read_key();
		if (key < 0) {
			int error = errno;

			tcsetattr(0, TCSADRAIN, cooked);
			if (error != EINTR)
				return NULL;
			/* ^C without a trap does not come back here. */
			if (interrupted)
				fputs("^C\n", stderr);
			traps_check();
			tcsetattr(0, TCSADRAIN, &raw);
			show();
			continue;
		}
		/* Plain typing at the end of a short line needs no redrawing. */
		if (key >= 32 && key < 127 && pos == len && len + prompt_width() < columns() - 2) {
			char c = (char)key;

			insert(&c, 1);
			fputc(key, stderr);
			continue;
		}
		done = handle(key, last, &at);
		if (!done)
			show();
	}
	fputc('\n', stderr);
	tcsetattr(0, TCSADRAIN, cooked);
	if (done < 0)
		return NULL;
	line[len++] = '\n';
	line[len] = 0;
	history_add(line);
	return line;
}

/* Where there is no terminal, or a dumb one: the terminal's own line. */
static char *plain(void)
{
	int c;

	fputs(prompt_text, stderr);
	for (len = 0; len < LINE_MAX_LEN;) {
		c = read_byte();
		if (c < 0 && errno == EINTR) {
			traps_check();
			continue;
		}
		if (c < 0)
			break;
		line[len++] = (char)c;
		if (c == '\n')
			break;
	}
	line[len] = 0;
	return len ? line : NULL;
}

char *edit_line(const char *prompt)
{
	const char *term = var_get("TERM");
	struct termios cooked;

	prompt_text = prompt;
	fflush(stdout);
	errno = 0;
	if (tcgetattr(0, &cooked) < 0 || (term && !strcmp(term, "dumb")))
		return plain();
	return edit(&cooked);
}
