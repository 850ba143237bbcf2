package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real catalog, whose protected tables are partitioned among others, as if servers of other versions had given it. */
class ServerHolesTest {

    private static Connection connection;
    private static Catalog catalog;
    private static RoleFacts role;

    @BeforeAll
    static void read() throws SQLException {
        connection = PostgresServer.get(18).connect(AuditDefects.create(18), "aud_app");
        catalog = Catalog.read(connection, CatalogOptions.DEFAULT);
        role = RoleFacts.read(connection);
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    private static List<Finding> findings(int version) {
        RoleFacts other = new RoleFacts(
                role.currentUser(),
                role.sessionUser(),
                role.superuser(),
                role.bypassRls(),
                role.database(),
                role.backendPid(),
                role.searchPath(),
                version,
                role.roles());
        AuditFacts facts = new AuditFacts.Builder(other, catalog).build();
        return Audit.of(facts, AuditDefects.OPTIONS, List.of(new ServerHoles())).findings();
    }

    @ParameterizedTest
    @CsvSource({
        "180000, '', ''",
        "180006, '', ''",
        "170006, '', ''",
        "170005, CVE-2025-8713, 17.6",
        "170000, CVE-2025-8713 CVE-2024-10976, 17.6",
        "160010, '', ''",
        "160004, CVE-2025-8713 CVE-2024-10976, 16.10",
        "150014, '', ''",
        "150002, CVE-2025-8713 CVE-2024-10976 CVE-2023-39418 CVE-2023-2455, 15.14",
        "140019, '', ''",
        "140018, CVE-2025-8713, 14.19",
        "140007, CVE-2025-8713 CVE-2024-10976 CVE-2023-2455, 14.19"
    })
    void holesByVersion(int version, String cves, String install) {
        List<Finding> findings = findings(version);
        if (cves.isEmpty()) {
            assertEquals(List.of(), findings);
            return;
        }
        assertEquals(1, findings.size());
        Finding finding = findings.get(0);
        List<String> named = Pattern.compile("CVE-[-0-9]+")
                .matcher(finding.message())
                .results()
                .map(m -> m.group())
                .toList();
        assertEquals(List.of(cves.split(" ")), named);
        assertTrue(finding.fix().contains("install PostgreSQL " + install + " or"), finding.fix());
        assertEquals(version / 10_000 == 14, finding.fix().contains("2026-11-12"), finding.fix());
    }
}
