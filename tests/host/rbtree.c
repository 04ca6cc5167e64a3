/* SPDX-License-Identifier: MIT */
/*
 * The red-black tree against a table of what must be in it. After every step the three rules, the
 * order and, in the augmented tree, the value of every node are computed anew and compared.
 */
#include "lib/rbtree.h"
#include "lib/string.h"
#include "tests/host/host.h"

#define N 200
struct item {
	u32 key;
	u32 weight;
	u32 max_weight;		/* of the subtree */
	struct rb_node rb;
};

static struct item *item_of(struct rb_node *n) { return rb_entry(n, struct item, rb); }

static u32 computed_max(struct rb_node *n)
{
	u32 m = item_of(n)->weight;

	if (n->rb_left)
		m = max(m, item_of(n->rb_left)->max_weight);
	if (n->rb_right)
		m = max(m, item_of(n->rb_right)->max_weight);
	return m;
}

static void propagate(struct rb_node *n, struct rb_node *stop)
{
	for (; n != stop; n = rb_parent(n)) {
		u32 m = computed_max(n);

		if (item_of(n)->max_weight == m)
			return;
		item_of(n)->max_weight = m;
	}
}

static void copy(struct rb_node *from, struct rb_node *to) { item_of(to)->max_weight = item_of(from)->max_weight; }

static void rotated(struct rb_node *old, struct rb_node *top)
{
	item_of(top)->max_weight = item_of(old)->max_weight;
	item_of(old)->max_weight = computed_max(old);
}

static const struct rb_augment_callbacks callbacks = { propagate, copy, rotated };

/* Returns the black height; *count nodes are met. */
static int check_subtree(struct rb_node *n, struct rb_node *parent, bool augmented, int *count)
{
	if (!n)
		return 1;
	bool red = !(n->__rb_parent_color & 1);

	++*count;
	CHECK(rb_parent(n) == parent);
	CHECK(!red || (parent && (parent->__rb_parent_color & 1)));
	CHECK(!n->rb_left || item_of(n->rb_left)->key <= item_of(n)->key);
	CHECK(!n->rb_right || item_of(n->rb_right)->key >= item_of(n)->key);
	int left = check_subtree(n->rb_left, n, augmented, count);

	CHECK(left == check_subtree(n->rb_right, n, augmented, count));
	CHECK(!augmented || item_of(n)->max_weight == computed_max(n));
	return left + !red;
}

static void check_tree(struct rb_root *root, const struct item *items, const bool *in, bool augmented)
{
	int count = 0, expected = 0, walked = 0;
	struct rb_node *n, *last = NULL;

	for (int i = 0; i < N; i++)
		expected += in[i];
	check_subtree(root->rb_node, NULL, augmented, &count);
	CHECK(count == expected);
	for (n = rb_first(root); n; n = rb_next(n)) {
		CHECK(in[item_of(n) - items]);
		CHECK(rb_prev(n) == last);
		CHECK(!last || item_of(last)->key <= item_of(n)->key);
		last = n;
		walked++;
	}
	CHECK(walked == expected && rb_last(root) == last);
}

static bool insert(struct rb_root *root, struct item *it, bool augmented)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (it->key < item_of(parent)->key) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&it->rb, parent, link);
	if (augmented) {
		it->max_weight = it->weight;
		propagate(parent, NULL);
		rb_insert_augmented(&it->rb, root, &callbacks);
	}
	return leftmost;
}

static void random_run(bool augmented, u32 keys, int rounds, int target)
{
	static struct item items[N];
	bool in[N] = { false };
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < rounds; i++) {
		int k = random_below(N);
		bool want_more = (int)random_below(N) < target;

		if (in[k] == want_more)
			continue;
		if (in[k]) {
			augmented ? rb_erase_augmented(&items[k].rb, &root, &callbacks) : rb_erase(&items[k].rb, &root);
		} else {
			items[k].key = random_below(keys);
			items[k].weight = random_below(50);
			insert(&root, &items[k], augmented);
			if (!augmented)
				rb_insert_color(&items[k].rb, &root);
		}
		in[k] = !in[k];
		check_tree(&root, items, in, augmented);
	}
}

TEST(rbtree_random_model) { random_run(false, 1000, 3000, 100); random_run(false, 5, 2000, 150); random_run(false, 50, 2000, 10); }
TEST(rbtree_augmented_random_model) { random_run(true, 1000, 3000, 100); random_run(true, 5, 2000, 150); random_run(true, 50, 2000, 10); }

TEST(rbtree_augmented_weight_changes)
{
	static struct item items[N];
	bool in[N];
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < N; i++) {
		items[i] = (struct item) { .key = i, .weight = random_below(9) };
		insert(&root, &items[i], true);
		in[i] = true;
	}
	for (int i = 0; i < 2000; i++) {
		struct item *it = &items[random_below(N)];

		it->weight = random_below(1000);
		propagate(&it->rb, NULL);
		check_tree(&root, items, in, true);
	}
}

TEST(rbtree_cached_leftmost)
{
	static struct item items[N];
	bool in[N] = { false };
	struct rb_root_cached root = RB_ROOT_CACHED;

	for (int i = 0; i < 5000; i++) {
		int k = random_below(N);

		if (in[k]) {
			rb_erase_cached(&items[k].rb, &root);
		} else {
			items[k].key = random_below(60);
			rb_insert_color_cached(&items[k].rb, &root, insert(&root.rb_root, &items[k], false));
		}
		in[k] = !in[k];
		CHECK(rb_first_cached(&root) == rb_first(&root.rb_root));
	}
}

TEST(rbtree_replace_and_height)
{
	static struct item items[N], fresh;
	bool in[N];
	struct rb_root root = RB_ROOT;
	int height = 0;

	for (int i = 0; i < N; i++) {	/* ascending keys: a plain tree would become a list */
		items[i].key = i;
		insert(&root, &items[i], false);
		rb_insert_color(&items[i].rb, &root);
		in[i] = true;
	}
	check_tree(&root, items, in, false);
	for (struct rb_node *n = rb_last(&root); n; n = rb_parent(n))
		height++;
	CHECK(height <= 2 * 8);		/* 2 log2(201) */
	for (int i = 0; i < N; i += 7) {
		fresh.key = i;
		rb_replace_node(&items[i].rb, &fresh.rb, &root);
		memset(&items[i].rb, 0x55, sizeof(items[i].rb));
		CHECK(i == 0 ? rb_first(&root) == &fresh.rb : rb_next(&items[i - 1].rb) == &fresh.rb);
		rb_replace_node(&fresh.rb, &items[i].rb, &root);
	}
	check_tree(&root, items, in, false);
	RB_CLEAR_NODE(&fresh.rb);
	CHECK(RB_EMPTY_NODE(&fresh.rb) && !RB_EMPTY_NODE(&items[3].rb) && !RB_EMPTY_ROOT(&root));
}
