/* SPDX-License-Identifier: MIT */
/*
 * Processes that map, unmap, protect, move, advise, lock, fork, write, and let the kernel write, at random, against a model that knows
 * every byte (vm_model.h). After each call its result is what the model says, and all that it touched is looked at; now
 * and then everything is, and /proc/self/maps.
 *
 *	vm_model [seed=N] [seconds=N] [processes=N] [pages=N] [inject=N]
 *
 * The seed is printed. Where there is /proc/self/fail-nth every second process (inject=2: each, inject=0: none) has allocations
 * fail during its calls: one that fails with ENOMEM must have changed nothing outside of its range, and succeeds when it is repeated.
 */
#include "vm_model_areas.h"
#include "vm_model_bytes.h"

#define BUDGET 120		/* operations of a child, at most */

static unsigned seconds = 3, processes = 8, inject = 1, depth, children;
static time_t ends;

static void wait_for_children(int flags)
{
	int status;

	while (children && waitpid(-1, &status, flags) > 0) {
		children--;
		if (status)
			fail("a child ended with status %x", status);
	}
}

static void operate(void);

static void open_injection(void)
{
	if (fail_nth >= 0)
		close(fail_nth);
	fail_nth = inject ? open("/proc/self/fail-nth", O_RDWR) : -1;
}

/* The copy's life: it must see what its parent had, but for what was wiped or is not for it, and then goes its own way. */
static void be_child(unsigned number)
{
	unsigned left = below(BUDGET);

	sprintf(who + strlen(who), ".%u", number);
	for (unsigned i = 0; i < npages + 0u; i++) {
		pages[i].locked = 0;
		if (pages[i].dontfork)
			pages[i] = (struct page) { 0 };		/* not counted for us */
		if (pages[i].wipe) {
			pages[i].c = (struct content) { 0 };
			pages[i].may_be_zero = 0;
		}
	}
	children = 0;
	depth++;
	open_injection();
	check_all();
	while (left-- && time(NULL) < ends)
		operate();
	check_all();
	wait_for_children(0);
	for (unsigned i = 0; i < npages; i++)
		set_page(i, (struct page) { 0 });
	__sync_sub_and_fetch(&ctl->live, 1);
	_exit(0);
}

static void count_references(int add)
{
	for (unsigned i = 0; i < npages; i++)
		if (backed(&pages[i]) && !pages[i].dontfork)
			__sync_add_and_fetch(&object_of(&pages[i])->refs, add);
}

static void do_fork(void)
{
	static unsigned number;
	unsigned long long seed = state;
	pid_t pid;

	wait_for_children(WNOHANG);
	if (depth >= 3 || children >= 3 || __sync_fetch_and_add(&ctl->live, 1) >= (int)processes * 3) {
		if (depth < 3 && children < 3)
			__sync_sub_and_fetch(&ctl->live, 1);
		return;
	}
	TRACE("fork %u", ++number);
	count_references(1);
	begin_injection();
	pid = fork();
	if (pid == 0) {
		state = seed * 31 + number;
		be_child(number);
	}
	end_injection();
	if (pid < 0) {
		if (!hit || (errno != ENOMEM && errno != EAGAIN))
			fail("fork: error %d", errno);
		ctl->refused++;
		count_references(-1);
		__sync_sub_and_fetch(&ctl->live, 1);
		return;
	}
	children++;
	for (unsigned k = below(12); k; k--)	/* both write at once */
		access_page(below(npages), ODD);
}

static void operate(void)
{
	static void (*const operations[])(void) = {
		do_map, do_map, do_map, do_unmap, do_protect, do_protect, do_remap, do_remap, do_remap, do_advise, do_advise, do_lock,
		do_mincore, do_touch, do_touch, do_touch, do_touch, do_read, do_read, do_write, do_pipe, do_resize, do_brk, do_fork,
	};

	if (ctl->failed)
		_exit(1);
	__sync_add_and_fetch(&ctl->operations, 1);
	operations[below(sizeof operations / sizeof operations[0])]();
	if (below(200) == 0)
		check_maps(0, 0, 0);
	if (below(200) == 0)
		check_all();
}

static void be_process(unsigned number, unsigned seed)
{
	sprintf(who, "%u", number);
	state = seed * 2654435761ull + number;
	inject = inject > number % 2;
	heap_base = ((unsigned long)SYS(brk, 0) + PAGE - 1) / PAGE * PAGE;
	if (mmap(address(0), npages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != address(0))
		fail("no window");
	set_area(0, npages, (struct page) { .kind = ANON, .prot = PROT_READ | PROT_WRITE });
	for (unsigned i = 0; i < npages; i++)
		access_page(i, FILL);
	open_injection();
	while (time(NULL) < ends)
		operate();
	check_maps(0, 0, 0);
	check_all();
	wait_for_children(0);
	check_all();
	munmap(address(0), npages * PAGE);
	_exit(0);
}

static void make_files(void)
{
	for (int o = 0; o < FILES; o++) {
		fd[o] = open("vm_model", O_RDWR | O_CREAT | O_TRUNC, 0600);
		CHECK(fd[o] >= 0 && unlink("vm_model") == 0);
		ctl->object[o].refs = 1;
		ctl->object[o].size = 8 + 6 * o;
		CHECK(ftruncate(fd[o], ctl->object[o].size * PAGE) == 0);
	}
}

static unsigned option(int argc, char **argv, const char *name, unsigned value)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)))
			value = strtoul(argv[i] + strlen(name), NULL, 10);
	return value;
}

int main(int argc, char **argv)
{
	unsigned seed = option(argc, argv, "seed=", (unsigned)time(NULL) % 1000000), bad = 0;
	int status;

	seconds = option(argc, argv, "seconds=", seconds);
	processes = option(argc, argv, "processes=", processes);
	npages = option(argc, argv, "pages=", npages);
	inject = option(argc, argv, "inject=", inject);
	SAY("# seed=%u seconds=%u processes=%u pages=%u inject=%u\n", seed, seconds, processes, npages, inject);
	ctl = mmap(NULL, sizeof *ctl, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(ctl != MAP_FAILED && npages <= MAX_PAGES / 2);
	catch_faults();
	make_files();
	ctl->live = (int)processes;
	ends = time(NULL) + (time_t)seconds;
	for (unsigned n = 0; n < processes; n++)
		if (fork() == 0)
			be_process(n, seed);
	while (wait(&status) > 0)
		bad += status != 0;
	CHECK(bad == 0 && !ctl->failed);
	SAY("# %u operations, %u refused\n", ctl->operations, ctl->refused);
	SAY("%s\n", bad ? "wrong" : "vm_model: every byte");
	return done();
}
