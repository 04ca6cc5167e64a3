/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Red-black trees, embedded: a search tree whose longest path is at most twice its shortest.
 *
 *   1. The root is black.   2. A red node has no red child.
 *   3. Every path from a node down to a leaf has the same number of black nodes.
 *
 * The user searches and finds the place of a new node in his own loop, with his own comparison;
 * rb_link_node() hangs it there, rb_insert_color() restores the three rules. Nothing here
 * allocates or locks. The colour lies in the low bit of the parent pointer.
 *
 * In an augmented tree each node also keeps a value computed from its subtree (for instance the
 * largest gap in it); the callbacks keep that value true while the tree turns.
 */
#include "lib/types.h"

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

/* With the first node at hand, for queues that ask for nothing else. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

struct rb_augment_callbacks {
	/* Computes the value of node, then of its ancestors up to but without stop; may end early at one that was right. */
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	/* Gives to the value that from has: to takes its place in the tree. */
	void (*copy)(struct rb_node *from, struct rb_node *to);
	/* top has taken old's place, and old is now its child: top gets old's value, old's is computed. */
	void (*rotate)(struct rb_node *old, struct rb_node *top);
};

#define RB_ROOT (struct rb_root) { NULL }
#define RB_ROOT_CACHED (struct rb_root_cached) { { NULL }, NULL }
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ __typeof__(ptr) ptr_ = (ptr); ptr_ ? rb_entry(ptr_, type, member) : NULL; })
#define rb_parent(node) ((struct rb_node *)((node)->__rb_parent_color & ~1ul))

#define RB_EMPTY_ROOT(root) (!(root)->rb_node)
/* A node that is in no tree, if it was marked so. */
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

/* Hangs node below parent at *link (the NULL where the search ended). Follow with rb_insert_color(). */
static __always_inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent;	/* red */
	node->rb_left = node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
/* As above; the caller has already put node's own value into its ancestors (propagate() of node does that). */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment);
/* Puts fresh where victim was, without comparing. */
void rb_replace_node(struct rb_node *victim, struct rb_node *fresh, struct rb_root *root);

/* In order; NULL at either end. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_first_cached(root) ((root)->rb_leftmost)

static __always_inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root, bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static __always_inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
}

static __always_inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
	bool leftmost, const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static __always_inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
	const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}
