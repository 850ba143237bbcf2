package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What to do about a finding: SQL that may be pasted, in any order with that of other findings and more than once; with
 * words as SQL comments around it, or words alone where somebody has to decide. Used by one thread.
 */
final class Fix {

    /** Stands for the owner of what only a superuser may change. */
    static final String SUPERUSER = "";

    private final List<String> lines = new ArrayList<>();
    private final Set<String> owners = new TreeSet<>();
    private boolean sql;

    /** Phrases alone. */
    static Fix decide(String words) {
        return new Fix().note(words);
    }

    /** One statement, with its semicolon, that the owner of the object may run. */
    static Fix sql(String owner, String statement) {
        return new Fix().then(owner, statement);
    }

    /** Adds a statement, with its semicolon, that this role may run. */
    Fix then(String owner, String statement) {
        add(statement);
        owners.add(owner);
        sql = true;
        return this;
    }

    /** Says that the statements need the rights of this role as well. */
    Fix by(String owner) {
        owners.add(owner);
        return this;
    }

    /** Adds words, one sentence or more. */
    Fix note(String words) {
        // names may hold line breaks, which would end the comment
        add("-- " + words.replaceAll("\\p{Cntrl}", " "));
        return this;
    }

    /** Adds all of another, but for what is there already. */
    Fix and(Fix other) {
        other.lines.forEach(this::add);
        owners.addAll(other.owners);
        sql |= other.sql;
        return this;
    }

    private void add(String line) {
        if (!lines.contains(line)) {
            lines.add(line);
        }
    }

    /** Whether there is anything to run. */
    boolean hasSql() {
        return sql;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** As it stands in a finding: one statement or comment a line, who has to run it first when the role may not. */
    String text(RoleFacts role) {
        String all = String.join("\n", lines);
        Set<String> others = owners.stream()
                .filter(o -> !role.superuser() && !role.roles().contains(o))
                .collect(Collectors.toCollection(TreeSet::new));
        if (others.isEmpty()) {
            return all;
        }
        boolean superuser = others.remove(SUPERUSER);
        String who = superuser
                ? "a superuser"
                : others.size() == 1
                        ? others.iterator().next() + " or a superuser"
                        : "a superuser, or each by the owner: " + String.join(", ", others);
        return "-- to be run by " + who.replaceAll("\\p{Cntrl}", " ") + "\n" + all;
    }
}
