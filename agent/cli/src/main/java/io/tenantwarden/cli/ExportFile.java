package io.tenantwarden.cli;

import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A file of an export while it is written: its digest and length are those of the bytes on disk. For one thread. */
final class ExportFile extends OutputStream {

    private static final int BUFFER = 1 << 18;

    private final FileOutputStream file;
    private final MessageDigest digest = sha256();
    private final OutputStream out;
    private final LongAdder rowsWritten;
    private final LongAdder bytesWritten;
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private long length;

    /**
     * @param gzip whether it is compressed
     * @param rows counts rows for whoever watches; the driver writes each by one call
     * @param bytes counts bytes before compression
     */
    ExportFile(Path path, boolean gzip, LongAdder rows, LongAdder bytes) throws IOException {
        file = new FileOutputStream(path.toFile());
        rowsWritten = rows;
        bytesWritten = bytes;
        OutputStream disk = new FilterOutputStream(file) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] b, int from, int count) throws IOException {
                digest.update(b, from, count);
                length += count;
                file.write(b, from, count);
            }
        };
        out = gzip
                ? new GZIPOutputStream(disk, BUFFER) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                }
                : disk;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int from, int count) throws IOException {
        rowsWritten.increment();
        bytesWritten.add(count);
        if (count > BUFFER - used) {
            drain();
            if (count > BUFFER) {
                out.write(b, from, count);
                return;
            }
        }
        System.arraycopy(b, from, buffer, used, count);
        used += count;
    }

    private void drain() throws IOException {
        out.write(buffer, 0, used);
        used = 0;
    }

    /** Writes what is left to the disk itself, and closes the file. */
    @Override
    public void close() throws IOException {
        try (file) {
            drain();
            if (out instanceof GZIPOutputStream gzip) {
                gzip.finish();
            }
            file.getFD().sync();
        }
    }

    /** Closes a file that is of no use. */
    void abandon() throws IOException {
        file.close();
    }

    /** Bytes on disk, after {@link #close}. */
    long length() {
        return length;
    }

    /** In hexadecimal, after {@link #close}; once. */
    String sha256OfFile() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
