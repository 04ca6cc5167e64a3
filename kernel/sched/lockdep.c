/* SPDX-License-Identifier: MIT */
/*
 * The lock checker of debug builds. A deadlock needs several CPUs, or tasks, at the wrong places at the same moment; the
 * orders that make it possible can be seen by one alone. So not deadlocks are looked for but contradictions: whoever takes B
 * while holding A says "A before B", an edge from class A to class B of a graph, and an edge that closes a cycle is
 * reported, though nothing hangs. A test that walks through a path once has checked it against all other paths.
 *
 * Interrupts add a second rule. A lock that a handler waits for must be held with interrupts off everywhere, or the handler
 * may wait for whom it interrupted. The same is true for every lock taken under such a lock: its holder on another CPU
 * keeps the first lock waiting. So a class taken in a handler is "reached by interrupts", and so are all classes that
 * its edges lead to; a class that is reached and was held with interrupts on is reported. Softirqs are a second kind of
 * interrupt, with the same rule: held with softirqs on. Each kind adds edges only among its own locks: what it interrupted is
 * the matter of this second rule.
 *
 * Classes and edges only come, never go. The graph is written under a lock of its own, a bare word with interrupts off, since
 * a spinlock would check itself; a known edge is found by one bit, without the lock, which is what nearly every
 * acquisition does. A task's stack of held locks is its own: an interrupt pushes and pops above what is there, so an entry is
 * counted first and filled then, its class last, and emptied before it is given up.
 *
 * A report is printed by printk, which takes locks itself. If the task holds one of those, the report is kept and printed
 * when the task has let go of all its locks.
 */
#include "fs/proc/proc.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/lockdep.h"
#include "kernel/syscall.h"
#include "kernel/task/task.h"
#include "lib/printf.h"
#include "lib/string.h"

#if DEBUG
#define MAX_CLASSES 512u
#define MAX_EDGES 8192u
#define MAX_TOLD 8u		/* reports of a kind */

/* The bits of a kind of interrupt; softirqs have the lower four of a class's usage, hard interrupts the upper. */
enum { TAKEN = 1, REACHED = 2, HELD_ON = 4, REPORTED = 8 };
static u8 bits(enum lock_context kind, u8 usage) { return kind == IN_HARDIRQ ? (u8)(usage << 4) : usage; }
static const struct { const char *on, *who, *in; enum lockdep_report report; } kinds[] = {
	[IN_SOFTIRQ] = { "softirqs on", "softirqs", "a softirq", REPORT_SOFTIRQ },
	[IN_HARDIRQ] = { "interrupts on", "interrupt handlers", "an interrupt handler", REPORT_IRQ },
};

struct lock_class {
	const char *name;
	u8 subclass;
	volatile u8 usage;
	u16 edges;		/* the first of its edges, by index; 0: none */
	struct {		/* by enum lock_context */
		u16 reached_from;	/* the class whose edge led here */
		void *taken;		/* where it was first taken in an interrupt of the kind */
		void *held_on;		/* and first held with such interrupts on */
	} irq[IN_HARDIRQ + 1];
};
struct edge {
	u16 to, next;
	void *held, *taken;	/* where the first lock had been taken, and where the second was, the first time */
};

static struct lock_class classes[MAX_CLASSES];	/* 0 is no class */
static struct edge edges[MAX_EDGES];
static u32 known[MAX_CLASSES][MAX_CLASSES / 32];	/* a bit for each edge, and for each that was refused */
static unsigned int nr_classes = 1, nr_edges = 1;
static u16 log_class;
static unsigned long unclassed;		/* acquisitions of locks without a class */
static volatile u32 graph_locked;
static bool off;
bool (*lockdep_expected)(enum lockdep_report kind, const char *name);

