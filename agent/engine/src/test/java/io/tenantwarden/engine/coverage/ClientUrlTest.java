package io.tenantwarden.engine.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://host:5432/db",
                "jdbc:postgresql:db",
                "jdbc:pgsql://host/db",
                "jdbc:p6spy:postgresql://host/db",
                "jdbc:tc:postgresql:16-alpine:///db",
                "jdbc:otel:postgresql://host/db",
                "jdbc:aws-wrapper:postgresql://host/db",
                "proxool.pool:org.postgresql.Driver:jdbc:postgresql://host/db"
            })
    void namesPostgresqlAsTheProtocol(String url) {
        assertEquals(true, ClientUrl.namesPostgresql(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://postgresql/db",
                "jdbc:mysql://host/postgresql",
                "jdbc:h2:mem:x;MODE=PostgreSQL",
                "jdbc:h2:tcp://postgresql:9092/x",
                "jdbc:hsqldb:mem:postgresql",
                "jdbc:sqlite:/var/lib/postgresql/x",
                "jdbc:redshift://host/db",
                "nonsense",
                ""
            })
    void namesAnotherProtocol(String url) {
        assertEquals(false, ClientUrl.namesPostgresql(url));
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://host:5432/db?user=u&password=p, jdbc:postgresql://host:5432/db",
        "jdbc:acme:postgresql://u:p@host/db;password=p, jdbc:acme:postgresql://host/db",
        "r2dbc:postgresql://u:p@ss@host/db, r2dbc:postgresql://host/db",
        "jdbc:postgresql:db, jdbc:postgresql:db"
    })
    void credentialsAreLeftOut(String url, String shown) {
        assertEquals(shown, ClientUrl.withoutCredentials(url));
    }
}
