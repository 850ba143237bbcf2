package io.tenantwarden.engine.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.engine.session.Database;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a role's tables, whichever comes first: the rules, or a statement on another of its connections. */
class RolePreflightTest {

    @Test
    void aStatementMayComeBeforeTheRulesOfItsRoleHaveRun() {
        List<String> told = new ArrayList<>();
        RolePreflight preflight = new RolePreflight(
                new Database("billing", "db1:5432", 0),
                "app",
                (of, finding) -> told.add(finding.rule() + " " + finding.object()),
                (of, finding) -> told.add("resolved " + finding.rule()));
        CatalogTable partition = new CatalogTable(
                1,
                "public",
                "invoices_2026",
                CatalogTable.Kind.TABLE,
                "owner",
                false,
                false,
                "tenant_id",
                "uuid",
                1,
                -1,
                List.of(),
                "public.invoices",
                List.of(),
                CatalogTable.Protection.TENANT_COLUMN);

        preflight.touched(partition);
        preflight.touched(partition);

        assertEquals(List.of("WD035 public.invoices_2026"), told);
    }
}
