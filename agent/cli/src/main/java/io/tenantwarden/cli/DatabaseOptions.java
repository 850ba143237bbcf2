package io.tenantwarden.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import org.postgresql.Driver;
import picocli.CommandLine.Option;

/** Which database, as whom. The password is never an argument: {@code ps} shows arguments. */
final class DatabaseOptions {

    private static final String PREFIX = "jdbc:postgresql:";
    private static final String SECONDS_TO_CONNECT = "10";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "JDBC URL of the database, for instance jdbc:postgresql://localhost:5432/app")
    private String url;

    @Option(
            names = "--user",
            paramLabel = "ROLE",
            description = "role to connect as: the application's own; for ddl, one that sees the catalog")
    private String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "file whose first line is the password; else the variable WARDEN_PASSWORD, else a prompt")
    private Path passwordFile;

    private String knownPassword;
    private boolean asked;

    /**
     * Opens the connection.
     *
     * @throws CommandFailure with what to do when that is not possible
     */
    Connection connect(Terminal terminal) {
        Properties properties = checkedUrl();
        String role = role(properties);
        terminal.progress("connecting to " + place(properties) + " as " + role);
        return connect(properties, role, password(terminal, role));
    }

    /** Opens one more connection as the same role, without a word; {@link #connect} has to have been called. */
    Connection connectAgain(Terminal terminal) {
        Properties properties = checkedUrl();
        String role = role(properties);
        return connect(properties, role, password(terminal, role));
    }

    /**
     * Opens a connection to the same database as another role.
     *
     * @param variable name of the environment variable with its password
     * @param file with its password; null for none
     */
    Connection connectAs(Terminal terminal, String role, String variable, Path file) {
        String password = file != null ? fromFile(file) : terminal.environment().get(variable);
        if (password == null && terminal.passwordPrompt() != null) {
            password = typed(terminal, role);
        }
        Properties properties = checkedUrl();
        terminal.progress("connecting to " + place(properties) + " as " + role);
        return connect(properties, role, password);
    }

    /** {@code host:port/database}. */
    String place() {
        return place(checkedUrl());
    }

    private String role(Properties properties) {
        if (user != null) {
            return user;
        }
        String role = properties.getProperty("user");
        if (role == null) {
            throw CommandFailure.usage("--user is missing: which role does the application connect as?");
        }
        return role;
    }

    private static Connection connect(Properties properties, String role, String password) {
        properties.setProperty("user", role);
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "tenant-warden");
        properties.putIfAbsent("loginTimeout", SECONDS_TO_CONNECT);
        properties.putIfAbsent("connectTimeout", SECONDS_TO_CONNECT);
        try {
            return new Driver().connect(PREFIX + "//", properties);
        } catch (SQLException e) {
            String other = SqlErrors.isConnectionLost(e) ? otherProtocol(properties) : null;
            throw CommandFailure.couldNotRun("no connection to " + place(properties) + " as " + role + ": "
                    + (other == null ? SqlErrors.explain(e) : other));
        }
    }

    /** Null where it speaks PostgreSQL, is not reached, or is not one server. */
    private static String otherProtocol(Properties properties) {
        String host = properties.getProperty("PGHOST", "localhost");
        String port = properties.getProperty("PGPORT", "5432");
        return host.contains(",") || !port.matches("[0-9]{1,5}")
                ? null
                : OtherProtocol.of(host, Integer.parseInt(port));
    }

    /** What the URL says, without the URL: the driver's messages would repeat it, parameters and all. */
    private Properties checkedUrl() {
        if (url == null) {
            throw CommandFailure.usage("Missing required option: '--url=URL'; see --help");
        }
        if (!url.startsWith(PREFIX)) {
            throw CommandFailure.usage("--url is not a JDBC URL of PostgreSQL: write it as"
                    + " jdbc:postgresql://host:port/database, user and password are given apart");
        }
        Properties properties = Driver.parseURL(url, null);
        if (properties == null || url.substring(PREFIX.length()).contains("@")) {
            throw CommandFailure.usage("--url cannot be read: write it as jdbc:postgresql://host:port/database,"
                    + " user and password are given apart");
        }
        for (String name : properties.stringPropertyNames()) {
            if (name.toLowerCase(Locale.ROOT).endsWith("password")) {
                throw CommandFailure.usage("--url holds a password (" + name + "), which every user of this machine can"
                        + " see: use WARDEN_PASSWORD or --password-file");
            }
        }
        return properties;
    }

    private static String place(Properties properties) {
        return properties.getProperty("PGHOST", "localhost") + ":" + properties.getProperty("PGPORT", "5432") + "/"
                + properties.getProperty("PGDBNAME", "");
    }

    private String password(Terminal terminal, String role) {
        if (!asked) {
            String variable = terminal.environment().get("WARDEN_PASSWORD");
            knownPassword = passwordFile != null
                    ? fromFile(passwordFile)
                    : variable != null || terminal.passwordPrompt() == null ? variable : typed(terminal, role);
            asked = true;
        }
        return knownPassword;
    }

    private static String typed(Terminal terminal, String role) {
        char[] typed = terminal.passwordPrompt().ask("Password of " + role + ": ");
        return typed == null || typed.length == 0 ? null : new String(typed);
    }

    private static String fromFile(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("--password-file " + file + " does not exist");
        } catch (IOException e) {
            throw CommandFailure.usage("--password-file " + file + " cannot be read: " + e.getMessage());
        }
    }
}
