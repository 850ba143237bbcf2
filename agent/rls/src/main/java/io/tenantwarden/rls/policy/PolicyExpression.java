package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.HarmlessFunctions;
import io.tenantwarden.rls.sql.SqlLexer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A USING or WITH CHECK expression, as {@code pg_get_expr} prints it: every operation in parentheses, columns of the
 * policy's own table without a prefix, or with the table's name inside of a sub-select. Immutable.
 *
 * <p>It is read as it is written: what a function does, and what a constant expression comes to, is not known here.
 */
public final class PolicyExpression {

    private final PolicyTokens tokens;
    private final PolicyTree tree;
    private final List<SettingReads.Span> spans;

    /**
     * One {@code current_setting('...')} of the expression.
     *
     * @param guc the setting's name in lower case
     * @param missingOk whether an unknown setting gives null rather than an error
     * @param nullif whether the empty value becomes null
     * @param cast the type that it is cast to; null when it stays text
     * @param perRow whether it stands outside of every sub-select, so that it may be read for each row
     */
    public record SettingRead(String guc, boolean missingOk, boolean nullif, String cast, boolean perRow) {}

    /**
     * A column of the policy's table that is compared for equality with what a session has set.
     *
     * @param column the column's name
     * @param guc the setting that it is compared with, in lower case; null when it is what a function returns
     */
    public record Comparison(String column, String guc) {}

    private PolicyExpression(String text, String table, String column) {
        tokens = new PolicyTokens(text);
        tree = new PolicyTree(tokens, table, column);
        spans = SettingReads.find(tokens);
    }

    /**
     * The expression of a policy of this table.
     *
     * @param text as {@code pg_get_expr} prints it
     */
    public static PolicyExpression of(String text, CatalogTable table) {
        return new PolicyExpression(text, table.name(), table.tenantColumn());
    }

    /** The text. */
    @Override
    public String toString() {
        return tokens.text;
    }

    // ---------------------------------------------------------------- what it says

    /** Whether it is true for every row, whatever is set: {@code true}, {@code 1 = 1}, {@code x = x}, {@code x OR true}. */
    public boolean alwaysTrue() {
        return tree.alwaysTrue(tree.root);
    }

    /** Whether the tenant column occurs at all. */
    public boolean mentionsTenantColumn() {
        return tree.mentionsColumn();
    }

    /**
     * Whether every way to make it true compares the tenant column for equality, or needs one of the bypass settings to
     * have a certain value.
     */
    public boolean closed(Collection<String> bypassGucs) {
        return tree.closed(tree.root, bypassGucs);
    }

    /** Whether it can only be true when one of these settings has a certain value. */
    public boolean gatedBy(Collection<String> gucs) {
        return tree.gated(tree.root, gucs);
    }

    /** The branch of an OR that opens it: neither compares the tenant column nor needs a bypass setting; null when none does. */
    public String openBranch(Collection<String> bypassGucs) {
        PolicyTree.Node branch = tree.openBranch(tree.root, n -> tree.closed(n, bypassGucs));
        return branch == null ? null : tree.text(branch);
    }

    /** The expression without the branches of an OR that open it; null when nothing would be left. */
    public String withoutOpenBranches(Collection<String> bypassGucs) {
        return tree.closedPart(tree.root, bypassGucs);
    }

    /** Whether nothing in it can differ from tenant to tenant: no setting, function or sub-select, only constants and roles. */
    public boolean constant() {
        for (int i = 0; i < tokens.count; i++) {
            if (tokens.word(i, "select") || tokens.isCall(i)) {
                return false;
            }
        }
        return true;
    }

    /** The settings it reads, in order. */
    public List<SettingRead> reads() {
        return spans.stream().map(SettingReads.Span::read).toList();
    }

    /** Names of functions without arguments, other than PostgreSQL's own, that are called outside of a sub-select. */
    public List<String> callsPerRow() {
        return ownCallsWithoutArguments().stream()
                .map(i -> tokens.text(tokens.nameStart(i), i + 1))
                .toList();
    }

    /** Whether it calls a function that is not known to be PostgreSQL's own. */
    public boolean callsFunctions() {
        for (int i = 0; i < tokens.count; i++) {
            if (tokens.isOwnCall(i)) {
                return true;
            }
        }
        return false;
    }

    /** Everything in a text of SQL that could be the name of a function or relation, words of SQL that are not reserved too. */
    public static Set<String> namesIn(String text) {
        return PolicyTokens.namesIn(text);
    }

