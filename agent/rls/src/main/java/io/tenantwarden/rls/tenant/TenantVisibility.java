package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether row-level security keeps a role away from other tenants' rows of a table, and whether it shows it all rows of its
 * own tenant. The second is judged by what policies say: what is not certain is not assumed. Immutable.
 */
final class TenantVisibility {

    private static final Pattern EXISTS = Pattern.compile(
            "EXISTS \\( ?SELECT(?: .*?)? FROM ([^ ()]+|\\S*\"[^()]*?)( [^ ()]+)? WHERE (.+)\\)", Pattern.DOTALL);

    private static final Pattern IN = Pattern.compile(
            "(\\S+) (?:IN|= ANY) \\( ?SELECT (\\S+) FROM (\\S+)( [^ ()]+)?(?: WHERE (.+))?\\)", Pattern.DOTALL);

    private final RoleFacts role;
    private final Collection<String> gucs;

    /** @param gucs names in lower case of the settings that hold the tenant */
    TenantVisibility(RoleFacts role, Collection<String> gucs) {
        this.role = role;
        this.gucs = gucs;
    }

    /** Why policies do not keep this role from other tenants' rows; null when they do. */
    String unprotected(TenantTable t) {
        if (!t.table().rls()) {
            return "it has no row-level security";
        }
        if (!t.table().forced() && role.roles().contains(t.table().owner())) {
            return "the role owns it, and FORCE ROW LEVEL SECURITY is missing";
        }
        for (Policy p : applying(t, "SELECT", true)) {
            if (p.using() != null) {
                PolicyExpression e = PolicyExpression.of(p.using(), t.table());
                // rows of nobody may be seen by everyone; what needs another setting than the tenant's is not set by us
                String open = t.table().tenantColumn() == null
                        ? null
                        : e.openBranch(e.gates().keySet());
                if (e.alwaysTrue() || open != null && !isNull(open, t)) {
                    return "its policy " + p.name() + " shows every tenant's rows" + (open == null ? "" : ": " + open);
                }
            }
        }
        return null;
    }

    private static boolean isNull(String branch, TenantTable t) {
        return stripped(branch).equals(Identifiers.quote(t.table().tenantColumn()) + " IS NULL");
    }

    /** Why it is not certain that policies let the role reach all rows of the tenant by this command; null when it is. */
    String notInFull(TenantTable t, String command) {
        List<Policy> permissive = applying(t, command, true);
        if (permissive.isEmpty()) {
            return "no policy lets the role " + command;
        }
        boolean all = false;
        for (Policy p : permissive) {
            all |= showsAll(p, t);
        }
        if (!all) {
            return "its " + (permissive.size() == 1 ? "policy " : "policies ") + names(permissive)
                    + " may hide rows of the tenant from the role for " + command;
        }
        for (Policy p : applying(t, command, false)) {
            if (!showsAll(p, t)
                    && !(p.using() != null
                            && PolicyExpression.of(p.using(), t.table()).alwaysTrue())) {
                return "its restrictive policy " + p.name() + " may hide rows of the tenant from the role for "
                        + command;
            }
        }
        return null;
    }

    /**
     * Whether policies show exactly the tenant's rows, all of them and no others, so that a condition of our own would only
     * be evaluated a second time.
     *
     * @param plain the settings that hold the tenant's id and nothing else
     */
    boolean exact(TenantTable t, Collection<String> plain) {
        if (unprotected(t) != null || notInFull(t, "SELECT") != null) {
            return false;
        }
        List<Policy> permissive = applying(t, "SELECT", true);
        if (t.column() != null) {
            return permissive.stream()
                    .allMatch(p -> PolicyExpression.of(p.using(), t.table()).showsOnlyWith(t.column(), plain));
        }
        return t.links().size() == 1
                && permissive.size() == 1
                && exact(t.links().get(0).other(), plain);
    }

    private List<Policy> applying(TenantTable t, String command, boolean permissive) {
        List<Policy> applying = new ArrayList<>();
        for (Policy p : t.table().policies()) {
            if (p.permissive() == permissive
                    && (p.command().equals("ALL") || p.command().equals(command))
                    && (p.roles().contains("public") || p.roles().stream().anyMatch(role.roles()::contains))) {
                applying.add(p);
            }
        }
        return applying;
    }

    private boolean showsAll(Policy p, TenantTable t) {
        if (p.using() == null) {
            return false;
        }
        boolean functions = p.gucs().stream().anyMatch(gucs::contains);
        PolicyExpression e = PolicyExpression.of(p.using(), t.table());
        return t.column() != null
                ? e.showsAllWith(t.column(), gucs, functions)
                : !t.links().isEmpty() && t.links().stream().allMatch(l -> followsLink(p.using(), t, l));
    }

    /** Whether it demands that the row referred to is there, and nothing else but that it is the tenant's. */
    private boolean followsLink(String using, TenantTable t, TenantTable.Link link) {
        String text = stripped(using.replaceAll("\\s+", " "));
        String parent = link.other().table().quotedName();
        String own = link.other().table().name();
        List<String> left = new ArrayList<>();
        for (int i = 0; i < link.reference().columns().size(); i++) {
            left.add(link.reference().targets().get(i) + "="
                    + link.reference().columns().get(i));
        }
        Matcher m = EXISTS.matcher(text);
        String conditions;
        String alias;
        if (m.matches() && m.group(1).equals(parent)) {
            alias = m.group(2) == null ? own : m.group(2).strip();
            conditions = m.group(3);
        } else {
            m = IN.matcher(text);
            if (!m.matches() || !m.group(3).equals(parent)) {
                return false;
            }
            alias = m.group(4) == null ? own : m.group(4).strip();
            if (!left.remove(unqualified(m.group(2), alias) + "="
                    + unqualified(m.group(1), t.table().name()))) {
                return false;
            }
            conditions = m.group(5);
        }
        if (conditions != null) {
            for (String condition : conjuncts(conditions)) {
                if (!takes(condition, left, alias, t) && !isTenant(condition, alias, link.other())) {
                    return false;
                }
            }
        }
        return left.isEmpty();
    }

    private static boolean takes(String condition, List<String> left, String alias, TenantTable t) {
        String[] sides = condition.split(" = ", -1);
        return sides.length == 2
                && (left.remove(unqualified(sides[0], alias) + "="
                                + unqualified(sides[1], t.table().name()))
                        || left.remove(unqualified(sides[1], alias) + "="
                                + unqualified(sides[0], t.table().name())));
    }

    private boolean isTenant(String condition, String alias, TenantTable parent) {
        return parent.column() != null
                && PolicyExpression.of("(" + condition.replace(alias + ".", "") + ")", parent.table())
                        .showsAllWith(parent.column(), gucs, false);
    }

    private static String unqualified(String column, String alias) {
        String prefix = alias + ".";
        String name = column.startsWith(prefix) ? column.substring(prefix.length()) : column;
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** The parts of {@code ((a) AND (b))}, without the parentheses around each. */
    static List<String> conjuncts(String text) {
        String inner = stripped(text);
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0 && inner.startsWith(" AND ", i)) {
                parts.add(stripped(inner.substring(from, i)));
                from = i + 5;
            }
        }
        parts.add(stripped(inner.substring(from)));
        return parts;
    }

    /** Without a pair of parentheses that encloses all of it. */
    private static String stripped(String text) {
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

    private static String names(List<Policy> policies) {
        return String.join(", ", policies.stream().map(Policy::name).toList());
    }
}
