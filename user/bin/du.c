/* SPDX-License-Identifier: MIT */
/* du: the blocks that trees take, in KiB; -s only the sums, -a files, too, -h for people. A file with several names counts once. */
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

#define DEPTH 256

static int human, files, sums_only;
static unsigned long long sum[DEPTH + 2];	/* in 512-byte blocks, of the directory at each depth */
static struct seen { dev_t dev; ino_t ino; } *seen;
static size_t nseen;

static int seen_before(const struct stat *st)
{
	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return 0;
	for (size_t i = 0; i < nseen; i++)
		if (seen[i].dev == st->st_dev && seen[i].ino == st->st_ino)
			return 1;
	seen = xrealloc(seen, (nseen + 1) * sizeof(*seen));
	seen[nseen++] = (struct seen){ st->st_dev, st->st_ino };
	return 0;
}

static void print(unsigned long long blocks, const char *path)
{
	if (human)
		printf("%s\t%s\n", human_size(blocks * 512), path);
	else
		printf("%llu\t%s\n", (blocks + 1) / 2, path);
}

static int visit(const char *path, const struct stat *st, enum visit when, int depth)
{
	int d = depth < DEPTH ? depth : DEPTH;
	unsigned long long blocks = (unsigned long long)st->st_blocks;

	switch (when) {
	case VISIT_DIR:
		sum[d] = blocks;
		return WALK_GO_ON;
	case VISIT_FILE:
		if (seen_before(st))
			return 0;
		if (d)
			sum[d - 1] += blocks;
		if (files || !d)
			print(blocks, path);
		return 0;
	case VISIT_DIR_END:
		if (d)
			sum[d - 1] += sum[d];
		if (!sums_only || !d)
			print(sum[d], path);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int c, status = 0;

	while ((c = getopt(argc, argv, "ashk")) != -1) {
		if (c == '?')
			usage("[-ash] [file ...]");
		files |= c == 'a';
		sums_only |= c == 's';
		human |= c == 'h';
	}
	if (optind == argc)
		status |= walk_tree(".", 0, visit) < 0;
	for (; optind < argc; optind++)
		status |= walk_tree(argv[optind], 0, visit) < 0;
	return finish(status);
}
