package lanegraph.region;

import static lanegraph.region.RingDescriptor.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Writes the header and the cells of a ring's region, and checks those of a file. Stateless. */
final class RingHeader {
    /** The longest region, in bytes: what one buffer can map, and still be aligned when it is in memory. */
    static final long MAX_LENGTH = Integer.MAX_VALUE - 128L;

    private static final int MAX_SLOTS = 1 << 20;
    private static final int MAX_SLOT_BYTES = 65_528;
    private static final int MAX_CELLS = 64;
    private static final List<String> KINDS = List.of("events", "fanout-broadcast", "sequenced-slots");

    private RingHeader() {}

    /** The bytes before the slots, all but the state, which is stored when the rest is in its place. */
    static ByteBuffer of(final RingShape shape) {
        final ByteBuffer header = littleEndian(slotsOffset(shape));
        header.putLong(MAGIC_OFFSET, MAGIC);
        header.putInt(VERSION_OFFSET, LAYOUT_VERSION);
        header.putInt(KIND_OFFSET, kindCode(shape.kind()));
        header.putInt(SLOTS_OFFSET, shape.slots());
        header.putInt(SLOT_BYTES_OFFSET, shape.slotBytes());
        header.putInt(PRODUCERS_OFFSET, shape.producers().size());
        header.putInt(CURSORS_OFFSET, shape.cursors().size());
        header.putLong(LENGTH_OFFSET, length(shape));
        header.put(HASH_OFFSET, shape.hash());
        header.putLong(BIRTH_OFFSET, birth());
        for (int i = 0; i < shape.producers().size(); i++) {
            putName(header, producerCell(i), shape.producers().get(i));
        }
        for (int i = 0; i < shape.cursors().size(); i++) {
            putName(header, cursorCell(shape, i), shape.cursors().get(i));
        }
        return header;
    }

