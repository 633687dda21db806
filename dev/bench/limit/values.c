/*
 * What the machine gives a queue of references of 4 bytes, as the JVM's mostly are, in plain C: one producer and one consumer on two
 * cores. Three ways:
 *
 *     slots    a reference that is there tells of itself, and the consumer puts null into its place, as in JCTools' SpscArrayQueue
 *     tail     the producer tells of each by a tail, and the consumer of its place by a cursor, as in lanegraph's lanes of values
 *     batches  it tells of BATCH at once
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/values.c -o values && ./values WAY [SLOTS [BATCH]]
 *
 * SLOTS: 4096; a power of two. BATCH: 16; a power of two. The producer takes the references from a table, and the consumer compares
 * each with the one that comes now. Prints for each of ten rounds millions of references a second, and the time of a word from core
 * to core and back before it and after it.
 */
#include "limit.h"

enum { TABLE = 1024, BLOCK = 64, ON_A_LINE = 8, HOLD = 64 };

typedef uint32_t reference;

static const int64_t COUNT = 60000000;
static reference table[TABLE];
static int64_t slots, batch, ahead;
static volatile reference *places;
static cell tail, cursor;

/* Another one each lap: who overwrites what was not read is found out. */
static reference next(int64_t sequence) { return table[(sequence + (sequence >> 12)) & (TABLE - 1)]; }

static void *produce_slots(void *unused) {
    pin(0);
    int64_t limit = 0;
    for (int64_t at = 0; at < COUNT; at++) {
        while (at >= limit) {
            if (!places[(at + ahead) & (slots - 1)]) {
                limit = at + ahead;
            } else if (!places[at & (slots - 1)]) {
                limit = at + 1;
            } else {
                _mm_pause();
            }
        }
        __atomic_store_n(&places[at & (slots - 1)], next(at), __ATOMIC_RELEASE);
    }
    return unused;
}

static void *consume_slots(void *unused) {
    pin(1);
    int64_t at = 0, found = 0;
    while (at < COUNT) {
        reference there = __atomic_load_n(&places[at & (slots - 1)], __ATOMIC_ACQUIRE);
        if (there) {
            found |= there ^ next(at);
            __atomic_store_n(&places[at++ & (slots - 1)], 0, __ATOMIC_RELEASE);
        } else {
            _mm_pause();
        }
    }
    check(found);
    return unused;
}

static void *produce_tail(void *unused) {
    pin(0);
    int64_t limit = slots;
    for (int64_t at = 0; at < COUNT;) {
        while (at >= limit) {
            __atomic_store_n(&tail.at, at, __ATOMIC_RELEASE);
            limit = __atomic_load_n(&cursor.at, __ATOMIC_ACQUIRE) + slots;
            _mm_pause();
        }
        places[at & (slots - 1)] = next(at);
        at++;
        if (!(at & (batch - 1))) {
            __atomic_store_n(&tail.at, at, __ATOMIC_RELEASE);
        }
        if (!(at & (BLOCK - 1))) {
            int64_t room = limit - at, count = room < BLOCK ? room : BLOCK;
            for (int64_t i = ON_A_LINE - 1; i < count; i += ON_A_LINE) {
                places[(at + i) & (slots - 1)] = 0;
            }
        }
    }
    __atomic_store_n(&tail.at, COUNT, __ATOMIC_RELEASE);
    return unused;
}

static void *consume_tail(void *unused) {
    pin(1);
    int64_t at = 0, known = 0, caught_up = 0, found = 0;
    while (at < COUNT) {
        if (at == known) {
            if (at > caught_up + 1) {
                pauses(HOLD);
            }
            caught_up = at;
            known = __atomic_load_n(&tail.at, __ATOMIC_ACQUIRE);
        }
        int64_t from = at, end = known < at + DRAIN ? known : at + DRAIN;
        for (; at < end; at++) {
            found |= places[at & (slots - 1)] ^ next(at);
        }
        if (at == from) {
            _mm_pause();
        } else {
            __atomic_store_n(&cursor.at, at, __ATOMIC_RELEASE);
        }
    }
    check(found);
    return unused;
}

static void *(*producer)(void *), *(*consumer)(void *);

static double once(void) {
    places = aligned_alloc(4096, slots * sizeof(reference));
    memset((void *) places, 0, slots * sizeof(reference));
    tail.at = cursor.at = 0;
    double start = now();
    pthread_t produces = started(producer, 0), consumes = started(consumer, 0);
    pthread_join(produces, 0);
    pthread_join(consumes, 0);
    double seconds = now() - start;
    free((void *) places);
    return seconds;
}

int main(int count, char **arguments) {
    const char *way = count > 1 ? arguments[1] : "";
    if (strcmp(way, "slots") && strcmp(way, "tail") && strcmp(way, "batches")) {
        fprintf(stderr, "expected slots, tail or batches\n");
        return 2;
    }
    slots = power_of_two(argument(count, arguments, 2, 4096, 64, 1 << 24));
    ahead = slots / 4;
    batch = strcmp(way, "batches") ? 1 : power_of_two(argument(count, arguments, 3, 16, 1, slots));
    producer = strcmp(way, "slots") ? produce_tail : produce_slots;
    consumer = strcmp(way, "slots") ? consume_tail : consume_slots;
    for (int i = 0; i < TABLE; i++) {
        table[i] = i + 1;
    }
    rounds(COUNT, once);
    return 0;
}
