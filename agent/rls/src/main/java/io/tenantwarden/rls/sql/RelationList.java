package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Relations in order of appearance, each once. Used by one thread. */
final class RelationList {

    /** Below this number the list is searched, above it a set is kept. */
    private static final int SMALL = 16;

    private List<Relation> list = List.of();
    private Set<Relation> set;

    /** How many were added or compared: what the tests count. */
    long steps;

    void add(Relation relation) {
        steps++;
        if (list.isEmpty()) {
            list = new ArrayList<>(2);
        } else if (set != null) {
            if (!set.add(relation)) {
                return;
            }
        } else {
            steps += list.size();
            if (list.contains(relation)) {
                return;
            }
            if (list.size() == SMALL) {
                set = new HashSet<>(list);
                set.add(relation);
            }
        }
        list.add(relation);
    }

    void addAll(RelationList others) {
        for (int i = 0; i < others.list.size(); i++) {
            add(others.list.get(i));
        }
    }

    int size() {
        return list.size();
    }

    /** From the given position on. */
    List<Relation> from(int position) {
        return list.subList(position, list.size());
    }

    /** To be called at the end. */
    List<Relation> toList() {
        return list.isEmpty() ? List.of() : Collections.unmodifiableList(list);
    }
}
