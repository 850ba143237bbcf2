package io.tenantwarden.tests.jvm;

import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lets a server speak TLS until it is closed: other tests count bytes, and drivers take TLS where it is offered. */
public final class Tls implements AutoCloseable {

    private static final String SECRET = "secret";

    private final PostgresServer server;

    /** Makes a self-signed certificate and switches TLS on for connections that come from now on. */
    public Tls(PostgresServer server) throws IOException, GeneralSecurityException, SQLException, InterruptedException {
        this.server = server;
        Path folder = Files.createTempDirectory("tls");
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        SECRET,
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IOException("keytool made no certificate");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, SECRET.toCharArray());
        }
        Path key = folder.resolve("server.key");
        // the server refuses a key that others can read
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                key,
                pem("PRIVATE KEY", keys.getKey("server", SECRET.toCharArray()).getEncoded()));
        Path certificate = folder.resolve("server.crt");
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        configure(
                "ALTER SYSTEM SET ssl_cert_file = '" + certificate + "'",
                "ALTER SYSTEM SET ssl_key_file = '" + key + "'",
                "ALTER SYSTEM SET ssl = on");
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes()).encodeToString(content) + "\n-----END " + what + "-----\n";
    }

    private void configure(String... settings) throws SQLException {
        try (Connection c = server.superuser("postgres");
                Statement s = c.createStatement()) {
            for (String setting : settings) {
                s.execute(setting);
            }
            s.execute("SELECT pg_reload_conf()");
        }
    }

    @Override
    public void close() throws SQLException {
        List<String> keys = List.of("ssl", "ssl_key_file", "ssl_cert_file");
        configure(keys.stream().map(key -> "ALTER SYSTEM RESET " + key).toArray(String[]::new));
    }
}
