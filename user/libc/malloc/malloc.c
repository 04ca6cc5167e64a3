/* SPDX-License-Identifier: MIT */
/*
 * The heap: boundary tags and segregated fits.
 *
 * Memory comes from the kernel in segments (the brk heap, and anonymous mappings where brk cannot grow), each cut into
 * chunks that touch each other without gaps. A chunk starts with two words; the payload follows, aligned to 16:
 *
 *          +-----------+-----------+---------------------------------+
 *          | prev_size | size|bits | payload ...                     | next chunk's prev_size ...
 *          +-----------+-----------+---------------------------------+
 *
 * size is a multiple of 16, so its low bits are free for PREV_INUSE ("the chunk below me is allocated") and MMAPPED. Only when
 * the chunk below is free is prev_size a copy of its size: its boundary tag, by which free() finds it and merges. An
 * allocated chunk's payload runs over the next chunk's prev_size, so the overhead is one word.
 *
 * Invariants: no two free chunks touch; every free chunk is on the list of its size class; a segment ends in a fence, an
 * allocated chunk of no payload that is never freed. Free chunks are in 64 lists: one per size up to 512 bytes, then four per
 * power of two; a bitmap tells which have members. In a list of mixed sizes the smallest that fits is taken.
 *
 * A request of MMAP_THRESHOLD or more gets a mapping of its own, and realloc moves it by mremap without copying.
 * What free() is given is checked against its neighbours; damage and double frees end the program with a message.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 16u
#define HEADER (2 * sizeof(size_t))
#define OVERHEAD sizeof(size_t)
#define MIN_CHUNK 32u
#define MMAP_THRESHOLD (128u * 1024)
#define TRIM_THRESHOLD (256u * 1024)
#define GROW (64u * 1024)
#define PAGE 4096u
#define MAX_REQUEST (PTRDIFF_MAX - 64 * 1024)

#define PREV_INUSE 1u
#define MMAPPED 2u
#define FLAGS 15u

#define BINS 64
#define SMALL_MAX 512u

struct chunk {
	size_t prev_size;	/* size of the chunk below if that is free; offset in its mapping if MMAPPED */
	size_t size_bits;
	struct chunk *fd, *bk;	/* while free */
};

static struct chunk bins[BINS];	/* list heads; only fd and bk are used */
static unsigned long long bin_map;
static struct chunk *top_fence;	/* of the brk segment */

static void __attribute__((noreturn)) damaged(const char *what)
{
	static const char prefix[] = "malloc: ";

	write(2, prefix, sizeof(prefix) - 1);
	write(2, what, strlen(what));
	write(2, "\n", 1);
	abort();
}

static size_t chunk_size(const struct chunk *c) { return c->size_bits & ~(size_t)FLAGS; }
static void *payload(struct chunk *c) { return (char *)c + HEADER; }
static struct chunk *chunk_of(void *p) { return (struct chunk *)((char *)p - HEADER); }
static struct chunk *at(struct chunk *c, size_t offset) { return (struct chunk *)((char *)c + offset); }
static struct chunk *next_chunk(struct chunk *c) { return at(c, chunk_size(c)); }
static struct chunk *prev_chunk(struct chunk *c) { return (struct chunk *)((char *)c - c->prev_size); }
static int is_inuse(struct chunk *c) { return next_chunk(c)->size_bits & PREV_INUSE; }

