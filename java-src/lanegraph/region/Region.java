package lanegraph.region;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import lanegraph.LaneGraphException;

/**
 * One block of memory, of this process or mapped from a file, that holds one ring as {@link RingDescriptor}
 * draws it.
 *
 * <p>The memory is never released by hand: {@link #close()} marks, and the collector frees the block when the
 * region is unreachable. Whoever uses {@link #address()} keeps the region reachable while it does, and looks
 * at {@link #closed()} before it stores.
 *
 * <p>Thread-safe.
 */
public final class Region implements AutoCloseable {
    private static final Pattern LANE_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final int ALIGNMENT = 128;
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(Region.class, "closed", boolean.class);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final ByteBuffer memory; // keeps the block at the address alive
    private final long address;
    private final RingShape shape;
    private final boolean created;
    private final RegionFile file; // null in memory
    private boolean closed;

    private Region(
            final ByteBuffer memory, final RingShape shape, final boolean created, final RegionFile file) {
        this.memory = memory;
        this.address = Memory.addressOf(memory);
        this.shape = shape;
        this.created = created;
        this.file = file;
    }

    /**
     * A fresh ring in the memory of this process, outside of the heap; its address is a multiple of 128.
     *
     * @throws LaneGraphException {@code lane/bad-shape}, {@code lane/too-big}, {@code region/no-memory}
     */
    public static Region inMemory(final RingShape shape) {
        RingHeader.checkShape(shape);
        final int length = (int) RingDescriptor.length(shape);
        final ByteBuffer memory;
        try {
            memory = ByteBuffer.allocateDirect(length + ALIGNMENT - 1).alignedSlice(ALIGNMENT);
        } catch (final OutOfMemoryError ex) {
            throw Refusal.noMemory(length, ex);
        }
        memory.put(0, RingHeader.of(shape).array());
        final Region region = new Region(memory, shape, true, null);
        Memory.DIRECT.putLong(region.address + RingDescriptor.STATE_OFFSET, RingDescriptor.STATE_COMPLETE);
        return region;
    }

    /**
     * The ring in {@code <dir>/<lane>.ring}, mapped. Makes the file (0600), and the directory (0700), where
     * they are missing; what it made it removes again if it fails. An interrupt of the caller is kept for
     * later.
     *
     * <p>{@link Existing#REPLACE} puts a fresh file into the place of the old one, whatever that holds: only
     * for a caller that holds the locks of every owner, since who is still attached to the old file would go
     * on with it alone.
     *
     * @throws LaneGraphException {@code lane/bad-shape}, {@code lane/too-big}, {@code region/bad-name};
     *     {@code lane/exists}; {@code lane/incompatible}, {@code lane/other-version}, {@code lane/corrupt} if
     *     the file that is there is not of this shape; {@code region/not-a-file}, {@code
     *     region/no-directory}, {@code region/no-space}, {@code region/no-links}, {@code region/no-memory},
     *     {@code region/io}
     */
    public static Region mapped(
            final Path dir, final String lane, final RingShape shape, final Existing existing) {
        if (lane == null || !LANE_NAME.matcher(lane).matches()) {
            throw Refusal.badName("name of a lane", lane, LANE_NAME.pattern());
        }
        RingHeader.checkShape(shape);
        final RegionFile file = new RegionFile(dir.toAbsolutePath(), lane, shape);
        final RegionFile.Mapped mapped = FileThread.call(() -> file.open(existing));
        return new Region(mapped.memory(), shape, mapped.created(), file);
    }

    /**
     * The ring in {@code <dir>/<lane>.ring}, which must be there, mapped as it is.
     *
     * @param write false to map it for reading only: no handle can then be had of it
     * @throws LaneGraphException {@code lane/not-found}; what {@link #mapped} says of a file that is there
     */
    public static Region attached(Path dir, String lane, RingShape shape, boolean write) {
        RingHeader.checkShape(shape);
        RegionFile file = new RegionFile(dir.toAbsolutePath(), lane, shape);
        return new Region(FileThread.call(() -> file.attach(write)), shape, false, file);
    }

    /**
     * Where the region begins; good for {@link RingDescriptor#length} bytes, as long as this region is
     * reachable.
     */
    public long address() {
        return address;
    }

    public RingShape shape() {
        return shape;
    }

    /** True if the ring is fresh: made by the call that returned this region. */
    public boolean created() {
        return created;
    }

    /** A number that no other region has, which another process may have made in the place of this one. */
    public long birth() {
        return Memory.DIRECT.getLong(address + RingDescriptor.BIRTH_OFFSET);
    }

    /** The absolute path of the file; null if the region is in memory. */
    public Path file() {
        return file == null ? null : file.file();
    }

    /**
     * Offset of the producer cell of this owner, found by the name in the cell.
     *
     * @throws LaneGraphException {@code lane/no-such-owner}
     */
    public int producerCell(final String owner) {
        return cell("producer", owner, shape.producers(), RingDescriptor.CELLS_OFFSET);
    }

    /**
     * Offset of the cursor cell of this owner, found by the name in the cell.
     *
     * @throws LaneGraphException {@code lane/no-such-owner}
     */
    public int cursorCell(final String owner) {
        return cell("cursor", owner, shape.cursors(), RingDescriptor.cursorCell(shape, 0));
    }

    private int cell(final String what, final String owner, final List<String> owners, final int first) {
        final byte[] wanted = owner.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < owners.size(); i++) {
            final int cell = first + i * RingDescriptor.CELL_LENGTH;
            final int name = cell + RingDescriptor.CELL_NAME_OFFSET;
            if (memory.slice(name + Integer.BYTES, Math.min(wanted.length, RingDescriptor.MAX_NAME_LENGTH))
                    .equals(ByteBuffer.wrap(wanted))
                    && Memory.DIRECT.getInt(address + name) == wanted.length) {
                return cell;
            }
        }
        throw Refusal.noSuchOwner(what, owner, owners);
    }

    /**
     * For one whose start failed, and who holds the lock of every owner: closes, and removes the file if it
     * was {@linkplain #created() made} by this region, and the directories made for it that are empty then.
     * Of several, the last one made comes first.
     */
    public void discard() {
        close();
        if (created && file != null) {
            FileThread.call(() -> {
                file.remove();
                return null;
            });
        }
    }

    /** Marks the region as closed, for every handle on it to see; the memory stays as it is. Idempotent. */
    @Override
    public void close() {
        CLOSED.setVolatile(this, true);
    }

    /** True once it was closed. */
    public boolean closed() {
        // Opaque: looked at before every message, so the compiler may not lift it out of a loop, yet no order
        // with other accesses is asked for: the memory stays valid after the mark, so seeing it one message
        // late does no harm.
        return (boolean) CLOSED.getOpaque(this);
    }
}
