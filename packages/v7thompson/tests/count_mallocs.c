/* Counts this process's heap allocations while told to. Preloaded; see test_zero_allocation.py. */
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static volatile int counting;
static volatile long count;

static void note(void) {
    if (counting) __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
}

/* 1 starts from zero; 0 stops, and returns how many there were. */
long count_mallocs(int on) {
    long seen = count;
    counting = on;
    if (on) count = 0;
    return seen;
}

void *malloc(size_t size) { note(); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { note(); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { note(); return __libc_realloc(p, size); }
void *aligned_alloc(size_t align, size_t size) { note(); return __libc_memalign(align, size); }
void *memalign(size_t align, size_t size) { note(); return __libc_memalign(align, size); }

int posix_memalign(void **out, size_t align, size_t size) {
    note();
    *out = __libc_memalign(align, size);
    return *out ? 0 : 12;
}
