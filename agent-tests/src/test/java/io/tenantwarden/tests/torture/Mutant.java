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
 * @param enforce whether it shows in {@code enforce} only, where something is refused
 * @param held whether it shows with {@code warden.hold=session} only
 * @param role whether it shows with {@code warden.role} only
 * @param changes what is changed in the jar
 */
record Mutant(String name, String breaks, boolean enforce, boolean held, boolean role, List<Change> changes) {

    Mutant(String name, String breaks, boolean enforce, List<Change> changes) {
        this(name, breaks, enforce, false, false, changes);
    }

    Mutant(String name, String breaks, boolean enforce, boolean held, List<Change> changes) {
        this(name, breaks, enforce, held, false, changes);
    }

    private static final String INJECTOR = "io.tenantwarden.engine.inject.Injector";
    private static final String VIEW = "io.tenantwarden.engine.inject.WireView";
    private static final String EFFECTS = "io.tenantwarden.engine.inject.StatementEffects";
    private static final String PIPELINED = "io.tenantwarden.engine.inject.PipelinedTransport";
    private static final String WIRE = "io.tenantwarden.engine.inject.WireState";
    private static final String SHAPE = "io.tenantwarden.engine.inject.DriverShape";
    private static final String HELD = "io.tenantwarden.engine.inject.HeldValues";
    private static final String ASSIGNMENT = "io.tenantwarden.engine.inject.Assignment";
    private static final String CHECKOUT = "io.tenantwarden.engine.session.Checkout";
    private static final String NAMES = "io.tenantwarden.engine.session.RelationNames";
    private static final String LEXER = "io.tenantwarden.rls.sql.SqlLexer";
    private static final String CANDIDATES = "io.tenantwarden.instrumentation.Candidates";
    private static final String METHODS = "io.tenantwarden.engine.policy.MethodScopes";

