package io.tenantwarden.cli;

import io.tenantwarden.testing.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Export and erase on a schema that knows nothing of them. Those of other people are tried by {@code scripts/offboarding-schemas.sh}. */
class OffboardedSchemaTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"14, 0", "18, 5"})
    void aShopThatRentsFilms(int major, int batch) throws Exception {
        new SchemaTrial("shop", "tenant_id", null, List.of("0", "1", "2"), List.of("--exclude", "Back Office.*"), c -> {
                    Scripts.run(c, Scripts.resource("rental-shop.sql"));
                    Scripts.run(c, "TRUNCATE country, language, film, \"Back Office\".\"Staff \"\"Notes\"\"\" CASCADE");
                    for (String table : List.of("store", "customer", "copy", "rental", "payment")) {
                        Scripts.run(c, "ALTER TABLE " + table + " ADD tenant_id int NOT NULL");
                    }
                })
                .play(PostgresServer.get(major), folder, batch);
    }
}