static unsigned long lock_graph(void)
{
	unsigned long flags = local_irq_save();

	while (__atomic_exchange_n(&graph_locked, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
	return flags;
}

static void unlock_graph(unsigned long flags)
{
	__atomic_store_n(&graph_locked, 0, __ATOMIC_RELEASE);
	local_irq_restore(flags);
}

void lockdep_off(void) { off = true; }

/* What was found, to be printed when no lock of the graph is held. */
struct finding {
	enum lockdep_report kind;
	u8 irq;			/* enum lock_context, for REPORT_IRQ and REPORT_SOFTIRQ */
	u16 from, to;
	void *held, *taken;
	u16 path[8];		/* classes from `to` back to `from`, both included */
	int n;
};
static struct finding kept[4];
static volatile int nr_kept;

void lockdep_place(char *buf, size_t n, const void *where)
{
	unsigned long offset;
	const char *name = kallsyms_lookup((unsigned long)where, &offset);

	snprintf(buf, n, "%s+0x%lx", name ?: "?", name ? offset : (unsigned long)where);
}

static const char *class_name(u16 class, char buf[static 48])
{
	const struct lock_class *c = &classes[class];
	const char *name = c->name ?: "(no name)";

	snprintf(buf, 48, c->subclass ? "%s/%u" : "%s", name[0] == '&' ? name + 1 : name, c->subclass);
	return buf;
}

bool lockdep_warn(enum lockdep_report kind, const char *name, const char *fmt, ...)
{
	static unsigned int told[NR_REPORTS];
	char text[200];
	va_list args;

	if (off || (lockdep_expected && lockdep_expected(kind, name)) || told[kind]++ >= MAX_TOLD)
		return false;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	warn_report(__FILE__, __LINE__, text);
	return true;
}

static const struct edge *edge_between(u16 from, u16 to)
{
	for (u16 e = classes[from].edges; e; e = edges[e].next)
		if (edges[e].to == to)
			return &edges[e];
	return NULL;
}

static void print_edge(u16 from, u16 to, const void *held, const void *taken)
{
	char a[48], b[48], where_a[48], where_b[48];

	lockdep_place(where_a, sizeof(where_a), held);
	lockdep_place(where_b, sizeof(where_b), taken);
	pr_err("  %s (held since %s), then %s (at %s)\n", class_name(from, a), where_a, class_name(to, b), where_b);
}

static void print_path(const struct finding *f)
{
	for (int i = 0; i + 1 < f->n; i++) {
		const struct edge *e = edge_between(f->path[i], f->path[i + 1]);

		if (e)
			print_edge(f->path[i], f->path[i + 1], e->held, e->taken);
	}
}

static void report_order(const struct finding *f)
{
	char a[48], b[48];

	class_name(f->from, a);
	if (!lockdep_warn(f->kind, a, "lock order: %s is taken while holding %s, which elsewhere comes after it", class_name(f->to, b), a))
		return;
	pr_err(" now:\n");
	print_edge(f->from, f->to, f->held, f->taken);
	pr_err(" but before:\n");
	print_path(f);
}

static void report_same(const struct finding *f)
{
	char a[48];

	class_name(f->to, a);
	if (lockdep_warn(f->kind, a, "lock order: two locks of the class %s nest without a subclass", a))
		print_edge(f->from, f->to, f->held, f->taken);
}

static void report_irq(const struct finding *f)
{
	const struct lock_class *root = &classes[f->path[0]];
	char a[48], b[48], where[48];

	class_name(f->to, a);
	if (!lockdep_warn(f->kind, a, "interrupts: %s is held with %s, but %s may wait for it", a, kinds[f->irq].on, kinds[f->irq].who))
		return;
	lockdep_place(where, sizeof(where), classes[f->to].irq[f->irq].held_on);
	pr_err("  held with %s: taken at %s\n", kinds[f->irq].on, where);
	lockdep_place(where, sizeof(where), root->irq[f->irq].taken);
	pr_err("  taken in %s: %s at %s\n", kinds[f->irq].in, class_name(f->path[0], b), where);
	print_path(f);
}

static void print_finding(const struct finding *f)
{
	if (f->kind == REPORT_ORDER)
		report_order(f);
	else if (f->kind == REPORT_SAME_CLASS)
		report_same(f);
	else
		report_irq(f);
}

/* Would printk wait for a lock that this task holds? */
static bool printk_is_safe(void)
{
	const struct held_locks *held = &current->held;

	for (int i = 0; i < held->depth && i < MAX_HELD_LOCKS; i++) {
		u16 class = held->locks[i].class;

		if (class && log_class && (class == log_class || known[log_class][class / 32] >> class % 32 & 1))
			return false;
	}
	return true;
}

static void report(const struct finding *f)
{
	unsigned long flags;

	if (!f->to)
		return;
	if (printk_is_safe()) {
		print_finding(f);
		return;
	}
	flags = lock_graph();
	if (nr_kept < (int)ARRAY_SIZE(kept))
		kept[nr_kept++] = *f;
	unlock_graph(flags);
}

static noinline void print_kept(void)
{
	struct finding f = { .to = 0 };
	unsigned long flags = lock_graph();

	if (nr_kept)
		f = kept[--nr_kept];
	unlock_graph(flags);
	report(&f);
}

/* ---- the graph; its lock is held ---- */

static u16 path_parent[MAX_CLASSES];

/* Is there a way from one class to another? Breadth first, so that the report is short. Fills path. */
static bool find_path(u16 from, u16 to, struct finding *f)
{
	static u16 queue[MAX_CLASSES];
	unsigned int head = 0, tail = 0, length = 1;

	memset(path_parent, 0, sizeof(path_parent));
	queue[tail++] = from;
	path_parent[from] = from;
	while (head < tail && !path_parent[to]) {
		u16 c = queue[head++];

		for (u16 e = classes[c].edges; e; e = edges[e].next)
			if (!path_parent[edges[e].to]) {
				path_parent[edges[e].to] = c;
				queue[tail++] = edges[e].to;
			}
	}
	if (!path_parent[to])
		return false;
	for (u16 c = to; c != from; c = path_parent[c])
		length++;
	f->n = 0;
	for (u16 c = to; ; c = path_parent[c]) {
		length--;
		if (length < ARRAY_SIZE(f->path)) {
			f->path[length] = c;
			f->n++;
		}
		if (c == from)
			return true;
	}
}

static void irq_conflict(u16 class, enum lock_context kind, struct finding *f)
{
	u16 from = class;

	if ((classes[class].usage & bits(kind, HELD_ON | REPORTED)) != bits(kind, HELD_ON) || f->to)
		return;
	classes[class].usage |= bits(kind, REPORTED);
	f->kind = kinds[kind].report;
	f->irq = (u8)kind;
	f->to = class;
	while (!(classes[from].usage & bits(kind, TAKEN)) && classes[from].irq[kind].reached_from)
		from = classes[from].irq[kind].reached_from;
	f->path[0] = from;
	f->n = 1;
	if (from != class)
		find_path(from, class, f);
}

/* An interrupt of the kind may have to wait for the class, and so for what its holders take. The depth is that of nesting. */
static void reach(u16 class, u16 from, enum lock_context kind, struct finding *f)
{
	if (classes[class].usage & bits(kind, REACHED))
		return;
	classes[class].usage |= bits(kind, REACHED);
	classes[class].irq[kind].reached_from = from;
	irq_conflict(class, kind, f);
	for (u16 e = classes[class].edges; e; e = edges[e].next)
		reach(edges[e].to, class, kind, f);
}

static void add_edge(const struct held_lock *h, u16 class, void *where, struct finding *f)
{
	u32 *word = &known[h->class][class / 32];
	struct edge *e;

	if (*word >> class % 32 & 1)
		return;
	*word |= BIT(class % 32);
	f->from = h->class;
	f->held = h->where;
	f->taken = where;
	if (h->class == class || find_path(class, h->class, f)) {
		f->kind = h->class == class ? REPORT_SAME_CLASS : REPORT_ORDER;
		f->to = class;
		return;			/* the graph stays without cycles: each contradiction is told once */
	}
	if (nr_edges == MAX_EDGES)
		return;
	e = &edges[nr_edges];
	*e = (struct edge){ class, classes[h->class].edges, h->where, where };
	smp_wmb();
	classes[h->class].edges = (u16)nr_edges++;
	for (enum lock_context kind = IN_SOFTIRQ; kind <= IN_HARDIRQ; kind++)
		if (classes[h->class].usage & bits(kind, REACHED))
			reach(class, h->class, kind, f);
}

static noinline u16 register_class(u16 *slot, const char *name, unsigned subclass)
{
	unsigned long flags = lock_graph();

	if (!*slot && nr_classes < MAX_CLASSES) {
		classes[nr_classes].name = name;
		classes[nr_classes].subclass = (u8)subclass;
		if (name && strcmp(name, "log_lock") == 0)
			log_class = (u16)nr_classes;
		smp_wmb();
		*slot = (u16)nr_classes++;
	}
	unlock_graph(flags);
	return *slot;
}

extern char _text[], _end[];

static u16 class_of(struct lockdep_map *dep, unsigned subclass)
{
	u16 *slot = NULL;

	if (dep->key)
		slot = &dep->key->id[subclass];
	else if (!subclass && (char *)dep >= _text && (char *)dep < _end)
		slot = &dep->id;
	if (!slot) {
		unclassed++;
		return 0;
	}
	return likely(*slot) ? *slot : register_class(slot, dep->name, subclass);
}

static noinline void new_edge(const struct held_lock *h, u16 class, void *where)
{
	struct finding f = { .to = 0 };
	struct held_lock copy = *h;
	unsigned long flags = lock_graph();

	if (copy.class)
		add_edge(&copy, class, where, &f);
	unlock_graph(flags);
	report(&f);
}

/* ---- taking and letting go ---- */

static u8 lock_context(void) { return in_irq() ? IN_HARDIRQ : in_serving_softirq() ? IN_SOFTIRQ : IN_TASK; }

static void check_order(u16 class, void *where)
{
	const struct held_locks *held = &current->held;
	int depth = min(held->depth, MAX_HELD_LOCKS);
	u8 context = lock_context();

	for (int i = 0; i < depth; i++) {
		const struct held_lock *h = &held->locks[i];

		if (h->class && h->context == context && unlikely(!(known[h->class][class / 32] >> class % 32 & 1)))
			new_edge(h, class, where);
	}
}

void lockdep_order(struct lockdep_map *dep, unsigned subclass, void *where)
{
	u16 class;

	if (unlikely(off) || !current->held.depth)
		return;
	class = class_of(dep, subclass);
	if (class)
		check_order(class, where);
}

static noinline void mark_usage(u16 class, enum lock_context kind, u8 usage, void *where)
{
	struct lock_class *c = &classes[class];
	struct finding f = { .to = 0 };
	unsigned long flags = lock_graph();

	if (!(c->usage & bits(kind, usage))) {
		*(usage == TAKEN ? &c->irq[kind].taken : &c->irq[kind].held_on) = where;
		c->usage |= bits(kind, usage);
		if (usage == TAKEN && !(c->usage & bits(kind, REACHED)))
			reach(class, 0, kind, &f);
		else if (c->usage & bits(kind, REACHED))
			irq_conflict(class, kind, &f);
	}
	unlock_graph(flags);
	report(&f);
}

/* A spinlock is taken, or it is held when an interrupt comes: what does that say of its class? */
static inline void mark_once(u16 class, enum lock_context kind, u8 usage, void *where)
{
	if (unlikely(!(classes[class].usage & bits(kind, usage))))
		mark_usage(class, kind, usage, where);
}

static void mark_acquired(u16 class, u8 context, void *where)
{
	if (context != IN_TASK)
		mark_once(class, context, TAKEN, where);
	if (context == IN_HARDIRQ || irqs_disabled())
		return;
	mark_once(class, IN_HARDIRQ, HELD_ON, where);
	if (!in_softirq())
		mark_once(class, IN_SOFTIRQ, HELD_ON, where);
}

void lockdep_acquired(struct lockdep_map *dep, unsigned subclass, enum lockdep_kind kind, void *where)
{
	struct held_locks *held = &current->held;
	struct held_lock *h;
	u16 class;

	if (unlikely(off))
		return;
	class = class_of(dep, subclass);
	h = &held->locks[held->depth++];
	barrier();
	if (unlikely(held->depth > MAX_HELD_LOCKS)) {
		lockdep_warn(REPORT_OTHER, "", "more than %d locks are held", MAX_HELD_LOCKS);
		return;
	}
	h->dep = dep;
	h->where = where;
	h->context = lock_context();
	h->sleeps = kind == LOCK_SLEEPS;
	barrier();
	h->class = class;
	if (kind != LOCK_SLEEPS && class)
		mark_acquired(class, h->context, where);
}

/* Takes an entry out; what lies above moves down. */
static bool remove(struct held_locks *held, const struct lockdep_map *dep, struct held_lock *was)
{
	int top = held->depth - 1, i = top;

	if (unlikely(top >= MAX_HELD_LOCKS)) {
		held->depth--;
		return true;
	}
	while (i >= 0 && held->locks[i].dep != dep)
		i--;
	if (i < 0)
		return false;
	*was = held->locks[i];
	for (; i < top; i++)
		held->locks[i] = held->locks[i + 1];
	/* lockdep_acquired takes a place before it fills it: an interrupt in between must not find what was there. */
	held->locks[top].class = 0;
	held->locks[top].dep = NULL;
	held->locks[top].context = IN_TASK;
	barrier();
	held->depth = top;
	return true;
}

bool lockdep_release(struct lockdep_map *dep)
{
	struct held_lock was;

	if (unlikely(off))
		return true;
	if (!remove(&current->held, dep, &was)) {
		lockdep_warn(REPORT_STRANGER, dep->name ?: "", "%s is released by %s[%d], who does not hold it", dep->name ?: "a lock",
			     current->comm, current->pid);
		return false;
	}
	if (unlikely(nr_kept) && !current->held.depth && !in_irq())
		print_kept();
	return true;
}

void lockdep_hand_over(struct lockdep_map *dep, struct task_struct *prev)
{
	struct held_locks *held = &current->held;
	struct held_lock was = { .dep = dep };

	if (!off && remove(&prev->held, dep, &was) && held->depth < MAX_HELD_LOCKS)
		held->locks[held->depth++] = was;
}

int lockdep_spins_held(void)
{
	const struct held_locks *held = &current->held;
	int n = 0;

	for (int i = 0; i < held->depth && i < MAX_HELD_LOCKS; i++)
		n += held->locks[i].dep && !held->locks[i].sleeps && held->locks[i].context == IN_TASK;
	return n;
}

int lockdep_depth(void) { return current->held.depth; }

void lockdep_show_held(const struct task_struct *t)
{
	int depth = min(READ_ONCE(t->held.depth), MAX_HELD_LOCKS);

	if (depth)
		printk(LOG_EMERG, "%s[%d] holds:\n", t->comm, t->pid);
	for (int i = 0; i < depth; i++) {
		const struct held_lock *h = &t->held.locks[i];
		char name[48], where[48];

		lockdep_place(where, sizeof(where), h->where);
		printk(LOG_EMERG, "  %p %s, taken at %s%s%s\n", (void *)h->dep, class_name(h->class, name), where,
		       h->context == IN_TASK ? "" : " by ", kinds[h->context].in ?: "");
	}
}

/* ---- leaving something ---- */

/* An interrupt of the kind has come, so they are on: that is how long what is held here, by less urgent code, has been held. */
static void mark_held(enum lock_context kind)
{
	struct held_locks *held = &current->held;

	for (int i = 0; i < held->depth && i < MAX_HELD_LOCKS && !off; i++) {
		const struct held_lock *h = &held->locks[i];

		if (h->class && !h->sleeps && h->context < kind)
			mark_once(h->class, kind, HELD_ON, h->where);
	}
}

void lockdep_irq_enter(void) { mark_held(IN_HARDIRQ); }
void lockdep_softirq_enter(void) { mark_held(IN_SOFTIRQ); }

static void count_changed(const char *what, const char *name, u32 count)
{
	if (preempt_count() != count)
		lockdep_warn(REPORT_COUNT, name, "%s %s leaves preempt_count at %x instead of %x", what, name, preempt_count(), count);
	current_thread_info()->preempt_count = count;
}

/* What is held must not be, by whom the text says. */
static void report_held(const char *what, const char *name)
{
	const struct held_locks *held = &current->held;

	if (lockdep_warn(REPORT_HELD, name, "%s %s leaves %d locks held", what, name, held->depth))
		lockdep_show_held(current);
}

void lockdep_irq_exit(u32 count, unsigned vector)
{
	const struct held_locks *held = &current->held;
	bool held_by_handler = held->depth && held->locks[min(held->depth, MAX_HELD_LOCKS) - 1].context == IN_HARDIRQ;
	char name[16];

	if (likely(preempt_count() == count && !held_by_handler) || off)
		return;
	snprintf(name, sizeof(name), "%u", vector);
	count_changed("the handler of interrupt vector", name, count);
	if (held_by_handler)
		report_held("the handler of interrupt vector", name);
}

void lockdep_returned(const char *what, void *fn, u32 count, int depth)
{
	char name[48];

	if (likely(preempt_count() == count && current->held.depth == depth && !irqs_disabled()) || off)
		return;
	lockdep_place(name, sizeof(name), fn);
	count_changed(what, name, count);
	if (current->held.depth != depth)
		report_held(what, name);
	current->held.depth = min(current->held.depth, depth);
	if (irqs_disabled()) {
		lockdep_warn(REPORT_COUNT, name, "%s %s leaves interrupts off", what, name);
		local_irq_enable();
	}
}

void lockdep_task_exits(void)
{
	if (likely(!current->held.depth) || off)
		return;
	report_held("the end of task", current->comm);
	current->held = (struct held_locks){ .depth = 0 };
}

/* From entry.asm, before each return to user mode, interrupts off. */
void lockdep_user_return(const struct pt_regs *regs);
void lockdep_user_return(const struct pt_regs *regs)
{
	const struct syscall_info *info;
	const char *what, *name;
	char vector[16];

	if (likely(!preempt_count() && !current->held.depth) || off)
		return;
	info = regs->orig_eax >= 0 ? syscall_info((u32)regs->orig_eax) : NULL;
	what = regs->orig_eax >= 0 ? "the system call" : "exception";
	snprintf(vector, sizeof(vector), "%d", ~regs->orig_eax);
	name = info ? info->name : regs->orig_eax >= 0 ? "?" : vector;
	count_changed(what, name, 0);
	if (current->held.depth)
		report_held(what, name);
	current->held = (struct held_locks){ .depth = 0 };
}

static void put_usage(struct seq_file *m, const char *kind, u32 usage)
{
	if (usage & REACHED)
		seq_printf(m, usage & TAKEN ? " in-%s" : " reached-by-%s", kind);
	if (usage & HELD_ON)
		seq_printf(m, " %ss-on", kind);
}

/* /proc/lockdep: every class with its use by interrupts, and under it what is taken while it is held. */
static int lockdep_show(struct seq_file *m, void *v)
{
	char name[48], place[48];

	(void)v;
	seq_printf(m, "%u classes, %u edges, %lu acquisitions without a class\n", nr_classes - 1, nr_edges - 1, unclassed);
	for (u16 c = 1; c < nr_classes; c++) {
		u8 usage = classes[c].usage;

		seq_puts(m, class_name(c, name));
		put_usage(m, "irq", usage >> 4);
		put_usage(m, "softirq", usage);
		seq_putc(m, '\n');
		for (u16 e = classes[c].edges; e; e = edges[e].next) {
			lockdep_place(place, sizeof(place), edges[e].taken);
			seq_printf(m, "\t%s at %s\n", class_name(edges[e].to, name), place);
		}
	}
	return 0;
}

static int lockdep_proc_init(void)
{
	proc_create_single("lockdep", 0444, NULL, lockdep_show);
	return 0;
}
fs_initcall(lockdep_proc_init);
#endif
