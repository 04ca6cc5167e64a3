/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A radix tree: a sparse array of pointers, indexed by unsigned long, with tags on its items. Each
 * node has 64 slots and stands for six bits of the index; the tree is as high as its greatest
 * index needs. A tag that an item has is also set in every node above it, so "the next dirty page"
 * skips whole subtrees without one.
 *
 * Items are pointers that are not NULL. The embedder locks, and gives the nodes (see below).
 */
#include "lib/types.h"

enum radix_tree_tag {
	RADIX_TREE_TAG_DIRTY,
	RADIX_TREE_TAG_WRITEBACK,
	RADIX_TREE_TAG_TOWRITE,
	RADIX_TREE_MAX_TAGS
};
#define PAGECACHE_TAG_DIRTY RADIX_TREE_TAG_DIRTY
#define PAGECACHE_TAG_WRITEBACK RADIX_TREE_TAG_WRITEBACK
#define PAGECACHE_TAG_TOWRITE RADIX_TREE_TAG_TOWRITE

#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE (1u << RADIX_TREE_MAP_SHIFT)

struct radix_tree_node {
	u8 shift;		/* bits of the index below this node: 0 where the slots are items */
	u8 offset;		/* its slot in the parent */
	u8 count;		/* slots in use */
	struct radix_tree_node *parent;
	void *slots[RADIX_TREE_MAP_SIZE];
	unsigned long tags[RADIX_TREE_MAX_TAGS][RADIX_TREE_MAP_SIZE / (8 * sizeof(long))];
};
#define RADIX_TREE_NODE_SIZE sizeof(struct radix_tree_node)
/* The nodes that one insertion may need at most (a new root for each level, then a path down). */
#define RADIX_TREE_MAX_PATH ((8 * sizeof(long) + RADIX_TREE_MAP_SHIFT - 1) / RADIX_TREE_MAP_SHIFT)
#define RADIX_TREE_PRELOAD_SIZE (2 * RADIX_TREE_MAX_PATH - 1)

struct radix_tree_root {
	struct radix_tree_node *rnode;	/* NULL: empty */
};
#define RADIX_TREE_INIT { NULL }
#define INIT_RADIX_TREE(root) ((root)->rnode = NULL)

/* Given by the embedder. alloc: RADIX_TREE_NODE_SIZE bytes, contents do not matter, or NULL. */
void *radix_tree_node_alloc(void);
void radix_tree_node_free(void *node);

/* 0, -EEXIST if the index has an item, -ENOMEM with nothing changed. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
/* The item or NULL. */
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
/* Where the item's pointer is stored, NULL if there is no item. Valid until the next change of the tree. */
void **radix_tree_lookup_slot(const struct radix_tree_root *root, unsigned long index);
/* Takes the item out, with its tags, and returns it; NULL if there was none. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* Puts another item in the place of one, which is returned; tags stay. NULL, and nothing done, if there was none. */
void *radix_tree_replace(struct radix_tree_root *root, unsigned long index, void *item);

/* set and clear return the item, or NULL (and do nothing) if there is none. */
void *radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag);
void *radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag);
bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, enum radix_tree_tag tag);
/* Whether any item has the tag. */
bool radix_tree_tagged(const struct radix_tree_root *root, enum radix_tree_tag tag);

/* Fills out with the first max items at or after first, in order, and returns their number. */
unsigned radix_tree_gang_lookup(const struct radix_tree_root *root, void **out, unsigned long first, unsigned max);
unsigned radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **out, unsigned long first,
	unsigned max, enum radix_tree_tag tag);
/* The first item at or after *index, which moves up to it; NULL if there is none. */
void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index);
/*
 * The first index at or after index without an item, looking at max_scan of them; what comes back
 * lies outside [index, index + max_scan) if all had one (and is 0 if the indices ended).
 */
unsigned long radix_tree_next_hole(const struct radix_tree_root *root, unsigned long index, unsigned long max_scan);

static __always_inline bool radix_tree_empty(const struct radix_tree_root *root) { return !root->rnode; }
