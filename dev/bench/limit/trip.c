/*
 * What the machine gives a round trip: two rings, one each way, one message of 64 bytes on its way at a time, in C with lanegraph's
 * slot protocol. Each side is bound to a core and spins; each trip is timed, as in the benchmark of that name.
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/trip.c -o trip && ./trip [BYTES [FENCE]]
 *
 * BYTES: of a message, 64; a multiple of 8 and at most 64. With 56 each message lies on one line with its word. FENCE: 0; 1 = a full fence
 * between two looks, and not a pause.
 * Prints for each of ten rounds the median and the 99th percentile of the trips and, in brackets, what of it is a look at the
 * clock, in nanoseconds; and the time of a word from core to core and back before it and after it.
 */
#include "limit.h"

enum { COUNT = 500000 };

static int64_t words, fence;
static ring there, back;
static int64_t ns[COUNT];

static int64_t nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

static void spin(void) {
    if (fence) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } else {
        _mm_pause();
    }
}

static void put(writer *w) {
    int64_t *message;
    while (!(message = claim(w))) {
        _mm_pause();
    }
    for (int i = 0; i < words; i++) {
        ((word *) message)[i] = w->tail + i;
    }
    commit(w);
}

static int64_t take(reader *r) {
    int64_t *message, found = 0;
    while (!(message = look(r))) {
        spin();
    }
    for (int i = 0; i < words; i++) {
        found |= message[i] ^ (r->position + i);
    }
    r->position++;
    release(r);
    return found;
}

static void *echo(void *unused) {
    pin(1);
    reader r = {.ring = &there, .cursor = &there.cursors[0].at};
    writer w = {.ring = &back};
    int64_t found = 0;
    for (int i = 0; i < COUNT; i++) {
        found |= take(&r);
        put(&w);
    }
    check(found);
    return unused;
}

static void *trips(void *unused) {
    pin(0);
    writer w = {.ring = &there};
    reader r = {.ring = &back, .cursor = &back.cursors[0].at};
    int64_t found = 0;
    for (int i = 0; i < COUNT; i++) {
        int64_t start = nanos();
        put(&w);
        found |= take(&r);
        ns[i] = nanos() - start;
    }
    check(found);
    return unused;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

static void sort(void) { qsort(ns, COUNT, sizeof ns[0], ascending); }

static int64_t percentile(int part) { return ns[(int64_t) COUNT * part / 100]; }

int main(int count, char **arguments) {
    words = argument(count, arguments, 1, LENGTH, 8, LENGTH) / 8;
    fence = argument(count, arguments, 2, 0, 0, 1);
    for (int round = 0; round < ROUNDS; round++) {
        double before = distance();
        there = ring_of(4096, 16, 1, 8 * words);
        back = ring_of(4096, 16, 1, 8 * words);
        pthread_t echoes = started(echo, 0), asks = started(trips, 0);
        pthread_join(asks, 0);
        pthread_join(echoes, 0);
        free(there.base);
        free(back.base);
        sort();
        int64_t p50 = percentile(50), p99 = percentile(99);
        for (int i = 0; i < COUNT; i++) {
            int64_t start = nanos();
            ns[i] = nanos() - start;
        }
        sort();
        printf("%ld/%ld(%ld)@%.0f-%.0fns ", (long) p50, (long) p99, (long) percentile(50), before, distance());
        fflush(stdout);
    }
    printf("\n");
    return 0;
}
