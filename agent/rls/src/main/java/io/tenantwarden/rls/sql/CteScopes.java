package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in a statement the names of its common table expressions hold, and which of the names in the place of tables mean
 * one. A name holds from the end of its own query on, or with RECURSIVE from WITH on, to the end of the query or command
 * that the WITH belongs to. Because of RECURSIVE that is known only at the end of the statement: what is named after the
 * first WITH waits for it. Used by one thread; positions are those of tokens in the text.
 */
final class CteScopes {

    private boolean used;

    // those that hold here, the innermost last
    private String[] names = {};
    private int[] begins = {};
    private int open;

    private final Map<String, Spans> closed = new HashMap<>(0);

    private final List<Relation> waiting = new ArrayList<>(0);
    private int[] positions = {};

    /** How many names, spans and look-ups there were: what the tests count. */
    long steps;

    /** Parts of the text, disjoint and in order. */
    private final class Spans {

        private int[] edges = new int[2];
        private int count;

        /** Parts come by their ends, and lie in each other or beside each other. */
        void add(int begin, int end) {
            steps++;
            while (count > 0 && edges[count - 2] >= begin) {
                count -= 2;
                steps++;
            }
            if (count == edges.length) {
                edges = Arrays.copyOf(edges, count * 2);
            }
            edges[count++] = begin;
            edges[count++] = end;
        }

        boolean cover(int position) {
            int low = 0;
            int high = count / 2 - 1;
            while (low <= high) {
                steps++;
                int middle = (low + high) >>> 1;
                if (edges[middle * 2 + 1] < position) {
                    low = middle + 1;
                } else if (edges[middle * 2] > position) {
                    high = middle - 1;
                } else {
                    return true;
                }
            }
            return false;
        }
    }

    /** The statement has a WITH. */
    void use() {
        used = true;
    }

    boolean isUsed() {
        return used;
    }

    /** How many names hold here. */
    int open() {
        return open;
    }

    /** A name begins to hold. */
    void add(String name, int begin) {
        steps++;
        if (open == begins.length) {
            int size = Math.max(8, open * 2);
            names = Arrays.copyOf(names, size);
            begins = Arrays.copyOf(begins, size);
        }
        names[open] = name;
        begins[open] = begin;
        open++;
    }

    /** All but the first {@code remaining} names end to hold. */
    void close(int remaining, int end) {
        while (open > remaining) {
            open--;
            closed.computeIfAbsent(names[open], n -> new Spans()).add(begins[open], end);
            names[open] = null;
        }
    }

    /** A relation was named, or a common table expression. */
    void name(Relation relation, int position) {
        if (waiting.size() == positions.length) {
            positions = Arrays.copyOf(positions, Math.max(8, positions.length * 2));
        }
        positions[waiting.size()] = position;
        waiting.add(relation);
    }

    /** The statement has ended: adds what is a relation, and forgets everything. */
    void finish(int end, RelationList relations) {
        close(0, end);
        for (int i = 0; i < waiting.size(); i++) {
            steps++;
            Relation relation = waiting.get(i);
            // the target of a change is always a table, even where a common table expression has its name
            boolean plain = relation.schema() == null && !relation.write();
            Spans spans = plain ? closed.get(relation.name()) : null;
            if (spans == null || !spans.cover(positions[i])) {
                relations.add(relation);
            }
        }
        waiting.clear();
        closed.clear();
        used = false;
    }
}