    private static final String INJECTED = "io.tenantwarden.engine.inject.InjectedRole";
    private static final String ROLE = "io.tenantwarden.engine.inject.LiveRole";

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "rollback-to",
                    "injection is skipped after ROLLBACK TO: what holds is believed to be what held before",
                    false,
                    List.of(new LeavesOut(EFFECTS, "note", WIRE, "forget"))),
            new Mutant(
                    "after-commit",
                    "injection is skipped in the transaction after COMMIT or ROLLBACK",
                    false,
                    List.of(new Gives(WIRE, "reset", false), new Gives(WIRE, "transactionMayHaveEnded", false))),
            new Mutant(
                    "commit-inside",
                    "COMMIT inside a string of statements, or AND CHAIN, is not known to end the transaction",
                    false,
                    List.of(new Gives(WIRE, "transactionMayHaveEnded", false))),
            new Mutant(
                    "forced-sync",
                    "injection is skipped after the Sync that the driver forces in a large batch",
                    false,
                    List.of(new LeavesOutDuringForcedSync(INJECTOR, "readyForQuery", WIRE, "reset"))),
            new Mutant(
                    "ready-for-query",
                    "what holds is not forgotten when ReadyForQuery says that no transaction is open",
                    false,
                    List.of(new LeavesOut(INJECTOR, "readyForQuery", WIRE, "reset"))),
            new Mutant(
                    "open-portal",
                    "the scope changes while a result set or cursor of another scope is open",
                    false,
                    List.of(new Gives(WIRE, "portalsBelongTo", true))),
            new Mutant(
                    "sql-cursor",
                    "cursors that were declared in SQL are not counted as open",
                    false,
                    List.of(new Gives(WIRE, "opensSqlCursor", false))),
            new Mutant(
                    "before-commit",
                    "the tenant is not restored before COMMIT: deferred triggers run as a bypass",
                    false,
                    List.of(new Gives(VIEW, "atCommit", false))),
            new Mutant(
                    "describe",
                    "a statement that is only described counts as executed",
                    false,
                    List.of(
                            new Gives(SHAPE, "describesOnly", false),
                            new ReturnsForFlag(SHAPE, "send", 4, "flagDescribeOnly"))),
            new Mutant(
                    "unknown", "unknown is treated as set", false, List.of(new Reads(WIRE, "holds", "unknown", false))),
            new Mutant(
                    "failed",
                    "after a failed statement that the driver's autosave rolled back, its values are believed to hold",
                    false,
                    List.of(new Gives(WIRE, "failed", false), new LeavesOut(PIPELINED, "ofDriver", WIRE, "forget"))),
            new Mutant(
                    "none",
                    "the none-value is not sent when a scope ends in an open transaction",
                    false,
                    List.of(new LeavesOut(VIEW, "isInForce", WIRE, "isTouched"))),
            new Mutant(
                    "captured",
                    "the scope captured at checkout is not overwritten at the next borrow",
                    false,
                    List.of(
                            new KeepsFirst(CHECKOUT, "capture", "captured", "NONE"),
                            new Gives(CHECKOUT, "release", false))),
            new Mutant(
                    "tamper",
                    "what the application sets inside a scope is trusted",
                    false,
                    List.of(
                            new Gives(INJECTOR, "distrust", false),
                            new Gives(WIRE, "applicationSets", false),
                            new Gives(WIRE, "setInScope", false))),
            new Mutant(
                    "stale-values",
                    "the values that were bound first are sent for every scope",
                    false,
                    List.of(new ComparesWithNull(PIPELINED, "bind", "written"))),
            new Mutant(
                    "bypass-leaks",
                    "a bypass method is not left when it returns",
                    false,
                    List.of(new Gives(METHODS, "leave", false))),
            new Mutant(
                    "driver",
                    "no class of the driver is changed, and everything goes on",
                    false,
                    List.of(new Gives(CANDIDATES, "of", false), new Gives(CANDIDATES, "isGuarded", false))),
            new Mutant(
                    "uescape",
                    "UESCAPE is not read: the name of the setting is another one than the server's",
                    true,
                    List.of(new Gives(LEXER, "unicodeEscape", false))),
            new Mutant(
                    "search-path",
                    "the search path of the connection is believed to stay what it was",
                    true,
                    List.of(new Gives(NAMES, "pathChanges", false))),
            new Mutant(
                    "hold-rollback",
                    "hold=session: what was set in a transaction is believed to stand after its ROLLBACK",
                    false,
                    true,
                    List.of(
                            new Reads(HELD, "idle", "block", false),
                            new LeavesOut(EFFECTS, "note", WIRE, "transactionMayHaveEnded"))),
            new Mutant(
                    "hold-error",
                    "hold=session: what was set beside a statement that failed is believed to stand",
                    false,
                    true,
                    List.of(new Gives(HELD, "executionFailed", false))),
            new Mutant(
                    "hold-discard",
                    "hold=session: RESET and DISCARD are believed to leave what stands",
                    false,
                    true,
                    List.of(new Gives(EFFECTS, "noteSettings", false))),
            new Mutant(
                    "hold-other-tenant",
                    "hold=session: what stands is not sent again for another tenant",
                    false,
                    true,
                    List.of(new Gives(ASSIGNMENT, "sameValues", true))),
            ofRole("role-not-sent", "warden.role is not sent", new Gives(INJECTED, "missing", false)),
            ofRole(
                    "role-after-rollback",
                    "the role is believed to hold after ROLLBACK TO and whatever else makes the values unknown",
                    new LeavesOut(WIRE, "forget", ROLE, "forget")),
            ofRole(
                    "bypass-keeps-role",
                    "a bypass in an open transaction keeps the role of the scope before it",
                    new Gives(ROLE, "isLogin", true)),
            ofRole(
                    "role-after-bypass",
                    "what follows a bypass in an open transaction keeps the role of the login",
                    new Gives(ROLE, "holds", true)));

    private static Mutant ofRole(String name, String breaks, Change change) {
        return new Mutant(name, breaks, false, false, true, List.of(change));
    }

    static Mutant named(String name) {
        return ALL.stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no mutant " + name + ", there are "
                        + ALL.stream().map(Mutant::name).toList()));
    }
}
