package io.tenantwarden.engine.config;

import io.tenantwarden.engine.config.ConfigLoader.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The key under which tenant ids are hashed, where one is configured ({@code warden.hash.key}, {@code warden.hash.keyFile}). Thread-safe. */
public final class HashKey {

    private static final int MIN_LENGTH = 16;
    private static final int MAX_BYTES = 4_096;

    private final Path file;
    private byte[] bytes;

    private HashKey(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static HashKey of(String text) {
        return new HashKey(null, bytes(text));
    }

    /** Read when it is first asked for. */
    static HashKey in(Path file) {
        return new HashKey(file, null);
    }

    private static byte[] bytes(String text) {
        String key = text.strip();
        if (key.length() < MIN_LENGTH) {
            throw new IllegalArgumentException("a key of less than " + MIN_LENGTH
                    + " characters can be guessed; make one with: openssl rand -hex 32");
        }
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes: is it the file of the key?");
            }
            return bytes(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot be read (" + e
                            + "); make it with: openssl rand -hex 32 > FILE, readable for the application only",
                    e);
        }
    }

    /**
     * A copy.
     *
     * @throws IllegalArgumentException when the file cannot be read or has no key; not once the configuration has been accepted
     */
    public synchronized byte[] bytes() {
        if (bytes == null) {
            bytes = bytes(file);
        }
        return bytes.clone();
    }

    /** Adds to the problems what makes the key public, or leaves open which one is meant. */
    static void check(Map<String, Entry> winners, List<String> problems) {
        Entry key = winners.get(Keys.HASH_KEY.name());
        Entry file = winners.get(Keys.HASH_KEY_FILE.name());
        if (key != null && (key.layer == Layer.SYSTEM_PROPERTY || key.layer == Layer.ARGUMENT)) {
            problems.add(key.shown() + ": everyone who may list processes reads it there; set the environment variable "
                    + Keys.HASH_KEY.variable() + ", or " + Keys.HASH_KEY_FILE.name());
        }
        if (file != null && file.value instanceof HashKey inFile) {
            try {
                inFile.bytes();
            } catch (IllegalArgumentException e) {
                problems.add(file.shown() + ": " + Printable.message(e.getMessage()));
            }
        }
        if (key != null && file != null) {
            problems.add(file.shown() + ": " + Keys.HASH_KEY.name() + " is set as well (" + key.layer.label()
                    + "); take one of them out");
        }
    }
}
