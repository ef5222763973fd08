package dev.tidar.backend.cuda.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The dynamic symbols of a shared library for x86-64 Linux, read from its file without loading it (ELF-64, System V ABI
 * chapters 4 and 5).
 *
 * @param defined the names that the library offers
 * @param undefined the names that it takes from other libraries
 */
record ElfSymbols(Set<String> defined, Set<String> undefined) {

    private static final int MAGIC = 0x464c457f; // \177ELF, little-endian
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int MACHINE_X86_64 = 62;
    private static final int SECTION_BYTES = 64;
    private static final int DYNAMIC_SYMBOLS = 11;
    private static final int SYMBOL_BYTES = 24;
    private static final int MAX_NAME = 256;

    ElfSymbols {
        defined = Set.copyOf(defined);
        undefined = Set.copyOf(undefined);
    }

    /** Whether the loader would take this file: it is a library for this machine. */
    static boolean fits(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return isForThisMachine(map(channel));
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Reads the symbols; empty if the file has no section of dynamic symbols, or is no library for this machine. */
    static Optional<ElfSymbols> read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer elf = map(channel);
            return isForThisMachine(elf) ? symbols(elf) : Optional.empty();
        } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static ByteBuffer map(FileChannel channel) throws IOException {
        long bytes = Math.min(channel.size(), Integer.MAX_VALUE);
        return channel.map(MapMode.READ_ONLY, 0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static boolean isForThisMachine(ByteBuffer elf) {
        return elf.limit() >= SECTION_BYTES
                && elf.getInt(0) == MAGIC
                && elf.getShort(4) == CLASS_64_LITTLE_ENDIAN
                && elf.getShort(18) == MACHINE_X86_64;
    }

    private static Optional<ElfSymbols> symbols(ByteBuffer elf) {
        long sections = elf.getLong(40);
        int count = Short.toUnsignedInt(elf.getShort(60));
        for (int i = 0; i < count; i++) {
            int section = Math.toIntExact(sections + (long) i * SECTION_BYTES);
            if (elf.getInt(section + 4) == DYNAMIC_SYMBOLS) {
                int names = Math.toIntExact(sections + (long) elf.getInt(section + 40) * SECTION_BYTES);
                return Optional.of(
                        symbols(elf, elf.getLong(section + 24), elf.getLong(section + 32), elf.getLong(names + 24)));
            }
        }
        return Optional.empty();
    }

    private static ElfSymbols symbols(ByteBuffer elf, long from, long bytes, long names) {
        Set<String> defined = new HashSet<>();
        Set<String> undefined = new HashSet<>();
        for (long at = from; at < from + bytes; at += SYMBOL_BYTES) {
            int symbol = Math.toIntExact(at);
            String name = name(elf, Math.toIntExact(names + Integer.toUnsignedLong(elf.getInt(symbol))));
            boolean isDefined = elf.getShort(symbol + 6) != 0;
            (isDefined ? defined : undefined).add(name);
        }
        return new ElfSymbols(defined, undefined);
    }

    private static String name(ByteBuffer elf, int from) {
        byte[] name = new byte[MAX_NAME];
        int length = 0;
        while (length < MAX_NAME && elf.get(from + length) != 0) {
            name[length] = elf.get(from + length);
            length++;
        }
        return new String(name, 0, length, StandardCharsets.US_ASCII);
    }
}
