/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees: insertion and removal, after Cormen, Leiserson, Rivest and Stein,
 * "Introduction to Algorithms", chapter 13. The two mirror images of each case are one piece of
 * code here: `side` is the child that the case speaks of, and !side the other.
 *
 * Only a rotation or a removal changes which nodes lie below which, so these are the places where
 * the callbacks of an augmented tree are told.
 */
#include "lib/rbtree.h"

enum { RB_RED, RB_BLACK };
enum { LEFT, RIGHT };

static __always_inline bool is_red(const struct rb_node *n) { return n && !(n->__rb_parent_color & RB_BLACK); }
static __always_inline void set_red(struct rb_node *n) { n->__rb_parent_color &= ~1ul; }
static __always_inline void set_black(struct rb_node *n) { n->__rb_parent_color |= RB_BLACK; }

static __always_inline void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->__rb_parent_color = (unsigned long)parent | (n->__rb_parent_color & RB_BLACK);
}

static __always_inline struct rb_node **child(struct rb_node *n, int side)
{
	return side == LEFT ? &n->rb_left : &n->rb_right;
}

/* Makes whatever pointed at old, in its parent or the root, point at fresh. */
static __always_inline void change_child(struct rb_node *old, struct rb_node *fresh, struct rb_node *parent,
	struct rb_root *root)
{
	if (!parent)
		root->rb_node = fresh;
	else
		*child(parent, parent->rb_left == old ? LEFT : RIGHT) = fresh;
}

/* Turns top down to the given side: its child on the other side takes its place. Colours stay with the nodes. */
static void rotate(struct rb_node *top, int side, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = *child(top, !side);
	struct rb_node *middle = *child(up, side);
	struct rb_node *parent = rb_parent(top);

	*child(top, !side) = middle;
	if (middle)
		set_parent(middle, top);
	*child(up, side) = top;
	set_parent(top, up);
	set_parent(up, parent);
	change_child(top, up, parent, root);
	if (augment)
		augment->rotate(top, up);
}

/* node is red; all is well but that its parent may be red too. */
static void insert_fixup(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	while (is_red(parent = rb_parent(node))) {
		struct rb_node *grand = rb_parent(parent);	/* exists: the root is black */
		int side = parent == grand->rb_left ? LEFT : RIGHT;
		struct rb_node *uncle = *child(grand, !side);

		if (is_red(uncle)) {	/* push the red up, and look again there */
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (node == *child(parent, !side)) {	/* an inner grandchild: make it an outer one */
			rotate(parent, side, root, augment);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate(grand, !side, root, augment);
		break;
	}
	set_black(root->rb_node);
}

/* The subtree of node (which may be NULL) below parent lacks one black node on every path. */
static void erase_fixup(struct rb_node *node, struct rb_node *parent, struct rb_root *root,
	const struct rb_augment_callbacks *augment)
{
	while (parent && !is_red(node)) {
		int side = node == parent->rb_left ? LEFT : RIGHT;
		struct rb_node *sibling = *child(parent, !side);	/* exists: its side has one black more */

		if (is_red(sibling)) {	/* then parent is black: make the sibling a black one */
			set_black(sibling);
			set_red(parent);
			rotate(parent, side, root, augment);
			sibling = *child(parent, !side);
		}
		struct rb_node *outer = *child(sibling, !side);

		if (!is_red(outer)) {
			struct rb_node *inner = *child(sibling, side);

			if (!is_red(inner)) {	/* take a black from the sibling too: the parent lacks it now */
				set_red(sibling);
				node = parent;
				parent = rb_parent(node);
				continue;
			}
			set_black(inner);
			set_red(sibling);
			rotate(sibling, !side, root, augment);
			outer = sibling;
			sibling = inner;
		}
		if (is_red(parent))
			set_red(sibling);
		else
			set_black(sibling);
		set_black(parent);
		set_black(outer);
		rotate(parent, side, root, augment);
		return;
	}
	if (node)
		set_black(node);
}

/* Puts the next node in order in the place of node, which has two children, and with its colour. */
static void erase_inner(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *next = node->rb_right, *hole_parent, *orphan;

	while (next->rb_left)
		next = next->rb_left;
	bool lost_black = !is_red(next);

	orphan = next->rb_right;
	hole_parent = rb_parent(next);
	if (hole_parent == node) {
		hole_parent = next;
	} else {
		hole_parent->rb_left = orphan;
		if (orphan)
			set_parent(orphan, hole_parent);
		next->rb_right = node->rb_right;
		set_parent(next->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(next->rb_left, next);
	next->__rb_parent_color = node->__rb_parent_color;
	change_child(node, next, rb_parent(node), root);
	if (augment) {
		augment->copy(node, next);
		if (hole_parent != next)
			augment->propagate(hole_parent, next);
		augment->propagate(next, NULL);
	}
	if (lost_black)
		erase_fixup(orphan, hole_parent, root, augment);
}

static void erase(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	if (node->rb_left && node->rb_right) {
		erase_inner(node, root, augment);
		return;
	}
	struct rb_node *only = node->rb_left ? node->rb_left : node->rb_right;
	struct rb_node *parent = rb_parent(node);

	if (only)
		set_parent(only, parent);
	change_child(node, only, parent, root);
	if (augment && parent)
		augment->propagate(parent, NULL);
	if (!is_red(node))
		erase_fixup(only, parent, root, augment);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root) { insert_fixup(node, root, NULL); }
void rb_erase(struct rb_node *node, struct rb_root *root) { erase(node, root, NULL); }

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	insert_fixup(node, root, augment);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	erase(node, root, augment);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *fresh, struct rb_root *root)
{
	*fresh = *victim;
	if (fresh->rb_left)
		set_parent(fresh->rb_left, fresh);
	if (fresh->rb_right)
		set_parent(fresh->rb_right, fresh);
	change_child(victim, fresh, rb_parent(victim), root);
}

static struct rb_node *outermost(struct rb_node *n, int side)
{
	while (n && *child(n, side))
		n = *child(n, side);
	return n;
}

/* The neighbour on the given side: the nearest below, else the first ancestor that we are on the other side of. */
static struct rb_node *neighbour(const struct rb_node *node, int side)
{
	struct rb_node *n = (struct rb_node *)node, *parent;

	if (*child(n, side))
		return outermost(*child(n, side), !side);
	while ((parent = rb_parent(n)) && n == *child(parent, side))
		n = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root) { return outermost(root->rb_node, LEFT); }
struct rb_node *rb_last(const struct rb_root *root) { return outermost(root->rb_node, RIGHT); }
struct rb_node *rb_next(const struct rb_node *node) { return neighbour(node, RIGHT); }
struct rb_node *rb_prev(const struct rb_node *node) { return neighbour(node, LEFT); }
