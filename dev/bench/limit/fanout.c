/*
 * What the machine gives a fanout: one writer, every reader gets every message, in C with lanegraph's slot protocol. No thread is
 * bound, and each yields as soon as it has nothing to do, as where threads outnumber cores.
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/fanout.c -o fanout && ./fanout [READERS [SLOTS [BLOCK [HOLD]]]]
 *
 * READERS: 2, at most 8. The rest, and what it prints, as in ring.c; rates are of messages written.
 */
#include "limit.h"

static const int64_t COUNT = 10000000;
static int64_t readers, slots, block, hold;
static ring lane;

static void yield(void) { sched_yield(); }

static void *produce(void *unused) {
    write_all(&lane, COUNT, 0, yield);
    return unused;
}

static void *consume(void *cursor) {
    read_all(&lane, cursor, COUNT, 1, 0, hold, yield);
    return cursor;
}

static double once(void) {
    pthread_t threads[MOST_READERS];
    lane = ring_of(slots, block, readers, LENGTH);
    double start = now();
    pthread_t producer = started(produce, 0);
    for (int i = 0; i < readers; i++) {
        threads[i] = started(consume, (void *) &lane.cursors[i].at);
    }
    pthread_join(producer, 0);
    for (int i = 0; i < readers; i++) {
        pthread_join(threads[i], 0);
    }
    double seconds = now() - start;
    free(lane.base);
    return seconds;
}

int main(int count, char **arguments) {
    readers = argument(count, arguments, 1, 2, 1, MOST_READERS);
    slots = power_of_two(argument(count, arguments, 2, 4096, 64, 1 << 24));
    block = power_of_two(argument(count, arguments, 3, 16, 1, slots));
    hold = argument(count, arguments, 4, 64, 0, 1 << 20);
    rounds(COUNT, once);
    return 0;
}
