/* SPDX-License-Identifier: MIT */
/*
 * The radix tree behind the page cache. Invariants: no node is empty, and the root has more than
 * its first slot in use unless its slots are items (so the tree is never higher than its greatest
 * index needs); a node's slot has a tag if and only if something below the slot has it.
 *
 * Insertion first adds roots until the index fits below, then nodes on the way down. If memory
 * ends half way, prune() removes what is empty and the invariants hold again.
 */
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/radix_tree.h"
#include "lib/string.h"

#define SLOT_MASK (RADIX_TREE_MAP_SIZE - 1)

typedef struct radix_tree_node node_t;

static __always_inline unsigned slot_of(const node_t *node, unsigned long index)
{
	return index >> node->shift & SLOT_MASK;
}

/* The greatest index of a tree whose root has this shift. Shifting by a word's width is undefined in C. */
static __always_inline unsigned long max_index(unsigned shift)
{
	shift += RADIX_TREE_MAP_SHIFT;
	return shift >= (unsigned)BITS_PER_LONG ? ~0ul : (1ul << shift) - 1;
}

static bool any_tag(const node_t *node, unsigned tag)
{
	for (unsigned i = 0; i < ARRAY_SIZE(node->tags[0]); i++)
		if (node->tags[tag][i])
			return true;
	return false;
}

static node_t *new_node(node_t *parent, unsigned shift, unsigned offset)
{
	node_t *node = radix_tree_node_alloc();

	if (!node)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->parent = parent;
	node->shift = shift;
	node->offset = offset;
	return node;
}

/* The node of the lowest level that index belongs to, NULL if there is none. */
static __always_inline node_t *find_leaf(const struct radix_tree_root *root, unsigned long index)
{
	node_t *node = root->rnode;

	if (!node || index > max_index(node->shift))
		return NULL;
	while (node && node->shift)
		node = node->slots[slot_of(node, index)];
	return node;
}

/* The leaf, if index has an item in it. */
static __always_inline node_t *find_item(const struct radix_tree_root *root, unsigned long index)
{
	node_t *leaf = find_leaf(root, index);

	return leaf && leaf->slots[index & SLOT_MASK] ? leaf : NULL;
}

/* Removes node and its ancestors as far as they are empty, then roots that have become too high. */
static void prune(struct radix_tree_root *root, node_t *node)
{
	while (node && !node->count) {
		node_t *parent = node->parent;

		if (parent) {
			parent->slots[node->offset] = NULL;
			parent->count--;
		} else {
			root->rnode = NULL;
		}
		radix_tree_node_free(node);
		node = parent;
	}
	while ((node = root->rnode) && node->shift && node->count == 1 && node->slots[0]) {
		root->rnode = node->slots[0];
		root->rnode->parent = NULL;
		radix_tree_node_free(node);
	}
}

/* Makes the tree high enough for index. */
static int extend(struct radix_tree_root *root, unsigned long index)
{
	if (!root->rnode) {
		unsigned shift = 0;

		while (index > max_index(shift))
			shift += RADIX_TREE_MAP_SHIFT;
		root->rnode = new_node(NULL, shift, 0);
		return root->rnode ? 0 : -ENOMEM;
	}
	while (index > max_index(root->rnode->shift)) {
		node_t *old = root->rnode;
		node_t *top = new_node(NULL, old->shift + RADIX_TREE_MAP_SHIFT, 0);

		if (!top)
			return -ENOMEM;
		for (unsigned tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
			if (any_tag(old, tag))
				__set_bit(0, top->tags[tag]);
		top->slots[0] = old;
		top->count = 1;
		old->parent = top;
		root->rnode = top;
	}
	return 0;
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	int error = extend(root, index);
	node_t *node = root->rnode;

	while (!error && node->shift) {
		unsigned slot = slot_of(node, index);
		node_t *below = node->slots[slot];

		if (!below) {
			below = new_node(node, node->shift - RADIX_TREE_MAP_SHIFT, slot);
			if (!below) {
				error = -ENOMEM;
				break;
			}
			node->slots[slot] = below;
			node->count++;
		}
		node = below;
	}
	if (!error && node->slots[index & SLOT_MASK])
		error = -EEXIST;
	if (error) {
		prune(root, node);
		return error;
	}
	node->slots[index & SLOT_MASK] = item;
	node->count++;
	return 0;
}

void **radix_tree_lookup_slot(const struct radix_tree_root *root, unsigned long index)
{
	node_t *leaf = find_item(root, index);

	return leaf ? &leaf->slots[index & SLOT_MASK] : NULL;
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	node_t *leaf = find_leaf(root, index);

	return leaf ? leaf->slots[index & SLOT_MASK] : NULL;
}

void *radix_tree_replace(struct radix_tree_root *root, unsigned long index, void *item)
{
	void **slot = radix_tree_lookup_slot(root, index);
	void *old = slot ? *slot : NULL;

	if (slot)
		*slot = item;
	return old;
}

/* Clears the tag of a slot, and above it wherever that was the last one below. */
static void clear_tag(node_t *node, unsigned slot, unsigned tag)
{
	while (node && __test_and_clear_bit(slot, node->tags[tag]) && !any_tag(node, tag)) {
		slot = node->offset;
		node = node->parent;
	}
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	node_t *leaf = find_item(root, index);
	unsigned slot = index & SLOT_MASK;

	if (!leaf)
		return NULL;
	void *item = leaf->slots[slot];

	for (unsigned tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
		clear_tag(leaf, slot, tag);
	leaf->slots[slot] = NULL;
	leaf->count--;
	prune(root, leaf);
	return item;
}

void *radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag)
{
	node_t *node = find_item(root, index);
	unsigned slot = index & SLOT_MASK;

	if (!node)
		return NULL;
	void *item = node->slots[slot];

	while (node && !__test_and_set_bit(slot, node->tags[tag])) {
		slot = node->offset;
		node = node->parent;
	}
	return item;
}

void *radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag)
{
	node_t *leaf = find_item(root, index);

	if (!leaf)
		return NULL;
	clear_tag(leaf, index & SLOT_MASK, tag);
	return leaf->slots[index & SLOT_MASK];
}

bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag)
{
	node_t *leaf = find_item(root, index);

	return leaf && __test_bit(index & SLOT_MASK, leaf->tags[tag]);
}

bool radix_tree_tagged(const struct radix_tree_root *root, enum radix_tree_tag tag)
{
	return root->rnode && any_tag(root->rnode, tag);
}

/* The next slot at or after slot that is in use, or has the tag (unless tag is -1); 64 if there is none. */
static unsigned next_slot(const node_t *node, unsigned slot, int tag)
{
	if (tag >= 0)
		return find_next_bit(node->tags[tag], RADIX_TREE_MAP_SIZE, slot);
	while (slot < RADIX_TREE_MAP_SIZE && !node->slots[slot])
		slot++;
	return slot;
}

/*
 * Moves *index up to the next leaf slot that next_slot() accepts, and returns its leaf; NULL if there is
 * none. A level without one sends the search on behind it, from the root again.
 */
static node_t *next_leaf(const struct radix_tree_root *root, unsigned long *index, int tag)
{
	node_t *node = root->rnode;

	while (node && *index <= max_index(root->rnode->shift)) {
		unsigned slot = slot_of(node, *index), next = next_slot(node, slot, tag);

		if (next == RADIX_TREE_MAP_SIZE) {
			*index = (*index | max_index(node->shift)) + 1;
			if (!*index)	/* it was the end of all indices */
				return NULL;
			node = root->rnode;
			continue;
		}
		if (next != slot)
			*index = (*index & ~max_index(node->shift)) | (unsigned long)next << node->shift;
		if (!node->shift)
			return node;
		node = node->slots[next];
	}
	return NULL;
}

static unsigned gang_lookup(const struct radix_tree_root *root, void **out, unsigned long index, unsigned max, int tag)
{
	unsigned found = 0;
	node_t *leaf;

	while (found < max && (leaf = next_leaf(root, &index, tag))) {
		unsigned slot = index & SLOT_MASK;

		while (slot < RADIX_TREE_MAP_SIZE && found < max) {
			out[found++] = leaf->slots[slot];
			slot = next_slot(leaf, slot + 1, tag);
		}
		index = (index | SLOT_MASK) + 1;
		if (!index)
			break;
	}
	return found;
}

unsigned radix_tree_gang_lookup(const struct radix_tree_root *root, void **out, unsigned long first, unsigned max)
{
	return gang_lookup(root, out, first, max, -1);
}

unsigned radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **out, unsigned long first,
	unsigned max, enum radix_tree_tag tag)
{
	return gang_lookup(root, out, first, max, tag);
}

void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index)
{
	node_t *leaf = next_leaf(root, index, -1);

	return leaf ? leaf->slots[*index & SLOT_MASK] : NULL;
}

unsigned long radix_tree_next_hole(const struct radix_tree_root *root, unsigned long index, unsigned long max_scan)
{
	while (max_scan-- && radix_tree_lookup(root, index))
		if (!++index)
			break;
	return index;
}
