/* SPDX-License-Identifier: MIT */
/*
 * The environment: an array of "NAME=value" pointers. The first one lies on the stack where execve put it; it is
 * copied to the heap when it has to grow. Strings made here are remembered only by the array, and leak when
 * replaced, since a caller may still hold what getenv gave it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char **heap_env;	/* environ, when we allocated it */

static char **find(const char *name, size_t len)
{
	for (char **e = environ; e && *e; e++)
		if (!strncmp(*e, name, len) && (*e)[len] == '=')
			return e;
	return NULL;
}

char *getenv(const char *name)
{
	size_t len = strlen(name);
	char **e = len ? find(name, len) : NULL;

	return e ? *e + len + 1 : NULL;
}

int putenv(char *string)
{
	size_t len = strcspn(string, "="), n = 0;
	char **e, **grown;

	if (!string[len])
		return unsetenv(string);
	e = find(string, len);
	if (e) {
		*e = string;
		return 0;
	}
	while (environ && environ[n])
		n++;
	grown = realloc(environ == heap_env ? heap_env : NULL, (n + 2) * sizeof(*grown));
	if (!grown)
		return -1;
	if (environ != heap_env && n)
		memcpy(grown, environ, n * sizeof(*grown));
	grown[n] = string;
	grown[n + 1] = NULL;
	environ = heap_env = grown;
	return 0;
}

static int bad_name(const char *name)
{
	if (*name && !strchr(name, '='))
		return 0;
	errno = EINVAL;
	return 1;
}

int setenv(const char *name, const char *value, int overwrite)
{
	size_t len = strlen(name);
	char *s;

	if (bad_name(name))
		return -1;
	if (!overwrite && find(name, len))
		return 0;
	s = malloc(len + strlen(value) + 2);
	if (!s)
		return -1;
	memcpy(s, name, len);
	s[len] = '=';
	strcpy(s + len + 1, value);
	return putenv(s);
}

int unsetenv(const char *name)
{
	char **e;

	if (bad_name(name))
		return -1;
	while ((e = find(name, strlen(name))))
		do
			e[0] = e[1];
		while (*e++);
	return 0;
}

int clearenv(void)
{
	environ = NULL;
	return 0;
}
