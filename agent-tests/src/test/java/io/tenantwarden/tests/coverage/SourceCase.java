package io.tenantwarden.tests.coverage;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A scenario of tenant sources on one class path: what it covers, and what it cannot do without. */
public final class SourceCase {

    private static final String PACKAGE = "io.tenantwarden.tests.scenarios.";

    private final String name;
    private final String scenario;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private final List<Row> rows;
    private final List<Switch> switches;
    private final boolean everyJdk;
    private Consumer<AgentJvm> change = jvm -> {};

    SourceCase(String name, String scenario, boolean everyJdk, List<Row> rows, List<Switch> switches) {
        this.name = name;
        this.scenario = scenario;
        this.everyJdk = everyJdk;
        this.rows = rows;
        this.switches = switches;
    }

    SourceCase sources(String... sources) {
        for (int i = 0; i < sources.length; i++) {
            keys.put("tenant." + (i + 1), sources[i]);
        }
        return this;
    }

    SourceCase key(String key, String value) {
        keys.put(key, value);
        return this;
    }

    SourceCase with(Consumer<AgentJvm> more) {
        change = change.andThen(more);
        return this;
    }

    public String name() {
        return name;
    }

    /** Simple name of the scenario's class. */
    public String scenario() {
        return scenario;
    }

    public List<Row> rows() {
        return rows;
    }

    public List<Switch> switches() {
        return switches;
    }

    /** Whether the ordinary test run tries it on every JDK. */
    public boolean everyJdk() {
        return everyJdk;
    }

    /** What changes classes, and what reads where nothing has to be changed: off at once, every test must fail. */
    public Switch everything() {
        Set<String> methods = new LinkedHashSet<>();
        Set<String> tests = new LinkedHashSet<>();
        for (boolean advice : new boolean[] {true, false}) {
            for (Switch one : switches) {
                if (one.advice() == advice && (advice || !tests.containsAll(one.tests()))) {
                    methods.addAll(one.methods());
                    tests.addAll(one.tests());
                }
            }
        }
        return new Switch("everything", true, methods, tests);
    }

    /** The scenario in a JVM of its own, ready to run. */
    public Forked forked(Jdk jdk) {
        try {
            Forked forked = Forked.scenario(Class.forName(PACKAGE + scenario))
                    .database(TestDatabase.create(18))
                    .on(jdk)
                    .named(name)
                    .warden("log", "stderr")
                    .with(change);
            keys.forEach(forked::warden);
            return forked;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static Set<String> set(String... names) {
        return new LinkedHashSet<>(Arrays.asList(names));
    }

    @Override
    public String toString() {
        return name;
    }
}
