/*
 * What the machine gives a pipeline whose stages copy from ring to ring: a source, stages that multiply every word, a sink, a thread
 * each, in C with lanegraph's slot protocol. No thread is bound, and each yields as soon as it has nothing to do.
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/stages.c -o stages && ./stages [STAGES [SLOTS [BLOCK [HOLD]]]]
 *
 * STAGES: 3, at most 15. The rest, and what it prints, as in ring.c.
 */
#include "limit.h"

enum { MOST = 16, FACTOR = 3 };

static const int64_t COUNT = 10000000;
static int64_t stages, slots, block, hold;
static ring lanes[MOST];

static void yield(void) { sched_yield(); }

static void *produce(void *unused) {
    write_all(&lanes[0], COUNT, 0, yield);
    return unused;
}

static void *transform(void *from_lane) {
    ring *from = from_lane;
    reader r = {.ring = from, .cursor = &from->cursors[0].at};
    writer w = {.ring = from + 1};
    while (r.position < COUNT) {
        int64_t start = r.position, *in = 0, *out;
        while (r.position < start + DRAIN && (in = look(&r)) && (out = claim(&w))) {
            for (int i = 0; i < WORDS; i++) {
                out[i] = in[i] * FACTOR;
            }
            commit(&w);
            r.position++;
            in = 0;
        }
        drained(&r, start, in != 0, hold, yield); /* a message that is left has no room */
    }
    return from_lane;
}

static void *consume(void *last) {
    ring *from = last;
    int64_t factor = 1;
    for (int i = 0; i < stages; i++) {
        factor *= FACTOR;
    }
    read_all(from, &from->cursors[0].at, COUNT, factor, 0, hold, yield);
    return last;
}

static double once(void) {
    pthread_t threads[MOST + 1];
    for (int i = 0; i <= stages; i++) {
        lanes[i] = ring_of(slots, block, 1, LENGTH);
    }
    double start = now();
    threads[0] = started(produce, 0);
    for (int i = 0; i < stages; i++) {
        threads[i + 1] = started(transform, &lanes[i]);
    }
    threads[stages + 1] = started(consume, &lanes[stages]);
    for (int i = 0; i < stages + 2; i++) {
        pthread_join(threads[i], 0);
    }
    double seconds = now() - start;
    for (int i = 0; i <= stages; i++) {
        free(lanes[i].base);
    }
    return seconds;
}

int main(int count, char **arguments) {
    stages = argument(count, arguments, 1, 3, 1, MOST - 1);
    slots = power_of_two(argument(count, arguments, 2, 4096, 64, 1 << 24));
    block = power_of_two(argument(count, arguments, 3, 16, 1, slots));
    hold = argument(count, arguments, 4, 64, 0, 1 << 20);
    rounds(COUNT, once);
    return 0;
}