/* The chunk for a request: payload and overhead, rounded. */
static size_t request_size(size_t n)
{
	size_t size = (n + OVERHEAD + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

	return size < MIN_CHUNK ? MIN_CHUNK : size;
}

static int bin_index(size_t size)
{
	int log, i;

	if (size <= SMALL_MAX)
		return size / ALIGNMENT - 1;
	log = 31 - __builtin_clz(size);
	i = 31 + (log - 9) * 4 + ((size >> (log - 2)) & 3);
	return i < BINS ? i : BINS - 1;
}

static void init_bins(void)
{
	for (int i = 0; i < BINS; i++)
		bins[i].fd = bins[i].bk = &bins[i];
}

static void insert(struct chunk *c)
{
	int i = bin_index(chunk_size(c));
	struct chunk *head = &bins[i];

	c->fd = head->fd;
	c->bk = head;
	head->fd->bk = c;
	head->fd = c;
	bin_map |= 1ull << i;
}

static void unlink_chunk(struct chunk *c)
{
	int i;

	if (c->fd->bk != c || c->bk->fd != c)
		damaged("a free block was written to (list)");
	if (next_chunk(c)->prev_size != chunk_size(c))
		damaged("a free block was written to (size)");
	c->fd->bk = c->bk;
	c->bk->fd = c->fd;
	i = bin_index(chunk_size(c));
	if (bins[i].fd == &bins[i])
		bin_map &= ~(1ull << i);
}

/* Makes [c, c + size) a free chunk that keeps its PREV_INUSE bit; its neighbours are allocated. */
static void make_free(struct chunk *c, size_t size)
{
	struct chunk *next = at(c, size);

	c->size_bits = size | (c->size_bits & PREV_INUSE);
	next->prev_size = size;
	next->size_bits &= ~(size_t)PREV_INUSE;
	insert(c);
}

/* Merges c, which is on no list, with free neighbours and lists the result. */
static struct chunk *coalesce(struct chunk *c)
{
	size_t size = chunk_size(c);
	struct chunk *next = at(c, size);

	if (!(c->size_bits & PREV_INUSE)) {
		struct chunk *prev = prev_chunk(c);

		if (chunk_size(prev) != c->prev_size)
			damaged("the block below was overrun");
		unlink_chunk(prev);
		size += chunk_size(prev);
		c = prev;
	}
	if (chunk_size(next) && !is_inuse(next)) {
		unlink_chunk(next);
		size += chunk_size(next);
		next->size_bits = 0;	/* or a second free of c would see it as allocated */
	}
	make_free(c, size);
	return c;
}

/* A fence has size 0 and lies in the segment's last bytes: its own header is all there is. */
static void put_fence(struct chunk *f)
{
	f->size_bits = PREV_INUSE;
}

static struct chunk *new_segment(char *start, size_t size)
{
	uintptr_t first = ((uintptr_t)start + HEADER + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - HEADER;
	uintptr_t fence = ((uintptr_t)start + size) / ALIGNMENT * ALIGNMENT - HEADER;
	struct chunk *c = (struct chunk *)first;

	put_fence((struct chunk *)fence);
	c->size_bits = (fence - first) | PREV_INUSE;
	coalesce(c);
	return (struct chunk *)fence;
}

/* The brk heap grew upward without a gap: the old fence becomes the start of the new chunk. */
static void extend_heap(size_t grow)
{
	struct chunk *c = top_fence;

	top_fence = at(c, grow);
	put_fence(top_fence);
	c->size_bits = grow | (c->size_bits & PREV_INUSE);
	coalesce(c);
}

/* Gets at least a chunk of size from the kernel; 0 or -1. */
static int grow_heap(size_t size)
{
	size_t need = (size + 2 * HEADER + ALIGNMENT + GROW - 1) / GROW * GROW;
	char *p;

	/* The fence ends where the break is only if that is aligned. */
	need += -(uintptr_t)sbrk(0) & (ALIGNMENT - 1);
	p = sbrk((intptr_t)need);
	if (p != (char *)-1) {
		if (top_fence && p == (char *)top_fence + HEADER) {
			extend_heap(need);
			return 0;
		}
		top_fence = new_segment(p, need);
		return 0;
	}
	p = mmap(NULL, need, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	new_segment(p, need);
	return 0;
}

/* Gives the end of the brk heap back when much of it is free and nobody else moved the break. */
static void trim(struct chunk *last)
{
	size_t give;
	struct chunk *fence;

	if (next_chunk(last) != top_fence || chunk_size(last) < TRIM_THRESHOLD)
		return;
	if (sbrk(0) != (char *)top_fence + HEADER)
		return;
	give = (chunk_size(last) - GROW) & ~(size_t)(PAGE - 1);
	unlink_chunk(last);
	fence = at(last, chunk_size(last) - give);
	if (sbrk(-(intptr_t)give) == (void *)-1) {
		insert(last);
		return;
	}
	top_fence = fence;
	put_fence(fence);
	make_free(last, chunk_size(last) - give);
}

/* Spelt out: the compiler's own for 64 bits is a function of a library that is not linked here. */
static int lowest_bit(unsigned long long map)
{
	unsigned low = (unsigned)map;

	return low ? __builtin_ctz(low) : 32 + __builtin_ctz((unsigned)(map >> 32));
}

/* The best free chunk of at least size, off its list, or NULL. */
static struct chunk *take_fit(size_t size)
{
	int i = bin_index(size);
	unsigned long long map = bin_map >> i << i;

	while (map) {
		struct chunk *best = NULL;

		i = lowest_bit(map);
		for (struct chunk *c = bins[i].fd; c != &bins[i]; c = c->fd)
			if (chunk_size(c) >= size && (!best || chunk_size(c) < chunk_size(best))) {
				best = c;
				if (chunk_size(c) == size)
					break;
			}
		if (best) {
			unlink_chunk(best);
			return best;
		}
		map &= map - 1;
	}
	return NULL;
}

/* Cuts what c has beyond size off as a free chunk, and marks c allocated. */
static void split(struct chunk *c, size_t size)
{
	size_t rest = chunk_size(c) - size;

	if (rest < MIN_CHUNK) {
		next_chunk(c)->size_bits |= PREV_INUSE;
		return;
	}
	c->size_bits = size | (c->size_bits & PREV_INUSE);
	c = at(c, size);
	c->size_bits = rest | PREV_INUSE;
	coalesce(c);
}

/* A mapping of its own: offset bytes below the chunk, so that the payload is aligned as asked. */
static void *map_chunk(size_t n, size_t align)
{
	size_t len, offset;
	char *m;
	struct chunk *c;

	len = (n + HEADER + align + PAGE - 1) & ~(size_t)(PAGE - 1);
	m = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		return NULL;
	offset = (((uintptr_t)m + HEADER + align - 1) & ~(uintptr_t)(align - 1)) - HEADER - (uintptr_t)m;
	c = (struct chunk *)(m + offset);
	c->prev_size = offset;
	c->size_bits = (len - offset) / ALIGNMENT * ALIGNMENT | MMAPPED;
	return payload(c);
}

static size_t mapping_length(struct chunk *c)
{
	return (c->prev_size + chunk_size(c) + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* What the caller may use of an allocated chunk. */
static size_t capacity(struct chunk *c)
{
	return chunk_size(c) - (c->size_bits & MMAPPED ? HEADER : OVERHEAD);
}

void *malloc(size_t n)
{
	size_t size;
	struct chunk *c;

	if (n > MAX_REQUEST) {
		errno = ENOMEM;
		return NULL;
	}
	if (n >= MMAP_THRESHOLD)
		return map_chunk(n, ALIGNMENT);
	if (!bins[0].fd)
		init_bins();
	size = request_size(n);
	while (!(c = take_fit(size)))
		if (grow_heap(size) < 0) {
			errno = ENOMEM;
			return NULL;
		}
	split(c, size);
	return payload(c);
}

/* The chunk of a pointer that the caller claims is allocated. */
static struct chunk *checked(void *p)
{
	struct chunk *c = chunk_of(p);

	if ((uintptr_t)p % ALIGNMENT)
		damaged("free of a pointer that malloc never gave");
	if (c->size_bits & MMAPPED) {
		if (((uintptr_t)c - c->prev_size) % PAGE)
			damaged("free of a pointer that malloc never gave");
		return c;
	}
	if (chunk_size(c) < MIN_CHUNK || (c->size_bits & FLAGS & ~PREV_INUSE) || chunk_size(c) > MAX_REQUEST)
		damaged("a block's header was overwritten");
	if (!is_inuse(c))
		damaged("double free, or a block was overrun");
	return c;
}

void free(void *p)
{
	struct chunk *c;
	int saved = errno;

	if (!p)
		return;
	c = checked(p);
	if (c->size_bits & MMAPPED)
		munmap((char *)c - c->prev_size, mapping_length(c));
	else
		trim(coalesce(c));
	errno = saved;
}

void *calloc(size_t n, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(n, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(total);
	/* A fresh mapping is zero already. */
	if (p && !(chunk_of(p)->size_bits & MMAPPED))
		memset(p, 0, total);
	return p;
}

static void *remap(struct chunk *c, size_t n)
{
	size_t len = (c->prev_size + HEADER + n + PAGE - 1) & ~(size_t)(PAGE - 1);
	size_t offset = c->prev_size;
	char *m;

	if (len == mapping_length(c))
		return payload(c);
	m = mremap((char *)c - offset, mapping_length(c), len, MREMAP_MAYMOVE);
	if (m == MAP_FAILED)
		return NULL;
	c = (struct chunk *)(m + offset);
	c->size_bits = (len - c->prev_size) / ALIGNMENT * ALIGNMENT | MMAPPED;
	return payload(c);
}

/* Grows c over a free neighbour above it, if that is enough. */
static int grow_in_place(struct chunk *c, size_t size)
{
	struct chunk *next = next_chunk(c);

	if (!chunk_size(next) || is_inuse(next) || chunk_size(c) + chunk_size(next) < size)
		return 0;
	unlink_chunk(next);
	c->size_bits += chunk_size(next);
	split(c, size);
	return 1;
}

void *realloc(void *p, size_t n)
{
	struct chunk *c;
	void *moved;

	if (!p)
		return malloc(n);
	if (n == 0) {
		free(p);
		return NULL;
	}
	if (n > MAX_REQUEST) {
		errno = ENOMEM;
		return NULL;
	}
	c = checked(p);
	if (c->size_bits & MMAPPED) {
		if (n >= MMAP_THRESHOLD / 2 && (moved = remap(c, n)))
			return moved;
	} else {
		size_t size = request_size(n);

		if (size <= chunk_size(c)) {
			split(c, size);
			return p;
		}
		if (n < MMAP_THRESHOLD && grow_in_place(c, size))
			return p;
	}
	moved = malloc(n);
	if (!moved)
		return NULL;
	memcpy(moved, p, n < capacity(c) ? n : capacity(c));
	free(p);
	return moved;
}

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, total);
}

/* Allocates enough to find an aligned payload inside, and frees what lies before and after. */
void *aligned_alloc(size_t align, size_t n)
{
	struct chunk *c, *a;
	uintptr_t p, aligned;

	if (!align || (align & (align - 1))) {
		errno = EINVAL;
		return NULL;
	}
	if (align <= ALIGNMENT)
		return malloc(n);
	if (n > MAX_REQUEST || align > MAX_REQUEST - n - MIN_CHUNK) {
		errno = ENOMEM;
		return NULL;
	}
	if (n + align + MIN_CHUNK >= MMAP_THRESHOLD)
		return map_chunk(n, align);
	p = (uintptr_t)malloc(n + align + MIN_CHUNK);
	if (!p)
		return NULL;
	c = chunk_of((void *)p);
	aligned = (p + align - 1) & ~(uintptr_t)(align - 1);
	if (aligned != p && aligned - p < MIN_CHUNK)
		aligned += align;
	if (aligned != p) {
		size_t lead = aligned - p;

		a = at(c, lead);
		a->size_bits = (chunk_size(c) - lead) | PREV_INUSE;
		c->size_bits = lead | (c->size_bits & PREV_INUSE);
		coalesce(c);
		c = a;
	}
	split(c, request_size(n));
	return payload(c);
}

int posix_memalign(void **out, size_t align, size_t n)
{
	int saved = errno, error;
	void *p;

	if (align % sizeof(void *))
		return EINVAL;
	p = aligned_alloc(align, n);
	error = errno;
	errno = saved;
	if (!p)
		return error;
	*out = p;
	return 0;
}

size_t malloc_usable_size(void *p)
{
	return p ? capacity(chunk_of(p)) : 0;
}
