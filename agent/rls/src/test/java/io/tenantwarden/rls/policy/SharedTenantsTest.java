package io.tenantwarden.rls.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose rows a policy shows besides the tenant's own; the expressions are as {@code pg_get_expr} prints them. */
class SharedTenantsTest {

    private static final CatalogTable TABLE = new CatalogTable(
            1,
            "public",
            "invoices",
            CatalogTable.Kind.TABLE,
            "owner",
            true,
            true,
            "tenant_id",
            "text",
            1,
            -1,
            List.of(),
            null,
            List.of(),
            CatalogTable.Protection.RLS);

    private static String shared(String expression, String... functions) {
        Set<String> shared = PolicyExpression.of(expression, TABLE)
                .sharedTenants(List.of("app.tenant_id"), List.of(functions), List.of("app.is_platform"));
        return shared == null ? "unknown" : String.join(" ", shared);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "(tenant_id = current_setting('app.tenant_id'::text)) # ''",
                "(tenant_id = NULLIF(current_setting('app.tenant_id'::text, true), ''::text)) # ''",
                "((tenant_id)::text = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::text) # ''",
                "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid) # ''",
                "(tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS \"nullif\")) # ''",
                "(current_setting('app.tenant_id'::text, true) = (tenant_id)::text) # ''",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) AND (NOT deleted)) # ''",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) OR (tenant_id IS NULL)) # ''",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) OR (tenant_id = 'shared'::text)) # shared",
                "((tenant_id = (current_setting('app.tenant_id'::text, true))::integer) OR (tenant_id = 0)) # 0",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) OR (current_setting('app.is_platform'::text, true) = 'on'::text)) # ''",
                "true # unknown",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) OR is_public) # unknown",
                "((tenant_id = current_setting('app.tenant_id'::text, true)) OR (tenant_id IS NOT NULL)) # unknown",
                "(tenant_id = current_setting('app.other'::text, true)) # unknown",
                // the setting holds a name, the column the number that belongs to it
                "(tenant_id = ( SELECT t.id FROM tenants t WHERE (t.name = current_setting('app.tenant_id'::text, true)))) # unknown",
                "(tenant_id IN ( SELECT m.tenant_id FROM members m WHERE (m.who = current_setting('app.tenant_id'::text, true)))) # unknown",
                "(tenant_id = ('t-'::text || current_setting('app.tenant_id'::text, true))) # unknown",
                "(tenant_id = md5(current_setting('app.tenant_id'::text, true))) # unknown",
                "(tenant_id = ANY (string_to_array(current_setting('app.tenant_id'::text, true), ','::text))) # unknown",
                "(tenant_id <> current_setting('app.tenant_id'::text, true)) # unknown",
                "(owner = current_setting('app.tenant_id'::text, true)) # unknown",
                "(tenant_id = app.tenant()) # unknown"
            })
    void whatBranchesShow(String expression, String expected) {
        assertEquals(expected, shared(expression));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "(tenant_id = app.tenant()) # ''",
                "(tenant_id = ( SELECT app.tenant() AS tenant)) # ''",
                "((tenant_id = app.tenant()) OR (tenant_id = 'shared'::text)) # shared",
                "(tenant_id = NULLIF(app.tenant(), ''::text)) # ''",
                "((tenant_id)::text = (app.tenant())::text) # ''",
                "(app.tenant() = tenant_id) # ''",
                "app.may_see(tenant_id) # unknown",
                // one of several
                "(tenant_id = ANY (app.tenant())) # unknown",
                "(tenant_id = ANY (ARRAY[app.tenant(), 'b'::text])) # unknown",
                "(tenant_id = COALESCE(app.tenant(), 'b'::text)) # unknown",
                // what is made of it
                "(tenant_id = ('t-'::text || app.tenant())) # unknown",
                "(tenant_id = lower(app.tenant())) # unknown",
                "(tenant_id = app.id_of(app.tenant())) # unknown",
                // a function that returns something else
                "(tenant_id = app.mapped()) # unknown",
                "(tenant_id = ( SELECT m.t FROM app.members() m)) # unknown"
            })
    void functionsThatReadTheSetting(String expression, String expected) {
        assertEquals(expected, shared(expression, "tenant"));
    }
}
