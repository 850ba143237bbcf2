package io.tenantwarden.rls.catalog;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What makes a table protected besides row-level security. Immutable.
 *
 * @param tenantColumns names of columns that make a table a tenant table ({@code warden.tenant.columns}), the preferred
 *     one first, exactly as the database spells them
 * @param includePatterns {@code schema.table} patterns with {@code *}, of tables that are protected in any case
 *     ({@code warden.tables.include}); a pattern without a dot means any schema
 * @param excludePatterns patterns of tables that are not protected in any case ({@code warden.tables.exclude}); they win
 */
public record CatalogOptions(List<String> tenantColumns, List<String> includePatterns, List<String> excludePatterns) {

    /** The column {@code tenant_id}, no patterns. */
    public static final CatalogOptions DEFAULT = new CatalogOptions(List.of("tenant_id"), List.of(), List.of());

    public CatalogOptions {
        tenantColumns = List.copyOf(tenantColumns);
        includePatterns = List.copyOf(includePatterns);
        excludePatterns = List.copyOf(excludePatterns);
    }

    static List<Pattern> compile(List<String> patterns) {
        return patterns.stream().map(CatalogOptions::compile).toList();
    }

    private static Pattern compile(String pattern) {
        String full = pattern.indexOf('.') < 0 ? "*." + pattern : pattern;
        return Wildcards.compile(full);
    }

    static boolean matches(List<Pattern> patterns, String qualifiedName) {
        for (Pattern p : patterns) {
            if (p.matcher(qualifiedName).matches()) {
                return true;
            }
        }
        return false;
    }
}
