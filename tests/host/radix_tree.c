/* SPDX-License-Identifier: MIT */
/*
 * The radix tree against a plain array of (index, item, tags). Nodes come from malloc and are
 * counted; allocation can be told to fail after k nodes, at every k.
 */
#include <stdlib.h>
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/radix_tree.h"
#include "lib/string.h"
#include "tests/host/host.h"

static int nodes, nodes_left = -1;

void *radix_tree_node_alloc(void)
{
	if (nodes_left == 0)
		return NULL;
	if (nodes_left > 0)
		nodes_left--;
	nodes++;
	return memset(malloc(RADIX_TREE_NODE_SIZE), 0xa5, RADIX_TREE_NODE_SIZE);
}

void radix_tree_node_free(void *node)
{
	nodes--;
	free(node);
}

#define N 96
struct entry {
	unsigned long index;
	bool in;
	bool tag[RADIX_TREE_MAX_TAGS];
};
static struct entry model[N];	/* ascending by index */

/* Indices in clumps, at both ends of the range and spread out. */
static void make_indices(void)
{
	for (int i = 0; i < N; i++) {
		unsigned long base = i < 32 ? 0 : i < 48 ? 60 : i < 56 ? 4090 : i < 80 ? 1ul << (i - 48) : -(unsigned long)(2 * N);

		model[i] = (struct entry) { .index = base + i };
	}
	for (int i = 0; i < N; i++)
		for (int j = i + 1; j < N; j++)
			if (model[j].index < model[i].index)
				swap(model[i], model[j]);
	for (int i = 1; i < N; i++)
		CHECK(model[i - 1].index < model[i].index);
}

/* The nodes of a tree, checking what its source promises of each. */
static int check_nodes(const struct radix_tree_node *node, const struct radix_tree_node *parent)
{
	int count = 1;
	unsigned used = 0;

	if (!node)
		return 0;
	CHECK(node->parent == parent);
	for (unsigned i = 0; i < RADIX_TREE_MAP_SIZE; i++) {
		struct radix_tree_node *below = node->slots[i];

		used += below != NULL;
		for (unsigned t = 0; t < RADIX_TREE_MAX_TAGS; t++) {
			bool tag = __test_bit(i, node->tags[t]);

			CHECK(!tag || below);
			if (below && node->shift)
				CHECK(tag == (find_first_bit(below->tags[t], 64) < 64));
		}
		if (below && node->shift) {
			CHECK(below->offset == i && below->shift == node->shift - 6);
			count += check_nodes(below, node);
		}
	}
	CHECK(used == node->count && used > 0);
	CHECK(parent || !node->shift || used > 1 || !node->slots[0]);
	return count;
}

static void check_gang(struct radix_tree_root *root, unsigned long first, unsigned max_items, int tag)
{
	void *out[N + 1];
	unsigned n = tag < 0 ? radix_tree_gang_lookup(root, out, first, max_items)
			     : radix_tree_gang_lookup_tag(root, out, first, max_items, tag);
	unsigned expected = 0;

	for (int i = 0; i < N && expected < max_items; i++) {
		if (model[i].index < first || !model[i].in || (tag >= 0 && !model[i].tag[tag]))
			continue;
		CHECK(expected < n && out[expected] == &model[i]);
		expected++;
	}
	CHECK(n == expected);
	if (tag < 0) {
		unsigned long index = first;
		struct entry *e = radix_tree_next(root, &index);

		CHECK(e == (n ? out[0] : NULL) && (!e || index == e->index));
	}
}

static void check_all(struct radix_tree_root *root)
{
	CHECK(check_nodes(root->rnode, NULL) == nodes);
	for (int i = 0; i < N; i++) {
		struct entry *e = &model[i];

		CHECK(radix_tree_lookup(root, e->index) == (e->in ? e : NULL));
		void **slot = radix_tree_lookup_slot(root, e->index);

		CHECK(e->in ? slot && *slot == e : !slot);
		for (unsigned t = 0; t < RADIX_TREE_MAX_TAGS; t++)
			CHECK(radix_tree_tag_get(root, e->index, t) == (e->in && e->tag[t]));
	}
	for (unsigned t = 0; t < RADIX_TREE_MAX_TAGS; t++) {
		bool any = false;

		for (int i = 0; i < N; i++)
			any |= model[i].in && model[i].tag[t];
		CHECK(radix_tree_tagged(root, t) == any);
	}
	unsigned long from = random_below(3) ? model[random_below(N)].index + random_below(3) - 1 : random64();

	check_gang(root, from, 1 + random_below(N), (int)random_below(4) - 1);
	check_gang(root, 0, N + 1, (int)random_below(4) - 1);
}

