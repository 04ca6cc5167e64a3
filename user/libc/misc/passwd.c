/* SPDX-License-Identifier: MIT */
/* /etc/passwd and /etc/group: one line per user or group, fields between colons. Results live until the next call. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *line;
static size_t cap;

/* Finds the line whose field 0 is name, or, without a name, whose field 2 is id; fills n fields. */
static int lookup(const char *path, const char *name, unsigned id, char **field, int n)
{
	FILE *f = fopen(path, "re");
	int found = 0;

	while (f && !found && getline(&line, &cap, f) > 0) {
		char *p = line;
		int i;

		line[strcspn(line, "\n")] = 0;
		for (i = 0; i < n; i++)
			if (!(field[i] = strsep(&p, ":")))
				break;
		if (i == n)
			found = name ? !strcmp(field[0], name) : strtoul(field[2], NULL, 10) == id;
	}
	if (f)
		fclose(f);
	return found;
}

static struct passwd *user(const char *name, uid_t uid)
{
	static struct passwd pw;
	char *f[7];

	if (!lookup("/etc/passwd", name, uid, f, 7))
		return NULL;
	pw = (struct passwd){ f[0], f[1], (uid_t)atoi(f[2]), (gid_t)atoi(f[3]), f[4], f[5], f[6] };
	return &pw;
}

static struct group *group(const char *name, gid_t gid)
{
	static struct group gr;
	static char *members[64];
	char *f[4], *m;
	int n = 0;

	if (!lookup("/etc/group", name, gid, f, 4))
		return NULL;
	while (n < 63 && (m = strsep(&f[3], ",")))
		if (*m)
			members[n++] = m;
	members[n] = NULL;
	gr = (struct group){ f[0], f[1], (gid_t)atoi(f[2]), members };
	return &gr;
}

struct passwd *getpwnam(const char *name) { return user(name, 0); }
struct passwd *getpwuid(uid_t uid) { return user(NULL, uid); }
struct group *getgrnam(const char *name) { return group(name, 0); }
struct group *getgrgid(gid_t gid) { return group(NULL, gid); }

char *getlogin(void)
{
	struct passwd *pw = getpwuid(getuid());

	return pw ? pw->pw_name : NULL;
}
