package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.policy.PolicyTree.Node;
import io.tenantwarden.rls.sql.SqlLexer;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whose rows a policy shows besides the tenant's own. Used once, by one thread. */
final class SharedTenants {

    private static final Set<String> LISTS = Set.of("any", "some", "all", "array", "case", "coalesce");

    private final PolicyExpression policy;
    private final PolicyTokens tokens;
    private final PolicyTree tree;
    private final List<SettingReads.Span> spans;

    SharedTenants(PolicyExpression policy, PolicyTokens tokens, PolicyTree tree, List<SettingReads.Span> spans) {
        this.policy = policy;
        this.tokens = tokens;
        this.tree = tree;
        this.spans = spans;
    }

    /**
     * The tenants whose rows it shows to everybody, because the tenant column is compared with these constants: rows that tenants share. Rows
     * without a tenant do not count.
     *
     * @param gucs the settings that hold the tenant itself, in lower case
     * @param functions the unqualified names of those functions that return one of them as it is
     * @param bypassGucs settings that open it only in a bypass
     * @return null when it may show other tenants' rows besides: a branch ties them to something else than the tenant itself
     */
    Set<String> of(Collection<String> gucs, Collection<String> functions, Collection<String> bypassGucs) {
        Set<String> shared = new TreeSet<>();
        boolean own = tree.needs(
                tree.root,
                leaf -> tree.gated(leaf, bypassGucs)
                        || comparesTenant(leaf, gucs, functions)
                        || isWithoutTenant(leaf)
                        || addConstant(leaf, shared));
        return own ? shared : null;
    }

    /** The bare tenant column, for equality, with the value of a setting as it is, or what a function without arguments returns. */
    private boolean comparesTenant(Node leaf, Collection<String> gucs, Collection<String> functions) {
        int equals = tree.comparison(leaf);
        if (equals <= 0 || !tokens.operator(equals, '=')) {
            return false;
        }
        for (SettingReads.Span s : spans) {
            boolean right = s.from() == equals + 1 && s.to() == leaf.to() && policy.isBareColumn(leaf.from(), equals);
            boolean left = s.from() == leaf.from() && s.to() == equals && policy.isBareColumn(equals + 1, leaf.to());
            if (right || left) {
                return gucs.contains(s.read().guc());
            }
        }
        return !functions.isEmpty()
                && (policy.isBareColumn(leaf.from(), equals) && isCallOf(functions, equals + 1, leaf.to())
                        || policy.isBareColumn(equals + 1, leaf.to()) && isCallOf(functions, leaf.from(), equals));
    }

    /** The value of one of the functions and nothing else: not one of a list, not joined to something, not what another function makes of it. */
    private boolean isCallOf(Collection<String> functions, int from, int to) {
        boolean call = false;
        for (int i = from; i < to; i++) {
            if (tokens.is(i, SqlLexer.OPERATOR)
                    || tokens.is(i, SqlLexer.OPEN_BRACKET)
                    || tokens.word(i, "from")
                    || tokens.is(i, SqlLexer.WORD) && LISTS.contains(tokens.lower(i))) {
                return false;
            }
            if (!tokens.isCall(i) || tokens.word(i, "nullif")) {
                continue;
            }
            if (call || !tokens.is(i + 2, SqlLexer.CLOSE) || !functions.contains(tokens.fold(i))) {
                return false;
            }
            call = true;
        }
        return call;
    }

    /** {@code tenant_id IS NULL}. */
    private boolean isWithoutTenant(Node leaf) {
        int is = leaf.to() - 2;
        return is > leaf.from()
                && tokens.word(is, "is")
                && tokens.word(is + 1, "null")
                && policy.isBareColumn(leaf.from(), is);
    }

    private boolean addConstant(Node leaf, Set<String> shared) {
        int equals = tree.comparison(leaf);
        if (equals <= 0 || !tokens.operator(equals, '=')) {
            return false;
        }
        int from = policy.isBareColumn(leaf.from(), equals) ? equals + 1 : leaf.from();
        int to = from == leaf.from() ? equals : leaf.to();
        if (from == leaf.from() && !policy.isBareColumn(equals + 1, leaf.to())) {
            return false;
        }
        while (tokens.is(from, SqlLexer.OPEN)) {
            from++;
        }
        String text = tokens.literal(from);
        if (text == null && tokens.is(from, SqlLexer.NUMBER)) {
            text = tokens.text(from, from + 1);
        }
        for (int i = from + 1; i < to; i++) {
            // behind the constant nothing but casts
            boolean cast = tokens.is(i, SqlLexer.CLOSE) || tokens.is(i, SqlLexer.CAST) || tokens.name(i);
            text = cast ? text : null;
        }
        if (text == null) {
            return false;
        }
        shared.add(text);
        return true;
    }
}