static void random_step(struct radix_tree_root *root)
{
	struct entry *e = &model[random_below(N)];
	enum radix_tree_tag tag = random_below(RADIX_TREE_MAX_TAGS);

	switch (random_below(5)) {
	case 0:
	case 1:
		CHECK(radix_tree_insert(root, e->index, e) == (e->in ? -EEXIST : 0));
		e->in = true;
		break;
	case 2:
		CHECK(radix_tree_delete(root, e->index) == (e->in ? e : NULL));
		*e = (struct entry) { .index = e->index };
		break;
	case 3:
		CHECK(radix_tree_tag_set(root, e->index, tag) == (e->in ? e : NULL));
		e->tag[tag] = e->in;
		break;
	case 4:
		CHECK(radix_tree_tag_clear(root, e->index, tag) == (e->in ? e : NULL));
		e->tag[tag] = false;
		break;
	}
}

static void empty(struct radix_tree_root *root)
{
	for (int i = 0; i < N; i++)
		radix_tree_delete(root, model[i].index);
	CHECK(radix_tree_empty(root) && nodes == 0);
}

TEST(radix_tree_random_model)
{
	struct radix_tree_root root = RADIX_TREE_INIT;

	make_indices();
	for (int i = 0; i < 4000; i++) {
		random_step(&root);
		check_all(&root);
	}
	empty(&root);
}

TEST(radix_tree_allocation_failure_changes_nothing)
{
	struct radix_tree_root root = RADIX_TREE_INIT;

	make_indices();
	for (int round = 0; round < 300; round++) {
		struct entry *e = &model[random_below(N)];
		int failures = 0;

		if (e->in) {
			CHECK(radix_tree_delete(&root, e->index) == e);
			*e = (struct entry) { .index = e->index };
			continue;
		}
		for (nodes_left = 0; ; nodes_left = ++failures) {
			int error = radix_tree_insert(&root, e->index, e);

			nodes_left = -1;
			e->in = !error;
			check_all(&root);
			if (!error)
				break;
			CHECK(error == -ENOMEM && failures < (int)RADIX_TREE_PRELOAD_SIZE);
		}
		CHECK(radix_tree_tag_set(&root, e->index, random_below(3)));
		for (unsigned t = 0; t < RADIX_TREE_MAX_TAGS; t++)
			e->tag[t] = radix_tree_tag_get(&root, e->index, t);
	}
	empty(&root);
}

TEST(radix_tree_replace_keeps_tags)
{
	struct radix_tree_root root = RADIX_TREE_INIT;
	int a, b;

	CHECK(!radix_tree_replace(&root, 7, &b));
	CHECK(!radix_tree_insert(&root, 7, &a));
	CHECK(radix_tree_tag_set(&root, 7, RADIX_TREE_TAG_DIRTY) == &a);
	CHECK(radix_tree_replace(&root, 7, &b) == &a);
	CHECK(radix_tree_lookup(&root, 7) == &b && radix_tree_tag_get(&root, 7, RADIX_TREE_TAG_DIRTY));
	CHECK(radix_tree_delete(&root, 7) == &b && nodes == 0);
}

TEST(radix_tree_next_hole)
{
	struct radix_tree_root root = RADIX_TREE_INIT;
	int item;

	for (unsigned long i = 100; i < 300; i++)
		CHECK(!radix_tree_insert(&root, i, &item));
	CHECK(radix_tree_next_hole(&root, 0, 10) == 0);
	CHECK(radix_tree_next_hole(&root, 100, 1000) == 300);
	CHECK(radix_tree_next_hole(&root, 100, 50) == 150);
	CHECK(radix_tree_next_hole(&root, 299, 50) == 300);
	CHECK(!radix_tree_insert(&root, ~0ul, &item));
	CHECK(radix_tree_next_hole(&root, ~0ul, 5) == 0);
	CHECK(radix_tree_delete(&root, ~0ul));
	for (unsigned long i = 100; i < 300; i++)
		CHECK(radix_tree_delete(&root, i) == &item);
	CHECK(nodes == 0);
}
