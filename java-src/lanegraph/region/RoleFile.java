package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static lanegraph.region.RoleDescriptor.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a role keeps of itself beside its lanes, mapped: which message of each output came from which message of each
 * input, as {@link RoleDescriptor} draws it. Only for one who holds the role's lock.
 *
 * <p>The memory is never released by hand: who uses an address keeps this object reachable.
 */
public final class RoleFile {
    private final MappedByteBuffer memory; // keeps the block at the address alive
    private final long address;
    private final List<String> pairs;
    private final Path file;
    private final Directories made; // null if the file was there before

    private RoleFile(MappedByteBuffer memory, List<String> pairs, Path file, Directories made) {
        this.memory = memory;
        this.address = Memory.addressOf(memory);
        this.pairs = pairs;
        this.file = file;
        this.made = made;
    }

    /**
     * Maps {@code <dir>/roles/<role>.cell} (0600, its directory 0700), made where it is missing. A file of other pairs is
     * replaced by one of these, and the notes of those pairs that both have are carried over.
     *
     * @param pairs the names of the pairs, all different
     * @param existing {@link Existing#CONTINUE} goes on with the notes that are there, else they are thrown away
     * @throws lanegraph.LaneGraphException {@code lane/corrupt}, {@code lane/other-version}; {@code region/not-a-file},
     *     {@code region/no-directory}, {@code region/no-space}, {@code region/no-memory}, {@code region/io}
     */
    public static RoleFile open(Path dir, String role, List<String> pairs, Existing existing) {
        Path file = file(dir, role);
        return FileThread.call(() -> {
            boolean there = isThere(file);
            Map<String, byte[]> notes = there && existing == Existing.CONTINUE ? notes(read(file)) : Map.of();
            if (there && List.copyOf(notes.keySet()).equals(pairs)) {
                return new RoleFile(map(file, pairs.size()), pairs, file, null);
            }
            Directories directories = create(file, pairs, notes);
            return new RoleFile(map(file, pairs.size()), pairs, file, there ? null : directories);
        });
    }

    private static Path file(Path dir, String role) {
        return dir.toAbsolutePath().resolve("roles").resolve(role + ".cell");
    }

    /** Removes the file of a role, if there is one; what {@link #open} says of a file that is there. */
    public static void remove(Path dir, String role) {
        Path file = file(dir, role);
        FileThread.call(() -> {
            if (isThere(file)) {
                Files.delete(file);
            }
            return null;
        });
    }

