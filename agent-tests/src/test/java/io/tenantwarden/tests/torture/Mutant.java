package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.MutantJar.Change;
import io.tenantwarden.tests.torture.MutantJar.ComparesWithNull;
import io.tenantwarden.tests.torture.MutantJar.Gives;
import io.tenantwarden.tests.torture.MutantJar.KeepsFirst;
import io.tenantwarden.tests.torture.MutantJar.LeavesOut;
import io.tenantwarden.tests.torture.MutantJar.LeavesOutDuringForcedSync;
import io.tenantwarden.tests.torture.MutantJar.Reads;
import io.tenantwarden.tests.torture.MutantJar.ReturnsForFlag;
import java.util.List;

/**
 * A mistake that somebody could make in the agent. The torture test must find each of them.
 *
 * @param name for the table
 * @param breaks the promise that it breaks
 * @param changes what is changed in the jar
 */
record Mutant(String name, String breaks, List<Change> changes) {

    private static final String INJECTOR = "io.tenantwarden.engine.inject.Injector";
    private static final String PIPELINED = "io.tenantwarden.engine.inject.PipelinedInjector";
    private static final String WIRE = "io.tenantwarden.engine.inject.WireState";
    private static final String SHAPE = "io.tenantwarden.engine.inject.DriverShape";
    private static final String SESSION = "io.tenantwarden.engine.session.Session";
    private static final String METHODS = "io.tenantwarden.engine.policy.MethodScopes";

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "rollback-to",
                    "injection is skipped after ROLLBACK TO: what holds is believed to be what held before",
                    List.of(new LeavesOut(INJECTOR, "beforeStatement", WIRE, "forget"))),
            new Mutant(
                    "after-commit",
                    "injection is skipped in the transaction after COMMIT or ROLLBACK",
                    List.of(new Gives(WIRE, "reset", false), new Gives(WIRE, "transactionMayHaveEnded", false))),
            new Mutant(
                    "commit-inside",
                    "COMMIT inside a string of statements, or AND CHAIN, is not known to end the transaction",
                    List.of(new Gives(WIRE, "transactionMayHaveEnded", false))),
            new Mutant(
                    "forced-sync",
                    "injection is skipped after the Sync that the driver forces in a large batch",
                    List.of(new LeavesOutDuringForcedSync(INJECTOR, "readyForQuery", WIRE, "reset"))),
            new Mutant(
                    "ready-for-query",
                    "what holds is not forgotten when ReadyForQuery says that no transaction is open",
                    List.of(new LeavesOut(INJECTOR, "readyForQuery", WIRE, "reset"))),
            new Mutant(
                    "open-portal",
                    "the scope changes while a result set or cursor of another scope is open",
                    List.of(new Gives(WIRE, "portalsBelongTo", true))),
            new Mutant(
                    "sql-cursor",
                    "cursors that were declared in SQL are not counted as open",
                    List.of(new Gives(WIRE, "opensSqlCursor", false))),
            new Mutant(
                    "before-commit",
                    "the tenant is not restored before COMMIT: deferred triggers run as a bypass",
                    List.of(new Gives(INJECTOR, "atCommit", false))),
            new Mutant(
                    "describe",
                    "a statement that is only described counts as executed",
                    List.of(
                            new Gives(SHAPE, "describesOnly", false),
                            new ReturnsForFlag(SHAPE, "send", 4, "flagDescribeOnly"))),
            new Mutant("unknown", "unknown is treated as set", List.of(new Reads(WIRE, "holds", "unknown", false))),
            new Mutant(
                    "failed",
                    "after a failed statement that the driver's autosave rolled back, its values are believed to hold",
                    List.of(new Gives(WIRE, "failed", false), new LeavesOut(PIPELINED, "ofDriver", WIRE, "forget"))),
            new Mutant(
                    "none",
                    "the none-value is not sent when a scope ends in an open transaction",
                    List.of(new LeavesOut(INJECTOR, "holds", WIRE, "isTouched"))),
            new Mutant(
                    "captured",
                    "the scope captured at checkout is not overwritten at the next borrow",
                    List.of(
                            new KeepsFirst(SESSION, "capture", "captured", "NONE"),
                            new Gives(SESSION, "release", false))),
            new Mutant(
                    "tamper",
                    "what the application sets inside a scope is trusted",
                    List.of(new Gives(INJECTOR, "distrust", false), new Gives(WIRE, "applicationSets", false))),
            new Mutant(
                    "stale-values",
                    "the values that were bound first are sent for every scope",
                    List.of(new ComparesWithNull(PIPELINED, "along", "written"))),
            new Mutant(
                    "bypass-leaks",
                    "a bypass method is not left when it returns",
                    List.of(new Gives(METHODS, "leave", false))));

    static Mutant named(String name) {
        return ALL.stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no mutant " + name + ", there are "
                        + ALL.stream().map(Mutant::name).toList()));
    }
}
