package io.tenantwarden.engine.config;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How the file named by {@code warden.config} is read. */
public interface ConfigFileReader {

    /**
     * The whole text of a file.
     *
     * @param path as it was configured
     * @throws IOException when the file is missing, cannot be read, or is not UTF-8
     */
    String read(String path) throws IOException;

    /**
     * Reads from disk, relative names from the working directory. Uses java.io, so that no file system provider is chosen before the application's
     * main.
     */
    static ConfigFileReader disk() {
        return new ConfigFileReader() {
            @Override
            public String read(String path) throws IOException {
                try (InputStream in = new FileInputStream(path)) {
                    return StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(in.readAllBytes()))
                            .toString();
                }
            }
        };
    }
}
