package io.tenantwarden.engine.report;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Keeps one report file. Every write replaces the file as a whole, so that a reader, or a process that is killed, never leaves half of one.
 * Whoever holds the lock on {@code <file>.lock} owns the file; a second live process takes the next free name. Thread-safe.
 */
final class ReportWriter implements AutoCloseable {

    private static final int MAX_WRITERS = 1_000;
    private static final long LOCK_TIMEOUT_MILLIS = 2_000;

    private final String pattern;
    private final Consumer<LogLine> log;
    private final ReentrantLock writing = new ReentrantLock();
    private Path target;
    private FileChannel lockFile;
    private boolean failureTold;
    private boolean closed;

    /** What is to be in the file, as UTF-8. */
    @FunctionalInterface
    interface Content {
        void write(Writer target) throws IOException;
    }

    /**
     * @param pattern path of the report; {@code %p} is replaced by the process id
     * @param log where it is told that the file cannot be written, or has another name
     */
    ReportWriter(String pattern, Consumer<LogLine> log) {
        this.pattern = pattern;
        this.log = log;
    }

    /**
     * Replaces the file. Never throws: a report that cannot be written is told once, and the caller tries again later.
     *
     * @return whether it was written
     */
    boolean write(Content content) {
        try {
            if (!writing.tryLock(LOCK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            if (!closed) {
                replace(content);
            }
            return true;
        } catch (IOException | InvalidPathException | SecurityException e) {
            tellFailure(e);
            return false;
        } finally {
            writing.unlock();
        }
    }

    private void replace(Content content) throws IOException {
        if (target == null) {
            own(Path.of(pattern.replace(
                            "%p", Long.toString(ProcessHandle.current().pid())))
                    .toAbsolutePath());
        }
        Path temporary = sibling(target, ".tmp");
        Files.deleteIfExists(temporary);
        Set<OpenOption> create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (SeekableByteChannel channel = Files.newByteChannel(temporary, create, ownerOnly())) {
            // half a surrogate pair becomes a question mark: a report that has it is better than none
            CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
            Writer writer = new BufferedWriter(Channels.newWriter(channel, encoder, -1));
            content.write(writer);
            writer.flush();
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
        failureTold = false;
    }

    /** Finds the first name of which no other live writer holds the lock. */
    private void own(Path wanted) throws IOException {
        if (wanted.getParent() != null) {
            Files.createDirectories(wanted.getParent());
        }
        for (int writer = 1; writer <= MAX_WRITERS; writer++) {
            Path candidate = writer == 1 ? wanted : numbered(wanted, writer);
            FileChannel lock = lock(sibling(candidate, ".lock"));
            if (lock == null) {
                continue;
            }
            lockFile = lock;
            target = candidate;
            if (writer > 1) {
                tellSuffix(wanted);
            }
            return;
        }
        throw new IOException("more than " + MAX_WRITERS + " processes write it");
    }

    /** Null when another writer, in this process or elsewhere, holds it. */
    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                ownerOnly());
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            return null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    /** {@code warden.json} becomes {@code warden-2.json}. */
    private static Path numbered(Path file, int number) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        int end = dot <= 0 ? name.length() : dot;
        return file.resolveSibling(name.substring(0, end) + "-" + number + name.substring(end));
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static FileAttribute<?>[] ownerOnly() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private void tellSuffix(Path wanted) {
        log.accept(LogLine.text(
                Level.WARN,
                "another running process writes the report " + wanted + ": this one writes " + target
                        + ". Put %p (the process id) into warden.report to name them apart"));
    }

    private void tellFailure(Exception e) {
        if (!failureTold) {
            failureTold = true;
            log.accept(LogLine.text(
                    Level.ERROR,
                    "the report " + (target == null ? pattern : target) + " cannot be written (" + e
                            + "). The application is not affected, and it is tried again. Give a path that this process may write in"
                            + " warden.report"));
        }
    }

    /** Gives the file up. The lock file stays: deleting it would let two writers lock two files of one name. */
    @Override
    public void close() {
        writing.lock();
        try {
            closed = true;
            if (lockFile != null) {
                lockFile.close();
                lockFile = null;
            }
        } catch (IOException e) {
            tellFailure(e);
        } finally {
            writing.unlock();
        }
    }
}
