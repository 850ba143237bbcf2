package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A JDBC driver of the matrix.
 *
 * @param name file name without ending, for instance {@code postgresql-42.2.29}
 * @param jar null for the driver of the ordinary test class path, the newest pgjdbc
 */
public record Driver(String name, Path jar) {

    /** The newest pgjdbc, which every other test uses. */
    public static final Driver NEWEST = new Driver("newest pgjdbc", null);

    /** Those that the build copied to {@code target/drivers}, by name, and the newest pgjdbc. */
    public static List<Driver> all() {
        List<Driver> drivers = new ArrayList<>();
        Path folder = Path.of(System.getProperty("project.root"), "agent-tests/target/drivers");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                drivers.add(new Driver(jar.getFileName().toString().replace(".jar", ""), jar));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        drivers.sort(Comparator.comparing((Driver driver) -> !driver.isPgjdbc()).thenComparing(Driver::name));
        drivers.add(NEWEST);
        return drivers;
    }

    boolean isPgjdbc() {
        return jar == null || name.startsWith("postgresql-");
    }

    /** Puts it on the class path of a JVM in place of the newest pgjdbc. */
    public void into(AgentJvm jvm) {
        if (jar == null) {
            return;
        }
        jvm.without("postgresql-").classPath(jar);
        if (!isPgjdbc()) {
            jvm.property("db.driver", "com.yugabyte")
                    .changeProperty("db.url", url -> url.replace("jdbc:postgresql:", "jdbc:yugabytedb:"));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
