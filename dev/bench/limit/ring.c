/*
 * What the machine gives: the slot protocol of lanegraph in C, one producer and one consumer on two cores, messages of 64 bytes
 * written and read in place. No library reaches more with this protocol, so it bounds what the Java can be asked for.
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/ring.c -o ring && ./ring [SLOTS [BLOCK [HOLD]]]
 *
 * SLOTS: of 64 bytes and a word each, 4096; a power of two. BLOCK: how many slots the producer touches at once before it writes the
 * first of them, 16; 0 = none. HOLD: pauses of the consumer after a burst, 64. Prints for each of ten rounds millions of messages a
 * second, and the nanoseconds of a word from core to core and back before it: where a virtual machine is moved between rounds,
 * only rounds at one distance can be compared.
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

enum { STRIDE = 72, LENGTH = 64, WORDS = LENGTH / 8, DRAIN = 256, TRIPS = 200000 };

static const int64_t COUNT = 20000000;
static int64_t slots = 4096, block = 16, hold = 64;
static char *base;
static volatile int64_t cursor __attribute__((aligned(256)));
static volatile int64_t ping __attribute__((aligned(256)));
static volatile int64_t pong __attribute__((aligned(256)));
static volatile int64_t private_stores[2] __attribute__((aligned(256))); /* what a handle keeps for itself a message */

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static char *slot(int64_t sequence) { return base + (sequence & (slots - 1)) * STRIDE; }

static void *produce(void *unused) {
    pin(0);
    int64_t limit = slots;
    for (int64_t tail = 0; tail < COUNT; tail++) {
        while (tail >= limit) {
            limit = cursor + slots;
            _mm_pause();
        }
        if (block && tail % block == 0 && tail + block <= limit) {
            for (int64_t i = 0; i < block; i++) {
                *(volatile int64_t *) (slot(tail + i) + 8) = 0;
            }
        }
        char *at = slot(tail);
        for (int i = 0; i < WORDS; i++) {
            ((volatile int64_t *) (at + 8))[i] = tail + i;
        }
        private_stores[0] = tail;
        private_stores[1] = tail;
        __atomic_store_n((int64_t *) at, (tail + 1) << 16 | LENGTH, __ATOMIC_RELEASE);
    }
    return unused;
}

static void *consume(void *unused) {
    pin(1);
    int64_t position = 0, difference = 0;
    while (position < COUNT) {
        int64_t from = position;
        while (position < from + DRAIN) {
            char *at = slot(position);
            if (__atomic_load_n((int64_t *) at, __ATOMIC_ACQUIRE) >> 16 != position + 1) {
                break;
            }
            for (int i = 0; i < WORDS; i++) {
                difference |= ((int64_t *) (at + 8))[i] ^ (position + i);
            }
            position++;
        }
        int pauses = position == from ? 8 : position < from + DRAIN ? (int) hold : 0;
        cursor = position;
        while (pauses-- > 0) {
            _mm_pause();
        }
    }
    if (difference) {
        fprintf(stderr, "a message is not what was written\n");
        exit(1);
    }
    return unused;
}

static void *answer(void *unused) {
    pin(1);
    for (int64_t i = 1; i <= TRIPS; i++) {
        while (ping != i) {
        }
        pong = i;
    }
    return unused;
}

static double trip(void) {
    pthread_t other;
    ping = pong = 0;
    pthread_create(&other, 0, answer, 0);
    pin(0);
    double start = now();
    for (int64_t i = 1; i <= TRIPS; i++) {
        ping = i;
        while (pong != i) {
        }
    }
    double end = now();
    pthread_join(other, 0);
    return (end - start) / TRIPS * 1e9;
}

int main(int count, char **args) {
    slots = count > 1 ? atol(args[1]) : slots;
    block = count > 2 ? atol(args[2]) : block;
    hold = count > 3 ? atol(args[3]) : hold;
    base = aligned_alloc(4096, (slots * STRIDE + 4095) / 4096 * 4096);
    for (int round = 0; round < 10; round++) {
        double apart = trip();
        pthread_t producer, consumer;
        memset(base, 0, slots * STRIDE);
        cursor = 0;
        double start = now();
        pthread_create(&producer, 0, produce, 0);
        pthread_create(&consumer, 0, consume, 0);
        pthread_join(producer, 0);
        pthread_join(consumer, 0);
        printf("%.1f@%.0fns ", COUNT / (now() - start) / 1e6, apart);
        fflush(stdout);
    }
    printf("\n");
    return 0;
}
