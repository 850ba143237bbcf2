package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.sql.SqlLexer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** Changes the text of an expression, and nothing of it that need not change. Stateless. */
final class PolicyRewrite {

    /** What to put in the place of characters from one position to another (exclusive). */
    private record Edit(int from, int to, String text) {}

    private PolicyRewrite() {}

    private static String apply(String text, List<Edit> edits) {
        List<Edit> sorted = new ArrayList<>(edits);
        // from the end, so that positions stay right; of two at one place what opens first stands first
        sorted.sort(
                (a, b) -> a.from() != b.from() ? Integer.compare(b.from(), a.from()) : Integer.compare(b.to(), a.to()));
        StringBuilder b = new StringBuilder(text);
        for (Edit e : sorted) {
            b.replace(e.from(), e.to(), e.text());
        }
        return b.toString();
    }

    static String withMissingOk(PolicyTokens t, List<SettingReads.Span> spans) {
        List<Edit> edits = new ArrayList<>();
        for (SettingReads.Span s : spans) {
            if (!s.read().missingOk()) {
                int open = s.callStart() + 1;
                int end = SettingReads.argumentEnd(t, open);
                edits.add(new Edit(t.end(end - 1), t.start(t.partner(open)), ", true"));
            }
        }
        return apply(t.text, edits);
    }

    static String withNullif(
            PolicyTokens t, List<SettingReads.Span> spans, Collection<PolicyExpression.SettingRead> which) {
        List<Edit> edits = new ArrayList<>();
        for (SettingReads.Span s : spans) {
            if (!which.contains(s.read())) {
                continue;
            }
            int from = t.nameStart(s.callStart());
            if (s.emptyFrom() >= 0) {
                // COALESCE(x, '') is what makes it empty
                edits.add(new Edit(
                        t.start(s.emptyFrom()),
                        t.end(s.emptyTo() - 1),
                        "NULLIF(" + t.text(from, s.callEnd()) + ", '')"));
            } else {
                edits.add(new Edit(t.start(from), t.start(from), "NULLIF("));
                edits.add(new Edit(t.end(s.callEnd() - 1), t.end(s.callEnd() - 1), ", '')"));
            }
        }
        return apply(t.text, edits);
    }

    static String withSelects(PolicyTokens t, List<SettingReads.Span> spans, List<Integer> calls) {
        List<Edit> edits = new ArrayList<>();
        for (SettingReads.Span s : spans) {
            if (s.read().perRow()) {
                // ANY (SELECT ...) would compare with each row of it, not with each element of its array
                boolean array = isArgumentOfAny(t, s.from(), s.to());
                int from = array ? s.castFrom() : s.from();
                int to = array ? s.castTo() : s.to();
                if (!array || s.castTo() < s.to()) {
                    wrap(t, from, to, "(SELECT ", ")", edits);
                }
            }
        }
        for (int i : calls) {
            int from = t.nameStart(i);
            if (!isArgumentOfAny(t, from, i + 3)) {
                wrap(t, from, i + 3, "(SELECT ", ")", edits);
            } else if (mayWrapArray(t, from)) {
                wrap(t, from, i + 3, "ARRAY(SELECT unnest(", "))", edits);
            }
        }
        return apply(t.text, edits);
    }

    private static void wrap(PolicyTokens t, int from, int to, String before, String after, List<Edit> edits) {
        edits.add(new Edit(t.start(from), t.start(from), before));
        edits.add(new Edit(t.end(to - 1), t.end(to - 1), after));
    }

    static boolean isArgumentOfAny(PolicyTokens t, int from, int to) {
        int i = from;
        int k = to;
        while (t.is(i - 1, SqlLexer.OPEN) && t.partner(i - 1) == k) {
            i--;
            k++;
            if (t.word(i - 1, "any") || t.word(i - 1, "some") || t.word(i - 1, "all")) {
                return true;
            }
        }
        return false;
    }

    /** An array that is null makes {@code = ANY} null, an empty one makes it false: the same where nothing negates it. */
    private static boolean mayWrapArray(PolicyTokens t, int from) {
        for (int i = from; i >= 0; i--) {
            if (t.word(i, "all") || t.word(i, "not")) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@link #withSelects} can do something about a call without arguments. */
    static boolean canWrap(PolicyTokens t, int call) {
        int from = t.nameStart(call);
        return !isArgumentOfAny(t, from, call + 3) || mayWrapArray(t, from);
    }

    static String withSetting(PolicyTokens t, List<SettingReads.Span> spans, Collection<String> from, String to) {
        List<Edit> edits = new ArrayList<>();
        for (SettingReads.Span s : spans) {
            if (from.contains(s.read().guc())) {
                int literal = s.callStart() + 2;
                edits.add(new Edit(t.start(literal), t.end(literal), "'" + to.replace("'", "''") + "'"));
            }
        }
        return apply(t.text, edits);
    }

    /** The expression with something else in the place of some leaves; what is then said twice is said once. */
    static String withLeaves(PolicyTree tree, PolicyTree.Node n, Predicate<PolicyTree.Node> which, String instead) {
        return switch (n.kind()) {
            case LEAF -> which.test(n) ? instead : tree.text(n);
            case NOT -> "NOT (" + withLeaves(tree, n.children().get(0), which, instead) + ")";
            default -> {
                List<String> parts = new ArrayList<>();
                for (PolicyTree.Node c : n.children()) {
                    String part = "(" + withLeaves(tree, c, which, instead) + ")";
                    if (!parts.contains(part)) {
                        parts.add(part);
                    }
                }
                yield parts.size() == 1
                        ? parts.get(0).substring(1, parts.get(0).length() - 1)
                        : String.join(n.kind() == PolicyTree.Kind.OR ? " OR " : " AND ", parts);
            }
        };
    }
}
