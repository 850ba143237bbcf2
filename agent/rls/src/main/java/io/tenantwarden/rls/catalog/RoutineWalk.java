package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.FunctionCall;
import io.tenantwarden.rls.sql.Program;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.TriggerEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Goes from a statement through functions, triggers, views and rules to the protected tables behind them, each once for each
 * role that it runs as. Used once, by one thread.
 */
final class RoutineWalk {

    private final Catalog catalog;
    private final Routines routines;
    private final List<String> statementPath;
    private final Deque<Step> waiting = new ArrayDeque<>();
    private final Set<Object> seen = new HashSet<>();

    private final TreeMap<String, CatalogTable> touched = new TreeMap<>();
    private final TreeMap<String, Exit> exits = new TreeMap<>();
    private final Set<String> functions = new TreeSet<>();
    private final Set<String> opaque = new TreeSet<>();
    private final Set<String> unknown = new TreeSet<>();
    private final Set<String> settings = new TreeSet<>();
    private final Set<String> changed = new TreeSet<>();
    private final Set<String> kept = new TreeSet<>();
    private boolean assumed;
    private boolean writes;

    /**
     * Where the walk stands.
     *
     * @param origin what the statement calls or fires, in words
     * @param definer the function whose owner's rights hold; null for those of the caller
     * @param path schemas of unqualified names; null when not known
     */
    private record Place(String origin, Routine definer, List<String> path) {}

    private record Step(Routine routine, Place from) {}

    private record Seen(long oid, RoutineOwner owner, List<String> path, int events) {}

    private record Exit(Routine definer, Set<String> tables) {}

    RoutineWalk(Catalog catalog, Routines routines, List<String> statementPath) {
        this.catalog = catalog;
        this.routines = routines;
        this.statementPath = statementPath;
    }

    // ---------------------------------------------------------------- where it begins

    void call(FunctionCall call) {
        call(call, new Place(null, null, statementPath));
    }

    /** A DO block. */
    void block(Program program) {
        Place place = new Place("DO", null, statementPath);
        if (program.dynamic()) {
            opaque.add("DO");
        }
        body(program, place);
    }

    /** A relation that the statement names: not the table itself, which needs no function to be found. */
    void named(Relation relation, int events) {
        if (!routines.uses().haveViews() && (events == 0 || !routines.uses().haveTriggers())) {
            return;
        }
        for (CatalogTable table : catalog.meant(relation, statementPath)) {
            uses(table, events, new Place(null, null, statementPath), false);
        }
    }

    // ---------------------------------------------------------------- steps

    private void call(FunctionCall call, Place from) {
        if (routines.isUnknown(call) && from.origin() == null) {
            unknown.add(call.name());
            return;
        }
        List<Routine> meant = routines.meant(call, from.path());
        assumed |= meant.size() > 1;
        for (Routine routine : meant) {
            add(routine, from, "function ");
        }
    }

    private void add(Long oid, Place from, String kind) {
        Routine routine = routines.byOid(oid);
        if (routine != null) {
            add(routine, from, kind);
        }
    }

    private void add(Routine routine, Place from, String kind) {
        RoutineOwner owner =
                routine.definer != null ? routine.definer : from.definer() == null ? null : from.definer().definer;
        List<String> path = routine.searchPath == null
                ? from.path()
                : SearchPath.of(routine.searchPath, owner == null ? "" : owner.name());
        if (seen.add(new Seen(routine.oid, owner, path, 0))) {
            String origin = from.origin() == null ? kind + routine.signature() : from.origin();
            Routine definer = routine.definer != null ? routine : from.definer();
            waiting.add(new Step(routine, new Place(origin, definer, path)));
        }
    }

    private void run() {
        for (Step step = waiting.poll(); step != null; step = waiting.poll()) {
            Routine routine = step.routine();
            Place place = step.from();
            settings.addAll(routine.settings);
            for (Long called : routines.uses().calls(routine.oid)) {
                add(called, place, "function ");
            }
            if (routine.atomic) {
                for (Long oid : routines.uses().body(routine.oid)) {
                    CatalogTable table = catalog.table(oid);
                    if (table != null) {
                        uses(table, routine.writes ? TriggerEvents.ANY : 0, place, true);
                    }
                }
            }
            Program program = routine.program();
            if (program != null) {
                if (program.dynamic()) {
                    opaque.add(routine.signature());
                }
                body(program, place);
            }
        }
    }

