package io.tenantwarden.tests.classes;

import io.tenantwarden.tests.classes.StatementClass.Mode;
import io.tenantwarden.tests.classes.StatementClass.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Runs the example of a statement class on one server, with and without the injection before the same Sync, and compares
 * all that the server answered. Not thread-safe.
 */
final class Experiment {

    /** One setting: the statement that PIPELINED.md chose, one row less than {@code select set_config(...)} has. */
    static final String ONE_SETTING = "select where set_config('app.tenant_id', $1, true) is null /* tenant-warden */";

    /**
     * Several settings: OR, because {@code set_config} is never null and AND would stop after the first of them.
     */
    static final String THREE_SETTINGS = "select where set_config('app.tenant_id', $1, true) is null"
            + " or set_config('app.user_id', $2, true) is null or set_config('app.is_platform', $3, true) is null"
            + " /* tenant-warden */";

    /** pgjdbc executes a statement whose result nobody wants with a limit of one row. */
    private static final int ROWS_OF_INJECTION = 1;

    private static final String TENANT = "a";
    private static final Set<String> COUNTING_TAGS =
            Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "FETCH", "MOVE");

    /** What comes before the example. */
    private enum Variant {
        /** Nothing. */
        UNSCOPED,
        /** A session-level set with a Sync of its own, before anything else: what the injection is compared with. */
        SET_BEFORE,
        /** The injection of one setting, in the Sync group of the example. */
        INJECTED,
        /** The injection of three settings, in the Sync group of the example. */
        INJECTED_THREE
    }

    /**
     * What was found.
     *
     * @param same nothing but the rows of the tenant is different
     * @param readsRows the answer depends on whether a tenant is set
     * @param rows unscoped / tenant set before / injected: number of rows, SQLSTATE when it failed, ok when there is
     *     nothing to count
     * @param remark what is different, empty when same
     */
    record Verdict(boolean same, boolean readsRows, String rows, String remark) {}

    private final Fixture fixture;
    private final boolean three;

    Experiment(Fixture fixture, boolean three) {
        this.fixture = fixture;
        this.three = three;
    }

    Verdict measure(StatementClass example, Mode mode) throws IOException {
        List<String> unscoped = run(example, mode, Variant.UNSCOPED);
        List<String> before = run(example, mode, Variant.SET_BEFORE);
        List<String> injected = run(example, mode, Variant.INJECTED);
        if (three) {
            List<String> injectedThree = run(example, mode, Variant.INJECTED_THREE);
            if (!injectedThree.equals(injected)) {
                throw new AssertionError(example.id() + ", " + mode + ": one setting gives " + injected
                        + ", three settings give " + injectedThree);
            }
        }
        // an error of ours ends the Sync group, so the application gets it as its own
        List<String> seen = injected.stream()
                .map(line -> line.replaceFirst("^injection (?=ERROR )", ""))
                .toList();
        boolean same = seen.equals(before);
        return new Verdict(
                same,
                !unscoped.equals(before),
                rows(unscoped) + "/" + rows(before) + "/" + rows(injected),
                same ? "" : difference(before, injected));
    }

    private List<String> run(StatementClass example, Mode mode, Variant variant) throws IOException {
        String change = fixture.lastChange();
        boolean rolledBack;
        List<String> answer;
        try (WireClient client = fixture.connect(example.role())) {
            for (String sql : example.session()) {
                Fixture.must(client, sql);
            }
            if (variant == Variant.SET_BEFORE) {
                Fixture.must(client, "SELECT set_config('app.tenant_id', '" + TENANT + "', false)");
            }
            if (mode == Mode.LATER) {
                client.execute("BEGIN", 0).query("SELECT 1").sync().exchange();
                for (String sql : example.inside()) {
                    client.query(sql).sync().exchange();
                }
            }
            WireClient.Reply reply = measured(client, example, mode, variant);
            answer = new ArrayList<>(withoutInjection(reply, example, mode, variant));
            if (example.probe() != null && reply.status() != 'E') {
                client.simple(example.probe()).exchange().lines().forEach(line -> answer.add("probe " + line));
            }
            rolledBack = mode != Mode.AUTOCOMMIT && reply.status() != 'I';
            if (reply.status() != 'I') {
                Fixture.must(client, "ROLLBACK");
            }
        }
        boolean changed = example.dirty() || !change.equals(fixture.lastChange());
        boolean undone = rolledBack && example.session().isEmpty() && !example.dirty();
        if (!undone
                && (example.role() == StatementClass.Role.SUPER && changed
                        || !example.cleanup().isEmpty())) {
            fixture.renew(example.cleanup());
        } else if (!undone && changed) {
            fixture.restore();
        }
        return answer;
    }

    /** The Sync group under test, message by message. */
    private static WireClient.Reply measured(WireClient client, StatementClass example, Mode mode, Variant variant)
            throws IOException {
        boolean simple = example.protocol() == Protocol.SIMPLE;
        if (mode == Mode.FIRST) {
            client.execute("BEGIN", 0);
        }
        inject(client, variant);
        if (simple) {
            if (mode == Mode.FIRST) {
                // the driver's BEGIN before COPY has a Sync of its own; the injection goes with it
                client.sync().exchange();
            }
            return client.simple(example.sql()).exchange(example.copyData(), false);
        }
        client.query(example.sql());
        if (example.copyData() != null) {
            return client.flush().exchange(example.copyData(), true);
        }
        return client.sync().exchange();
    }

    private static void inject(WireClient client, Variant variant) {
        if (variant == Variant.INJECTED) {
            client.execute(ONE_SETTING, ROWS_OF_INJECTION, TENANT);
        } else if (variant == Variant.INJECTED_THREE) {
            client.execute(THREE_SETTINGS, ROWS_OF_INJECTION, TENANT, "u1", "off");
        }
    }

    private static List<String> withoutInjection(
            WireClient.Reply reply, StatementClass example, Mode mode, Variant variant) {
        boolean injectedBefore = example.protocol() == Protocol.SIMPLE && mode == Mode.FIRST;
        if (injectedBefore || variant == Variant.UNSCOPED || variant == Variant.SET_BEFORE) {
            return reply.lines();
        }
        return reply.withoutStatement(mode == Mode.FIRST ? 1 : 0, "tag SELECT 0");
    }

    private static String rows(List<String> answer) {
        for (String line : answer) {
            if (line.contains("ERROR ")) {
                return line.substring(line.indexOf("ERROR ") + 6).split(" ", 2)[0];
            }
        }
        List<String> probed =
                answer.stream().filter(line -> line.startsWith("probe row ")).toList();
        if (probed.size() == 1) {
            return probed.get(0).substring("probe row ".length());
        }
        if (answer.stream().anyMatch(line -> line.startsWith("probe "))) {
            return String.valueOf(probed.size());
        }
        String rows = "ok";
        for (String line : answer) {
            String[] words = line.split(" ");
            if (words[0].equals("tag") && COUNTING_TAGS.contains(words[1]) && words.length > 2) {
                rows = words[words.length - 1];
            }
        }
        long delivered = answer.stream().filter(line -> line.startsWith("row ")).count();
        return rows.equals("ok") && delivered > 0 ? String.valueOf(delivered) : rows;
    }

    private static String difference(List<String> before, List<String> injected) {
        List<String> lost = new ArrayList<>(before);
        injected.forEach(lost::remove);
        List<String> gained = new ArrayList<>(injected);
        before.forEach(gained::remove);
        if (lost.isEmpty() && gained.isEmpty()) {
            return "same lines in another order";
        }
        return "without: " + summary(lost) + "; with: " + summary(gained);
    }

    private static String summary(List<String> lines) {
        List<String> telling = lines.stream()
                .filter(line -> !line.startsWith("no result") && !line.startsWith("columns "))
                .map(line -> line.replaceAll(" \\[[PDHW] .*", ""))
                .toList();
        if (telling.isEmpty()) {
            return "nothing";
        }
        return String.join(", ", telling.size() > 4 ? telling.subList(0, 4) : telling);
    }
}