    private static boolean isThere(Path file) {
        try {
            Rights.check(file.getParent());
            if (!Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).isRegularFile()) {
                throw Refusal.notAFile(file, "link, directory or special file");
            }
            Rights.check(file);
            return true;
        } catch (NoSuchFileException ex) {
            return false;
        } catch (IOException ex) {
            throw Refusal.noDirectory(file.getParent(), ex);
        }
    }

    /** The bytes of a file that is there, checked. */
    private static ByteBuffer read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, Set.<OpenOption>of(StandardOpenOption.READ, NOFOLLOW_LINKS))) {
            long size = channel.size();
            if (size < FIRST_PAIR_OFFSET || size > SmallFile.MAX_LENGTH) {
                throw Refusal.corruptRole(file, "file length", size, "that of a role's notes");
            }
            ByteBuffer bytes = RingHeader.littleEndian((int) size);
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
                continue;
            }
            if (bytes.getLong(MAGIC_OFFSET) != MAGIC) {
                throw Refusal.corruptRole(file, "magic", Long.toHexString(bytes.getLong(MAGIC_OFFSET)),
                        Long.toHexString(MAGIC));
            }
            if (bytes.getInt(VERSION_OFFSET) != LAYOUT_VERSION) {
                throw Refusal.otherVersion(file, bytes.getInt(VERSION_OFFSET), LAYOUT_VERSION);
            }
            int pairs = bytes.getInt(PAIRS_OFFSET);
            if (pairs < 0 || pairs > size / PAIR_LENGTH || bytes.getLong(LENGTH_OFFSET) != size || size != length(pairs)) {
                throw Refusal.corruptRole(file, "file length", size, "that of " + pairs + " pairs");
            }
            return bytes;
        }
    }

    /** The notes of each pair, by its name, in the order of the file. */
    private static Map<String, byte[]> notes(ByteBuffer bytes) {
        Map<String, byte[]> notes = new LinkedHashMap<>();
        for (int i = 0; i < bytes.getInt(PAIRS_OFFSET); i++) {
            byte[] both = new byte[2 * NOTE_LENGTH];
            bytes.get(pair(i), both);
            notes.put(name(bytes, pair(i) + PAIR_NAME_OFFSET), both);
        }
        return notes;
    }

    private static String name(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at);
        return length < 1 || length > MAX_NAME_LENGTH
                ? "" // no pair is called so: its notes are not carried over
                : new String(bytes.array(), at + Integer.BYTES, length, StandardCharsets.UTF_8);
    }

    private static Directories create(Path file, List<String> pairs, Map<String, byte[]> notes) throws IOException {
        ByteBuffer bytes = RingHeader.littleEndian(length(pairs.size()));
        bytes.putLong(MAGIC_OFFSET, MAGIC);
        bytes.putInt(VERSION_OFFSET, LAYOUT_VERSION);
        bytes.putInt(PAIRS_OFFSET, pairs.size());
        bytes.putLong(LENGTH_OFFSET, bytes.capacity());
        for (int i = 0; i < pairs.size(); i++) {
            byte[] name = pairs.get(i).getBytes(StandardCharsets.UTF_8);
            bytes.put(pair(i), notes.getOrDefault(pairs.get(i), new byte[0]));
            bytes.putInt(pair(i) + PAIR_NAME_OFFSET, name.length);
            bytes.put(pair(i) + PAIR_NAME_OFFSET + Integer.BYTES, name);
        }
        Directories directories = new Directories();
        directories.make(file.getParent());
        try (TemporaryFile temporary = new TemporaryFile(file.getParent(), "role", bytes.capacity())) {
            temporary.write(bytes, 0); // all of it: a store into a hole of a file on a full disk kills the JVM
            temporary.replace(file);
            return directories;
        } catch (IOException | RuntimeException ex) {
            directories.undo();
            throw ex;
        }
    }

    private static MappedByteBuffer map(Path file, int pairs) throws IOException {
        try (FileChannel channel = FileChannel.open(file,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS))) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, length(pairs));
        } catch (IOException ex) {
            throw ex.getCause() instanceof OutOfMemoryError ? Refusal.noMapping(file, length(pairs), ex) : Refusal.io(file, ex);
        }
    }

    /**
     * Voids what an owner, if it is a role such as {@code role/read}, has noted of an input. Only for one who holds its lock.
     *
     * @param input the input's name in the names of the pairs
     */
    static void forget(Path dir, String owner, String input) throws IOException {
        Path file = file(dir, owner.substring(owner.indexOf('/') + 1));
        if (!owner.startsWith("role/") || !isThere(file)) {
            return;
        }
        List<String> pairs = List.copyOf(notes(read(file)).keySet());
        MappedByteBuffer memory = map(file, pairs.size());
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i).startsWith(input + " > ")) {
                Memory.DIRECT.putLongRelease(Memory.addressOf(memory) + pair(i) + NOTE_MESSAGE_OFFSET, NONE);
                Memory.DIRECT.putLongRelease(Memory.addressOf(memory) + pair(i) + NOTE_LENGTH + NOTE_MESSAGE_OFFSET, NONE);
            }
        }
        Memory.unmap(memory);
    }

    /**
     * The address of the first note of this pair; a multiple of 64.
     *
     * @throws IllegalArgumentException if the file was opened without it
     */
    public long notes(String name) {
        int index = pairs.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("no pair of this name: name=" + name + " pairs=" + pairs);
        }
        return address + pair(index);
    }

    /** The absolute path of the file. */
    public Path file() {
        return file;
    }

    /** For one whose start failed: removes the file if this call made it, and the directories made for it that are empty. */
    public void discard() {
        if (made != null) {
            FileThread.call(() -> {
                Files.deleteIfExists(file);
                made.undo();
                return null;
            });
        }
    }

    @Override
    public String toString() {
        return "RoleFile[" + file + ", " + memory.capacity() + " bytes]";
    }
}
