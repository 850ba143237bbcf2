package io.tenantwarden.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A server as a child process. The binaries are the {@code postgres-NN.jar} files of the folder named by the system property
 * {@code postgres.directory}, which the build fills.
 */
final class EmbeddedServer implements RunningServer {

    private final EmbeddedPostgres server;

    private EmbeddedServer(EmbeddedPostgres server) {
        this.server = server;
    }

    static EmbeddedServer start(int major, Map<String, String> settings) {
        Path jar = Path.of(System.getProperty("postgres.directory", "target/postgres"), "postgres-" + major + ".jar");
        try {
            EmbeddedPostgres.Builder builder =
                    EmbeddedPostgres.builder().setPgBinaryResolver((system, architecture) -> open(jar));
            settings.forEach(builder::setServerConfig);
            return new EmbeddedServer(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + major + " from " + jar, e);
        }
    }

    private static InputStream open(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry archive = zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no .txz in " + jar));
            Path copy = Files.createTempFile("postgres", ".txz");
            try (InputStream in = zip.getInputStream(archive)) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            copy.toFile().deleteOnExit();
            return Files.newInputStream(copy);
        }
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            e.printStackTrace();
        }
    }
}
