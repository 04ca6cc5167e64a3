/* SPDX-License-Identifier: MIT */
/* Lists against an array that does the same. */
#include "lib/list.h"
#include "tests/host/host.h"

#define N 16
struct item {
	int value;
	bool on;
	struct list_head link;
	struct hlist_node hash;
};

/* That the list is exactly the n values, read in both directions. */
static void check_list(struct list_head *head, const int *values, int n)
{
	struct item *it;
	int i = 0;

	list_for_each_entry(it, head, link) {
		CHECK(i < n && it->value == values[i]);
		i++;
	}
	CHECK(i == n);
	list_for_each_entry_reverse(it, head, link)
		CHECK(it->value == values[--i]);
	CHECK(i == 0);
	CHECK(list_empty(head) == (n == 0));
	CHECK(list_is_singular(head) == (n == 1));
}

static void remove_value(int *values, int *n, int value)
{
	int out = 0;

	for (int i = 0; i < *n; i++)
		if (values[i] != value)
			values[out++] = values[i];
	*n = out;
}

static void insert_value(int *values, int *n, int at, int value)
{
	for (int i = *n; i > at; i--)
		values[i] = values[i - 1];
	values[at] = value;
	++*n;
}

TEST(list_random_operations)
{
	struct item items[N];
	int values[N], n = 0;
	LIST_HEAD(head);

	for (int i = 0; i < N; i++) {
		items[i].value = i;
		INIT_LIST_HEAD(&items[i].link);
	}
	for (int round = 0; round < 20000; round++) {
		struct item *it = &items[random_below(N)];
		bool on = !list_empty(&it->link), front = random_below(2);

		if (on && random_below(2)) {
			list_del_init(&it->link);
			remove_value(values, &n, it->value);
		} else if (on) {
			front ? list_move(&it->link, &head) : list_move_tail(&it->link, &head);
			remove_value(values, &n, it->value);
			insert_value(values, &n, front ? 0 : n, it->value);
		} else {
			front ? list_add(&it->link, &head) : list_add_tail(&it->link, &head);
			insert_value(values, &n, front ? 0 : n, it->value);
		}
		check_list(&head, values, n);
	}
}

static void fill(struct list_head *head, struct item *items, int first, int n)
{
	INIT_LIST_HEAD(head);
	for (int i = 0; i < n; i++) {
		items[first + i].value = first + i;
		list_add_tail(&items[first + i].link, head);
	}
}

TEST(list_splice)
{
	struct item items[N];
	struct list_head a, b;

	for (int na = 0; na < 3; na++) {
		for (int nb = 0; nb < 3; nb++) {
			int front[4], back[4];

			for (int i = 0; i < na + nb; i++) {
				front[i] = i < nb ? 8 + i : i - nb;
				back[i] = i < na ? i : 8 + i - na;
			}
			fill(&a, items, 0, na);
			fill(&b, items, 8, nb);
			list_splice_init(&b, &a);
			check_list(&a, front, na + nb);
			check_list(&b, NULL, 0);
			fill(&a, items, 0, na);
			fill(&b, items, 8, nb);
			list_splice_tail_init(&b, &a);
			check_list(&a, back, na + nb);
			check_list(&b, NULL, 0);
		}
	}
}

TEST(list_cut_replace_rotate)
{
	struct item items[N], fresh = { .value = 99 };
	struct list_head a, b;
	const int left[] = { 3, 4 }, right[] = { 0, 1, 2 }, rotated[] = { 4, 3 }, replaced[] = { 4, 99 };

	fill(&a, items, 0, 5);
	list_cut_position(&b, &a, &items[2].link);
	check_list(&b, right, 3);
	check_list(&a, left, 2);
	list_rotate_left(&a);
	check_list(&a, rotated, 2);
	list_replace(&items[3].link, &fresh.link);
	check_list(&a, replaced, 2);
	CHECK(list_last_entry(&a, struct item, link) == &fresh);
	CHECK(list_first_entry_or_null(&a, struct item, link) == &items[4]);
	CHECK(list_is_last(&fresh.link, &a) && list_is_first(&items[4].link, &a));
	CHECK(list_prev_entry(&fresh, link) == &items[4] && list_next_entry(&items[4], link) == &fresh);
	INIT_LIST_HEAD(&a);
	CHECK(!list_first_entry_or_null(&a, struct item, link));
}

TEST(list_walks_continue_and_safe)
{
	struct item items[N], *it, *next;
	struct list_head head;
	const int odd[] = { 1, 3, 5, 7 };
	int sum = 0;

	fill(&head, items, 0, 8);
	it = &items[4];
	list_for_each_entry_continue(it, &head, link)
		sum += it->value;
	CHECK(sum == 5 + 6 + 7);
	list_for_each_entry_safe(it, next, &head, link)
		if (it->value % 2 == 0)
			list_del(&it->link);
	check_list(&head, odd, 4);
	CHECK(items[0].link.next == LIST_POISON1);
}

TEST(hlist_random_operations)
{
	struct item items[N], *it;
	struct hlist_node *next;
	HLIST_HEAD(head);
	int order[N], n = 0;

	for (int i = 0; i < N; i++) {
		items[i].value = i;
		INIT_HLIST_NODE(&items[i].hash);
	}
	for (int round = 0; round < 10000; round++) {
		struct item *pick = &items[random_below(N)];

		if (hlist_unhashed(&pick->hash)) {
			hlist_add_head(&pick->hash, &head);
			insert_value(order, &n, 0, pick->value);
		} else {
			hlist_del_init(&pick->hash);
			hlist_del_init(&pick->hash);	/* the second time does nothing */
			remove_value(order, &n, pick->value);
		}
		int i = 0;

		hlist_for_each_entry(it, &head, hash) {
			CHECK(i < n && it->value == order[i]);
			i++;
		}
		CHECK(i == n && hlist_empty(&head) == (n == 0));
	}
	hlist_for_each_entry_safe(it, next, &head, hash)
		hlist_del(&it->hash);
	CHECK(hlist_empty(&head));
}
