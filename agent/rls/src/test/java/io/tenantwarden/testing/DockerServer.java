package io.tenantwarden.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A server as a container. The image is the official one, or that of the system property {@code postgres.image}, in which
 * {@code {major}} stands for the version: a team's own image with its extensions, for instance. It has to take the variables of the
 * official image.
 *
 * @see <a href="https://java.testcontainers.org/modules/databases/postgres/">Testcontainers: PostgreSQL</a>
 */
final class DockerServer implements RunningServer {

    private final PostgreSQLContainer container;

    private DockerServer(PostgreSQLContainer container) {
        this.container = container;
    }

    /** Whether an engine answers. Testcontainers is asked only where there may be one: it takes its time to find none. */
    static boolean engineAnswers() {
        boolean named = System.getenv("DOCKER_HOST") != null
                || Files.exists(Path.of(System.getProperty("user.home"), ".testcontainers.properties"));
        boolean socket = Stream.of(
                        "/var/run/docker.sock",
                        System.getProperty("user.home") + "/.docker/run/docker.sock",
                        System.getProperty("user.home") + "/.docker/desktop/docker.sock",
                        System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/0") + "/docker.sock")
                .anyMatch(path -> Files.exists(Path.of(path)));
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        return (named || socket || windows) && DockerClientFactory.instance().isDockerAvailable();
    }

    static DockerServer start(int major, Map<String, String> settings) {
        DockerImageName image = DockerImageName.parse(
                        PostgresKind.image(System.getProperty("postgres.image", ""), major))
                .asCompatibleSubstituteFor("postgres");
        List<String> command = new ArrayList<>(List.of("postgres"));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        PostgreSQLContainer container = new PostgreSQLContainer(image)
                .withDatabaseName("postgres")
                .withUsername("postgres")
                .withPassword("postgres")
                // as the embedded server: what the tests need passwords for, they set themselves
                .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withCommand(command.toArray(String[]::new));
        container.start();
        String host = container.getHost();
        if (!host.equals("localhost") && !host.equals("127.0.0.1")) {
            container.stop();
            throw new IllegalStateException(
                    "the tests connect to loopback, and the container runs on another host: use -Dpostgres=embedded");
        }
        return new DockerServer(container);
    }

    @Override
    public int port() {
        return container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT);
    }

    @Override
    public void stop() {
        container.stop();
    }
}
