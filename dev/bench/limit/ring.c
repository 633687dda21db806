/*
 * What the machine gives: the slot protocol of lanegraph in plain C, one producer and one consumer on two cores, messages of 64
 * bytes written and read in place or copied, without a handle or a check: by it one can tell what the Java may be asked for.
 *
 *     gcc -O3 -march=native -pthread dev/bench/limit/ring.c -o ring && ./ring [SLOTS [BLOCK [HOLD [COPIED]]]]
 *
 * SLOTS: of 64 bytes and a word each, 4096; a power of two. BLOCK: how many slots the producer touches at once before it writes the
 * first of them, 16; a power of two; 1 = none. HOLD: pauses of the consumer after messages, 64; after none it makes 8. COPIED: 0;
 * 1 = each side has a buffer of its own, and copies. Prints for each of ten rounds millions of messages a second, and the
 * nanoseconds of a word from core to core and back before it and after it: where a virtual machine is moved between its host's
 * cores, only rounds at one distance can be compared.
 */
#include "limit.h"

static const int64_t COUNT = 20000000;
static int64_t slots, block, hold, copied;
static ring lane;

static void pause_once(void) { pauses(1); }

static void pause_on_empty(void) { pauses(8); }

static void *produce(void *unused) {
    pin(0);
    word own[WORDS];
    write_all(&lane, COUNT, copied ? own : 0, pause_once);
    return unused;
}

static void *consume(void *unused) {
    pin(1);
    word own[WORDS];
    read_all(&lane, &lane.cursors[0].at, COUNT, 1, copied ? own : 0, hold, pause_on_empty);
    return unused;
}

static double once(void) {
    lane = ring_of(slots, block, 1, LENGTH);
    double start = now();
    pthread_t producer = started(produce, 0), consumer = started(consume, 0);
    pthread_join(producer, 0);
    pthread_join(consumer, 0);
    double seconds = now() - start;
    free(lane.base);
    return seconds;
}

int main(int count, char **arguments) {
    slots = power_of_two(argument(count, arguments, 1, 4096, 64, 1 << 24));
    block = power_of_two(argument(count, arguments, 2, 16, 1, slots));
    hold = argument(count, arguments, 3, 64, 0, 1 << 20);
    copied = argument(count, arguments, 4, 0, 0, 1);
    rounds(COUNT, once);
    return 0;
}