    /** The columns of the policy's own table that are compared for equality with a setting, or with what a function returns. */
    public Set<Comparison> comparisons() {
        Set<Comparison> found = new LinkedHashSet<>();
        for (PolicyTree.Node leaf : tree.leaves()) {
            Comparison comparison = comparison(leaf);
            if (comparison != null) {
                found.add(comparison);
            }
        }
        return found;
    }

    /**
     * Whether one branch of the OR at the top is a comparison of this column with one of these settings and nothing more:
     * a session that has set it sees all of its rows, whatever else they hold.
     *
     * @param functions whether functions that the policy calls read one of the settings
     */
    public boolean showsAllWith(String column, Collection<String> gucs, boolean functions) {
        return branches().stream().anyMatch(b -> comparesAlone(b, column, gucs, functions));
    }

    /**
     * Whether every branch of the OR at the top is a comparison of this column with one of these settings and nothing more:
     * a session that has set them sees its own rows and no others.
     */
    public boolean showsOnlyWith(String column, Collection<String> gucs) {
        return branches().stream().allMatch(b -> comparesAlone(b, column, gucs, false));
    }

    /** As {@link SharedTenants#of}. */
    public Set<String> sharedTenants(
            Collection<String> gucs, Collection<String> functions, Collection<String> bypassGucs) {
        return new SharedTenants(this, tokens, tree, spans).of(gucs, functions, bypassGucs);
    }

    private List<PolicyTree.Node> branches() {
        return tree.root.kind() == PolicyTree.Kind.OR ? tree.root.children() : List.of(tree.root);
    }

    private boolean comparesAlone(PolicyTree.Node branch, String column, Collection<String> gucs, boolean functions) {
        Comparison found = branch.kind() == PolicyTree.Kind.LEAF ? comparison(branch) : null;
        return found != null
                && found.column().equals(column)
                && (found.guc() == null ? functions : gucs.contains(found.guc()));
    }

    private Comparison comparison(PolicyTree.Node leaf) {
        if (tree.comparison(leaf) <= 0) {
            return null;
        }
        String guc = null;
        boolean call = false;
        Set<String> columns = new TreeSet<>();
        for (int i = leaf.from(); i < leaf.to(); i++) {
            String read = SettingReads.setting(tokens, i);
            guc = read == null ? guc : read;
            call |= tokens.isOwnCall(i);
            if (!tokens.inSelect(i) && isPlainColumn(i)) {
                columns.add(tokens.fold(i));
            }
        }
        return columns.size() == 1 && (guc != null || call)
                ? new Comparison(columns.iterator().next(), guc)
                : null;
    }

    private boolean isPlainColumn(int i) {
        return tree.isColumn(i)
                && !tokens.is(i - 1, SqlLexer.DOT)
                && (tokens.is(i, SqlLexer.QUOTED)
                        || HarmlessFunctions.code(tokens.text, tokens.start(i), tokens.end(i))
                                == HarmlessFunctions.UNKNOWN)
                && !tokens.word(i, "true")
                && !tokens.word(i, "false")
                && !tokens.word(i, "null")
                && !tokens.word(i, "is")
                && !tokens.word(i, "session_user")
                && !tokens.word(i, "current_user");
    }

    /**
     * Settings that must have a certain constant value in some leaf which says nothing of a row: name in lower case, and that
     * value.
     */
    public Map<String, String> gates() {
        Map<String, String> gates = new LinkedHashMap<>();
        for (PolicyTree.Node leaf : tree.leaves()) {
            if (tree.comparison(leaf) < 0) {
                continue;
            }
            String guc = null;
            String value = tree.comparison(leaf) == 0 ? "true" : null;
            boolean other = false;
            for (int i = leaf.from(); i < leaf.to(); i++) {
                String read = SettingReads.setting(tokens, i);
                if (read != null) {
                    other |= guc != null;
                    guc = read;
                    i = tokens.partner(i + 1);
                } else if (tokens.literal(i) != null && !tokens.literal(i).isEmpty()) {
                    value = tokens.literal(i);
                } else if (tokens.is(i, SqlLexer.NUMBER)) {
                    value = tokens.text(i, i + 1);
                } else if (tokens.word(i, "true")) {
                    value = "true";
                } else {
                    other |= tokens.isOwnCall(i) || isPlainColumn(i) && !tokens.word(i - 1, "as");
                }
            }
            if (guc != null && value != null && !other) {
                gates.putIfAbsent(guc, value);
            }
        }
        return gates;
    }