    /** What tells a lane from one that is made anew in its place, by whatever process: never 0. */
    static long birth() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    static ByteBuffer littleEndian(final int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void putName(final ByteBuffer header, final int cell, final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        header.putInt(cell + CELL_NAME_OFFSET, bytes.length);
        header.put(cell + CELL_NAME_OFFSET + Integer.BYTES, bytes);
    }

    /**
     * Throws if no region can have this shape: {@code lane/bad-shape}, {@code lane/too-big}. Whatever comes
     * after may rely on it, and the arithmetic of {@link RingDescriptor} stays inside an int.
     */
    static void checkShape(final RingShape shape) {
        if (!KINDS.contains(shape.kind())) {
            throw Refusal.badShape("kind", shape.kind(), KINDS);
        }
        if (shape.slots() < 2 || shape.slots() > MAX_SLOTS || Integer.bitCount(shape.slots()) != 1) {
            throw Refusal.badShape("slots", shape.slots(), "a power of two from 2 to " + MAX_SLOTS);
        }
        if (shape.slotBytes() < 8 || shape.slotBytes() > MAX_SLOT_BYTES || shape.slotBytes() % 8 != 0) {
            throw Refusal.badShape(
                    "slot-bytes", shape.slotBytes(), "a multiple of 8 from 8 to " + MAX_SLOT_BYTES);
        }
        checkNames("producers", shape.producers(), 0);
        checkNames("cursors", shape.cursors(), 1);
        if (length(shape) > MAX_LENGTH) {
            throw Refusal.tooBig(length(shape), MAX_LENGTH);
        }
    }

    private static void checkNames(final String field, final List<String> names, final int fewest) {
        if (names.size() < fewest || names.size() > MAX_CELLS || new HashSet<>(names).size() < names.size()) {
            throw Refusal.badShape(field, names, fewest + " to " + MAX_CELLS + " different names");
        }
        for (final String name : names) {
            final int length = name.getBytes(StandardCharsets.UTF_8).length;
            final boolean separated = name.indexOf('\n') >= 0 || name.indexOf(',') >= 0; // as in the hash
            if (length == 0 || length > MAX_NAME_LENGTH || separated) {
                throw Refusal.badShape(field, name,
                        "a name of 1 to " + MAX_NAME_LENGTH + " bytes without comma and line break");
            }
        }
    }

    /**
     * Throws unless the file is the complete region of a ring of this shape: {@code lane/corrupt}, {@code
     * lane/other-version} or {@code lane/incompatible}. Reads through the channel, so that a file that is too
     * short is found before it is mapped.
     */
    static void check(final Path file, final FileChannel channel, final RingShape shape) throws IOException {
        final long size = channel.size();
        if (size < CELLS_OFFSET) {
            throw Refusal.corrupt(file, "file length", size, length(shape));
        }
        final ByteBuffer header = read(file, channel, CELLS_OFFSET);
        if (header.getLong(MAGIC_OFFSET) != MAGIC) {
            throw Refusal.corrupt(file, "magic", Long.toHexString(header.getLong(MAGIC_OFFSET)),
                    Long.toHexString(MAGIC));
        }
        if (header.getInt(VERSION_OFFSET) != LAYOUT_VERSION) {
            throw Refusal.otherVersion(file, header.getInt(VERSION_OFFSET), LAYOUT_VERSION);
        }
        if (header.getLong(STATE_OFFSET) != STATE_COMPLETE) {
            throw Refusal.corrupt(file, "state", header.getLong(STATE_OFFSET), STATE_COMPLETE);
        }
        final int kind = header.getInt(KIND_OFFSET);
        if (kind != kindCode(shape.kind())) {
            throw Refusal.incompatible(file, "kind", kindName(kind), shape.kind());
        }
        same(file, "slots", header.getInt(SLOTS_OFFSET), shape.slots());
        same(file, "slot-bytes", header.getInt(SLOT_BYTES_OFFSET), shape.slotBytes());
        same(file, "producers", header.getInt(PRODUCERS_OFFSET), shape.producers().size());
        same(file, "cursors", header.getInt(CURSORS_OFFSET), shape.cursors().size());
        if (header.getLong(LENGTH_OFFSET) != length(shape)) { // follows from the fields before it
            throw Refusal.corrupt(file, "length", header.getLong(LENGTH_OFFSET), length(shape));
        }
        if (size != length(shape)) {
            throw Refusal.corrupt(file, "file length", size, length(shape));
        }
        checkCells(file, read(file, channel, slotsOffset(shape)), shape);
    }

    private static void checkCells(final Path file, final ByteBuffer header, final RingShape shape) {
        final List<String> producers = new ArrayList<>();
        for (int i = 0; i < shape.producers().size(); i++) {
            producers.add(name(file, header, producerCell(i)));
        }
        final List<String> cursors = new ArrayList<>();
        for (int i = 0; i < shape.cursors().size(); i++) {
            cursors.add(name(file, header, cursorCell(shape, i)));
        }
        if (!producers.equals(shape.producers())) {
            throw Refusal.incompatible(file, "producers", producers, shape.producers());
        }
        if (!cursors.equals(shape.cursors())) {
            throw Refusal.incompatible(file, "cursors", cursors, shape.cursors());
        }
        final byte[] hash = new byte[HASH_LENGTH];
        header.get(HASH_OFFSET, hash);
        if (!Arrays.equals(hash, shape.hash())) { // all else is equal, so the codec is not
            throw Refusal.incompatible(file, "shape hash (the codec differs)", HexFormat.of().formatHex(hash),
                    HexFormat.of().formatHex(shape.hash()) + " (codec " + shape.codec() + ")");
        }
    }

    private static void same(final Path file, final String field, final int found, final int expected) {
        if (found != expected) {
            throw Refusal.incompatible(file, field, found, expected);
        }
    }

    private static String name(final Path file, final ByteBuffer header, final int cell) {
        final int length = header.getInt(cell + CELL_NAME_OFFSET);
        if (length < 1 || length > MAX_NAME_LENGTH) {
            throw Refusal.corrupt(file, "length of an owner's name", length, "1 to " + MAX_NAME_LENGTH);
        }
        final int start = cell + CELL_NAME_OFFSET + Integer.BYTES;
        return new String(header.array(), start, length, StandardCharsets.UTF_8);
    }

    private static String kindName(final int code) {
        return KINDS.stream().filter(kind -> kindCode(kind) == code).findFirst()
                .orElse("unknown (" + code + ")");
    }

    private static ByteBuffer read(final Path file, final FileChannel channel, final int length)
            throws IOException {
        final ByteBuffer bytes = littleEndian(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, bytes.position()) < 0) {
                throw Refusal.corrupt(file, "file length", bytes.position(), length);
            }
        }
        return bytes;
    }
}