    private void body(Program program, Place place) {
        settings.addAll(program.settings());
        addOfApplication(program.changedSettings(), changed);
        addOfApplication(program.keptSettings(), kept);
        for (FunctionCall call : program.calls()) {
            call(call, place);
        }
        for (Relation relation : program.relations()) {
            List<CatalogTable> meant = catalog.meant(relation, place.path());
            assumed |= meant.size() > 1;
            int events = program.events(relation);
            for (CatalogTable table : meant) {
                uses(table, events, place, true);
            }
        }
    }

    /** Settings with a dot are the application's own. */
    private static void addOfApplication(Set<String> settings, Set<String> to) {
        for (String setting : settings) {
            if (setting.indexOf('.') > 0) {
                to.add(setting);
            }
        }
    }

    /**
     * A relation is read or written, and with it everything below: what views read and call, partitions, what rules use.
     *
     * @param events of which triggers; 0 when it is read
     * @param counts whether it is touched by this
     */
    private void uses(CatalogTable table, int events, Place place, boolean counts) {
        RoutineOwner owner = place.definer() == null ? null : place.definer().definer;
        if (!seen.add(new Seen(table.oid(), owner, counts ? place.path() : null, events | (counts ? 1 : 2)))) {
            return;
        }
        if (counts && table.isProtected()) {
            touches(table, events != 0, place);
        }
        for (Long function : routines.uses().ofView(table.oid())) {
            add(function, place, "view " + table.qualifiedName() + " calls ");
        }
        boolean view = table.kind() == CatalogTable.Kind.VIEW;
        for (CatalogTable below : catalog.reads(table)) {
            uses(below, view ? events : 0, place, counts);
        }
        if (events != 0) {
            changes(table, events, place, counts);
        }
    }

    private void changes(CatalogTable table, int events, Place place, boolean counts) {
        for (RoutineUses.Trigger trigger : routines.uses().triggers(table.oid())) {
            if (trigger.isFiredBy(events)) {
                add(trigger.function(), place, "trigger of " + table.qualifiedName() + ": ");
            }
        }
        if ((events & (TriggerEvents.INSERT | TriggerEvents.UPDATE)) != 0) {
            for (Long function : routines.uses().ofColumns(table.oid())) {
                add(function, place, "column of " + table.qualifiedName() + ": ");
            }
        }
        for (RoutineUses.Trigger rule : routines.uses().rules(table.oid())) {
            if (rule.isFiredBy(events)) {
                add(rule.function(), place, "rule of " + table.qualifiedName() + ": ");
            }
        }
        for (CatalogTable used : catalog.ruleUses(table)) {
            uses(used, TriggerEvents.ANY, place, counts);
        }
        for (String child : routines.uses().haveTriggers() ? table.children() : List.<String>of()) {
            CatalogTable partition = catalog.table(child);
            if (partition != null) {
                uses(partition, events, place, false);
            }
        }
    }

    private void touches(CatalogTable table, boolean written, Place place) {
        Routine definer = place.definer();
        if (definer != null && definer.definer.passesPoliciesOf(table)) {
            exits.computeIfAbsent(definer.signature(), k -> new Exit(definer, new TreeSet<>()))
                    .tables()
                    .add(table.qualifiedName());
        } else {
            touched.put(table.qualifiedName(), table);
            functions.add(place.origin());
            writes |= written;
        }
    }

    // ---------------------------------------------------------------- where it ends

    Resolution result() {
        run();
        touched.values().removeIf(this::isScopedByBody);
        List<FunctionExit> passages = new ArrayList<>();
        for (Map.Entry<String, Exit> exit : exits.entrySet()) {
            passages.add(new FunctionExit(
                    exit.getKey(),
                    exit.getValue().definer().definer.name(),
                    List.copyOf(exit.getValue().tables())));
        }
        return Resolution.behind(
                List.copyOf(touched.values()),
                assumed,
                writes,
                touched.isEmpty() ? List.of() : List.copyOf(functions),
                passages,
                List.copyOf(opaque),
                List.copyOf(unknown),
                List.copyOf(changed),
                List.copyOf(kept));
    }

    /** A body that sets what the table's policies read has chosen the tenant itself: it is the application's own helper. */
    private boolean isScopedByBody(CatalogTable table) {
        for (Policy policy : table.policies()) {
            for (String setting : policy.gucs()) {
                if (settings.contains(setting)) {
                    return true;
                }
            }
        }
        return table.policies().isEmpty() && settings.stream().anyMatch(setting -> setting.indexOf('.') > 0);
    }
}