    /**
     * The branch whose rows nothing ties to the session: no comparison with one of these settings, no call of a function
     * that reads one, no sub-select of a relation that passes the test; null when there is none.
     *
     * @param functions whether functions that the policy calls read one of the settings
     * @param bound of the names in a sub-select, whether it is tied to the session by what it reads
     */
    public String unboundBranch(
            Collection<String> gucs, Collection<String> bypassGucs, boolean functions, Predicate<Set<String>> bound) {
        PolicyTree.Node branch = tree.openBranch(
                tree.root,
                n -> tree.needs(n, leaf -> tree.gated(leaf, bypassGucs) || isBound(leaf, gucs, functions, bound)));
        return branch == null ? null : tree.text(branch);
    }

    private boolean isBound(
            PolicyTree.Node leaf, Collection<String> gucs, boolean functions, Predicate<Set<String>> bound) {
        if (tree.comparison(leaf) < 0) {
            return false;
        }
        boolean column = false;
        boolean session = false;
        boolean select = false;
        for (int i = leaf.from(); i < leaf.to(); i++) {
            String read = SettingReads.setting(tokens, i);
            session |= read != null && gucs.contains(read) || functions && tokens.isOwnCall(i);
            select |= tokens.word(i, "select");
            column |= tokens.inSelect(i) ? tree.isColumn(i) && tokens.is(i - 1, SqlLexer.DOT) : isPlainColumn(i);
        }
        return column && (session || select && bound.test(namesIn(tree.text(leaf))));
    }

    // ---------------------------------------------------------------- how it should be

    /** The same with {@code true} as second argument of each {@code current_setting}. */
    public String withMissingOk() {
        return PolicyRewrite.withMissingOk(tokens, spans);
    }

    /** The same with {@code nullif(..., '')} around each of these settings. */
    public String withNullif(Collection<SettingRead> which) {
        return PolicyRewrite.withNullif(tokens, spans, which);
    }

    /** The same with each setting and function that may be evaluated for each row in a sub-select of its own, where that can be. */
    public String withSelects() {
        return PolicyRewrite.withSelects(
                tokens,
                spans,
                ownCallsWithoutArguments().stream()
                        .filter(i -> PolicyRewrite.canWrap(tokens, i))
                        .toList());
    }

    /** The same with this setting in the place of those. */
    public String withSetting(Collection<String> from, String to) {
        return PolicyRewrite.withSetting(tokens, spans, from, to);
    }

    /** The same with this condition in the place of each comparison of the tenant column. */
    public String withTenantComparison(String condition) {
        return PolicyRewrite.withLeaves(tree, tree.root, tree::comparesColumn, condition);
    }

    /** Settings, in lower case, that are read in a comparison of the tenant column. */
    public Set<String> gucsOfTenantColumn() {
        Set<String> gucs = new TreeSet<>();
        for (PolicyTree.Node leaf : tree.leaves()) {
            if (tree.comparesColumn(leaf)) {
                for (int i = leaf.from(); i < leaf.to(); i++) {
                    String guc = SettingReads.setting(tokens, i);
                    if (guc != null) {
                        gucs.add(guc);
                    }
                }
            }
        }
        return gucs;
    }

    private List<Integer> ownCallsWithoutArguments() {
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < tokens.count; i++) {
            if (tokens.isOwnCall(i) && tokens.is(i + 2, SqlLexer.CLOSE) && !tokens.inSelect(i)) {
                calls.add(i);
            }
        }
        return calls;
    }

    // ---------------------------------------------------------------- compared with others

    /** Whether, as far as the text tells, it is only true where the other one is. */
    public boolean implies(PolicyExpression other) {
        return demands().implies(other.demands());
    }

    private PolicyDemands demands() {
        return PolicyDemands.of(this, tokens, tree, spans);
    }

    /** The tenant column and nothing but parentheses and casts. */
    boolean isBareColumn(int from, int to) {
        boolean column = false;
        for (int i = from; i < to; i++) {
            if (tree.mentionsColumn(i, i + 1)) {
                column = true;
            } else if (tokens.is(i, SqlLexer.CAST)) {
                return column;
            } else if (!tokens.is(i, SqlLexer.OPEN) && !tokens.is(i, SqlLexer.CLOSE)) {
                return false;
            }
        }
        return column;
    }
}
