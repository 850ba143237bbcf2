package io.tenantwarden.rls.catalog;

import java.util.List;

/**
 * A way past row-level security that somebody has made on purpose: a SECURITY DEFINER function whose owner no policy of these
 * tables filters. Immutable.
 *
 * @param function {@code schema.name(types)}
 * @param owner whose rights it has
 * @param tables the protected tables that it reaches with them, sorted, as {@code schema.table}
 */
public record FunctionExit(String function, String owner, List<String> tables) {

    public FunctionExit {
        tables = List.copyOf(tables);
    }
}
