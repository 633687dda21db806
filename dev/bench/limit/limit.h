/*
 * The slot protocol of lanegraph in plain C, for the programs beside it: a ring of slots of 64 bytes or less, each behind a word
 * that tells which message it holds; a cursor for each reader; one writer. And what each program needs: threads on cores, a
 * clock, and the time that a word takes from core to core and back, by which its rounds can be told apart.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LENGTH = 64, WORDS = LENGTH / 8, DRAIN = 256, MOST_READERS = 8, APART = 256, TRIPS = 200000, ROUNDS = 10 };

typedef volatile int64_t word;

typedef struct {
    word at __attribute__((aligned(APART)));
} cell;

typedef struct {
    int64_t slots;
    int64_t stride;
    int64_t block; /* how many slots the writer touches at once before it writes the first of them: 16, or 1 = none */
    int readers;
    char *base;
    cell cursors[MOST_READERS];
} ring;

typedef struct {
    ring *ring;
    int64_t tail, limit;
    word kept[3] __attribute__((aligned(APART))); /* what a handle keeps for itself a message */
} writer;

typedef struct {
    ring *ring;
    word *cursor;
    int64_t position;
} reader;

static inline ring ring_of(int64_t slots, int64_t block, int readers, int bytes) {
    ring r = {.slots = slots, .stride = bytes + 8, .block = block, .readers = readers};
    int64_t length = (slots * r.stride + 4095) / 4096 * 4096;
    r.base = aligned_alloc(4096, length);
    memset(r.base, 0, length);
    return r;
}

static inline char *slot(const ring *r, int64_t sequence) { return r->base + (sequence & (r->slots - 1)) * r->stride; }

/* Where the next message goes, or null: full. */
static inline int64_t *claim(writer *w) {
    ring *r = w->ring;
    if (w->tail >= w->limit) {
        int64_t slowest = INT64_MAX;
        for (int i = 0; i < r->readers; i++) {
            int64_t at = __atomic_load_n(&r->cursors[i].at, __ATOMIC_ACQUIRE);
            slowest = at < slowest ? at : slowest;
        }
        w->limit = slowest + r->slots;
        if (w->tail >= w->limit) {
            return 0;
        }
    }
    return (int64_t *) (slot(r, w->tail) + 8);
}

static inline void touch(writer *w) {
    int64_t room = w->limit - w->tail, count = room < w->ring->block ? room : w->ring->block;
    for (int64_t i = 0; i < count; i++) {
        *(word *) (slot(w->ring, w->tail + i) + 8) = 0;
    }
}

static inline void commit(writer *w) {
    char *at = slot(w->ring, w->tail);
    w->kept[0] = w->tail;
    w->kept[1] = w->tail;
    w->kept[2] = w->tail++;
    __atomic_store_n((int64_t *) at, w->tail << 16 | LENGTH, __ATOMIC_RELEASE);
    if (w->ring->block > 1 && !(w->tail & (w->ring->block - 1))) {
        touch(w);
    }
}

/* The message at the position, or null: none. */
static inline int64_t *look(const reader *r) {
    char *at = slot(r->ring, r->position);
    return __atomic_load_n((int64_t *) at, __ATOMIC_ACQUIRE) >> 16 == r->position + 1 ? (int64_t *) (at + 8) : 0;
}

static inline void release(reader *r) { __atomic_store_n(r->cursor, r->position, __ATOMIC_RELEASE); }

static inline void pauses(int64_t count) {
    while (count-- > 0) {
        _mm_pause();
    }
}

static inline void check(int64_t difference) {
    if (difference) {
        fprintf(stderr, "a message is not what was written\n");
        exit(1);
    }
}

static inline void copy(word *to, word *from) {
    for (int i = 0; i < WORDS; i++) {
        to[i] = from[i];
    }
}

/* Writes so many messages, in place, or in a buffer of one's own and copied from there; waits while there is no room. */
static inline void write_all(ring *to, int64_t count, word *own, void (*wait)(void)) {
    writer w = {.ring = to};
    while (w.tail < count) {
        int64_t *message = claim(&w);
        if (!message) {
            wait();
            continue;
        }
        word *target = own ? own : (word *) message;
        for (int i = 0; i < WORDS; i++) {
            target[i] = w.tail + i;
        }
        if (own) {
            copy((word *) message, own);
        }
        commit(&w);
    }
}

/* Behind a drain that began at `from`: waits if it found nothing, or `blocked`; pauses if it found little. */
static inline void drained(reader *r, int64_t from, int blocked, int64_t hold, void (*wait)(void)) {
    release(r);
    if (r->position == from || blocked) {
        wait();
    } else if (r->position < from + DRAIN) {
        pauses(hold);
    }
}

/*
 * Reads so many messages, in place, or copied into a buffer of one's own, and checks every word, which has been multiplied by the
 * factor on its way.
 */
static inline void read_all(ring *from, word *cursor, int64_t count, int64_t factor, word *own, int64_t hold, void (*wait)(void)) {
    reader r = {.ring = from, .cursor = cursor};
    int64_t found = 0;
    while (r.position < count) {
        int64_t start = r.position, *message;
        while (r.position < start + DRAIN && (message = look(&r))) {
            if (own) {
                copy(own, (word *) message);
                message = (int64_t *) own;
            }
            for (int i = 0; i < WORDS; i++) {
                found |= message[i] ^ (r.position + i) * factor;
            }
            r.position++;
        }
        drained(&r, start, 0, hold, wait);
    }
    check(found);
}

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof set, &set)) {
        fprintf(stderr, "expected cores 0 and 1; core %d cannot be had\n", core);
        exit(2);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static pthread_t started(void *(*run)(void *), void *argument) {
    pthread_t thread;
    pthread_create(&thread, 0, run, argument);
    return thread;
}

static cell bounced;

static void bounce(int core, int64_t from) {
    pin(core);
    for (int64_t i = from; i < 2 * TRIPS; i += 2) {
        while (bounced.at != i) {
            _mm_pause();
        }
        bounced.at = i + 1;
    }
}

static void *answer(void *unused) {
    bounce(1, 1);
    return unused;
}

static void *ask(void *ns) {
    bounced.at = 0;
    pthread_t other = started(answer, 0);
    double start = now();
    bounce(0, 0);
    *(double *) ns = (now() - start) / TRIPS * 1e9;
    pthread_join(other, 0);
    return ns;
}

/* Nanoseconds of a word from core to core and back. */
static double distance(void) {
    double ns;
    pthread_join(started(ask, &ns), 0);
    return ns;
}

/*
 * Prints for each of ten rounds millions of messages a second, and the distance before it and after it.
 * once: the seconds that a round takes, without what it prepares
 */
static inline void rounds(int64_t messages, double (*once)(void)) {
    for (int i = 0; i < ROUNDS; i++) {
        double before = distance();
        double rate = messages / once() / 1e6;
        printf("%.1f@%.0f-%.0fns ", rate, before, distance());
        fflush(stdout);
    }
    printf("\n");
}

static int64_t argument(int count, char **arguments, int i, int64_t otherwise, int64_t least, int64_t most) {
    int64_t found = count > i ? atol(arguments[i]) : otherwise;
    if (found < least || found > most) {
        fprintf(stderr, "argument %d: found %ld; expected %ld to %ld\n", i, (long) found, (long) least, (long) most);
        exit(2);
    }
    return found;
}

static inline int64_t power_of_two(int64_t found) {
    if (found & (found - 1)) {
        fprintf(stderr, "found %ld; expected a power of two\n", (long) found);
        exit(2);
    }
    return found;
}
