package io.tenantwarden.rls.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What calls functions without a statement that names them, by object ids. Filled by one thread, then read by any. */
final class RoutineUses {

    static final RoutineUses NONE = new RoutineUses();

    private final Map<Long, List<Trigger>> triggers = new HashMap<>();
    private final Map<Long, List<Long>> views = new HashMap<>();
    private final Map<Long, List<Trigger>> rules = new HashMap<>();
    private final Map<Long, List<Long>> columns = new HashMap<>();
    private final Map<Long, List<Long>> calls = new HashMap<>();
    private final Map<Long, List<Long>> bodies = new HashMap<>();

    /**
     * A trigger or its condition, or a rule.
     *
     * @param function what it calls
     * @param type {@code tgtype}, of a rule the bit for its command
     */
    record Trigger(long function, int type) {

        boolean isFiredBy(int events) {
            return (type & events) != 0;
        }
    }

    void add(String kind, long user, long used, int type) {
        switch (kind) {
            case "trigger" ->
                triggers.computeIfAbsent(user, k -> new ArrayList<>(1)).add(new Trigger(used, type));
            case "view" -> add(views, user, used);
            case "rule" -> rules.computeIfAbsent(user, k -> new ArrayList<>(1)).add(new Trigger(used, type));
            case "column" -> add(columns, user, used);
            case "call" -> add(calls, user, used);
            default -> add(bodies, user, used);
        }
    }

    private static void add(Map<Long, List<Long>> map, long user, long used) {
        map.computeIfAbsent(user, k -> new ArrayList<>(1)).add(used);
    }

    /** Whether reading a relation can lead to a function. */
    boolean haveViews() {
        return !views.isEmpty();
    }

    /** Whether writing one can. */
    boolean haveTriggers() {
        return !triggers.isEmpty() || !columns.isEmpty() || !rules.isEmpty();
    }

    /** The triggers of a table that are enabled and call a function that is not the system's. */
    List<Trigger> triggers(long table) {
        return triggers.getOrDefault(table, List.of());
    }

    /** The functions that a view's query calls. */
    List<Long> ofView(long view) {
        return views.getOrDefault(view, List.of());
    }

    /** The functions that rules for changes of a relation call. */
    List<Trigger> rules(long relation) {
        return rules.getOrDefault(relation, List.of());
    }

    /** The functions that defaults, generated columns and checks of a table call. */
    List<Long> ofColumns(long table) {
        return columns.getOrDefault(table, List.of());
    }

    /** The functions that a function depends on: of a parsed body, of an aggregate, of defaults of arguments. */
    List<Long> calls(long function) {
        return calls.getOrDefault(function, List.of());
    }

    /** The relations that a parsed body names. */
    List<Long> body(long function) {
        return bodies.getOrDefault(function, List.of());
    }
}
