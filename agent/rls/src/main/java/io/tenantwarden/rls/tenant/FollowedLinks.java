package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which foreign keys a policy follows: it demands that the row at the other end is there, and nothing else but that this row is
 * the tenant's. Reads what {@code pg_get_expr} writes; what it does not know follows none. Immutable.
 */
final class FollowedLinks {

    private static final Pattern EXISTS = Pattern.compile(
            "EXISTS \\( ?SELECT(?: [^()]*?)?? FROM ([^ ()]+|\\S*\"[^()]*?)( [^ ()]+)? WHERE (.+)\\)", Pattern.DOTALL);

    private static final Pattern IN = Pattern.compile(
            "(\\S+) (?:IN|= ANY) \\( ?SELECT (\\S+) FROM (\\S+)( [^ ()]+)?(?: WHERE (.+))?\\)", Pattern.DOTALL);

    /** Columns of type varchar are compared as text, which changes nothing. */
    private static final Pattern AS_TEXT = Pattern.compile("\\((.+)\\)::text", Pattern.DOTALL);

    private final Collection<String> gucs;

    /** @param gucs names in lower case of the settings that hold the tenant */
    FollowedLinks(Collection<String> gucs) {
        this.gucs = gucs;
    }

    /** The links of this table that the condition follows, one of which is enough for it. */
    Set<TenantTable.Link> of(String using, TenantTable t) {
        return of(using.replaceAll("\\s+", " "), t.table().name(), t);
    }

    private Set<TenantTable.Link> of(String text, String own, TenantTable t) {
        Set<TenantTable.Link> followed = new LinkedHashSet<>();
        for (String branch : parts(text, " OR ")) {
            for (TenantTable.Link link : t.links()) {
                if (follows(branch, own, link)) {
                    followed.add(link);
                }
            }
        }
        return followed;
    }

    /** Whether asking for the rows at the other end of these links shows every row that is the tenant's by any link. */
    static boolean suffice(Collection<TenantTable.Link> followed, TenantTable t) {
        // a row that must refer by one of them is nobody else's by another: such a row is a finding of its own
        return !t.links().isEmpty()
                && (followed.containsAll(t.links()) || followed.stream().anyMatch(t::mustRefer));
    }

    /** @param own what the text calls the table whose link it is */
    private boolean follows(String text, String own, TenantTable.Link link) {
        String other = link.other().table().quotedName();
        List<String> mine =
                link.up() ? link.reference().columns() : link.reference().targets();
        List<String> theirs =
                link.up() ? link.reference().targets() : link.reference().columns();
        List<String> left = new ArrayList<>();
        for (int i = 0; i < mine.size(); i++) {
            left.add(theirs.get(i) + "=" + mine.get(i));
        }
        Matcher m = EXISTS.matcher(text);
        String conditions;
        String alias;
        if (m.matches() && m.group(1).equals(other)) {
            alias = m.group(2) == null
                    ? link.other().table().name()
                    : m.group(2).strip();
            conditions = m.group(3);
        } else {
            m = IN.matcher(text);
            if (!m.matches() || !m.group(3).equals(other)) {
                return false;
            }
            alias = m.group(4) == null
                    ? link.other().table().name()
                    : m.group(4).strip();
            if (!left.remove(unqualified(m.group(2), alias) + "=" + unqualified(m.group(1), own))) {
                return false;
            }
            conditions = m.group(5);
        }
        if (conditions != null) {
            for (String condition : parts(conditions, " AND ")) {
                if (!takes(condition, left, alias, own) && !isTenant(condition, alias, link.other())) {
                    return false;
                }
            }
        }
        return left.isEmpty();
    }

    private static boolean takes(String condition, List<String> left, String alias, String own) {
        String[] sides = condition.split(" = ", -1);
        return sides.length == 2
                && (left.remove(unqualified(sides[0], alias) + "=" + unqualified(sides[1], own))
                        || left.remove(unqualified(sides[1], alias) + "=" + unqualified(sides[0], own)));
    }

    /** That the other row is the tenant's: by its column, or by what it refers to in turn. */
    private boolean isTenant(String condition, String alias, TenantTable other) {
        if (other.column() != null) {
            return PolicyExpression.of("(" + condition.replace(alias + ".", "") + ")", other.table())
                    .showsAllWith(other.column(), gucs, false);
        }
        return suffice(of(condition, alias, other), other);
    }

    private static String unqualified(String column, String alias) {
        Matcher text = AS_TEXT.matcher(column);
        String plain = text.matches() ? text.group(1) : column;
        String prefix = alias + ".";
        String name = plain.startsWith(prefix) ? plain.substring(prefix.length()) : plain;
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** The parts of {@code ((a) AND (b))}, without the parentheses around each. */
    static List<String> parts(String text, String operator) {
        String inner = stripped(text);
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0 && inner.startsWith(operator, i)) {
                parts.add(stripped(inner.substring(from, i)));
                from = i + operator.length();
            }
        }
        parts.add(stripped(inner.substring(from)));
        return parts;
    }

    /** Without a pair of parentheses that encloses all of it. */
    static String stripped(String text) {
        String inner = text.strip();
        while (inner.startsWith("(") && closes(inner) == inner.length() - 1) {
            inner = inner.substring(1, inner.length() - 1).strip();
        }
        return inner;
    }

    private static int closes(String text) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }
}
