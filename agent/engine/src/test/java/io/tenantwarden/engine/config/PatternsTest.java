package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "com.acme.Foo#bar                | com.acme.Foo      | bar    | -1  | -",
                "com.acme.Foo#bar()              | com.acme.Foo      | bar    | -1  | -",
                "com.acme.*#run(0.tenantId)      | com.acme.*        | run    | 0   | tenantId",
                "com.acme.Outer$Inner#run*(2.a.b)| com.acme.Outer$Inner | run* | 2  | a.b",
                "com.*.Job#*(254)                | com.*.Job         | *      | 254 | -",
                "Main#main                       | Main              | main   | -1  | -",
                "com.acme.Größe#messen( 1 )      | com.acme.Größe    | messen | 1   | -",
            })
    void methodPatternsAreRead(String text, String classPattern, String method, int argument, String path) {
        MethodPattern pattern = MethodPattern.parse(text);

        assertEquals(
                new MethodPattern(
                        classPattern, method, argument, path == null ? List.of() : List.of(path.split("\\.")), text),
                pattern);
        assertEquals(classPattern.indexOf('*') < 0, pattern.namesOneClass());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "com.acme.Foo",
                "com.acme.Foo#",
                "#bar",
                ".com.acme.Foo#bar",
                "com..Foo#bar",
                "com.acme.Foo.#bar",
                "com.acme.Foo#<init>",
                "com.acme.1Foo#bar",
                "com acme.Foo#bar",
                "*#bar",
                "*.Foo#bar",
                "c*.acme.Foo#bar",
                "com.acme.Foo#bar#baz",
                "com.acme.Foo#bar(",
                "com.acme.Foo#bar)",
                "com.acme.Foo#bar(0)x",
                "com.acme.Foo#bar(0",
                "com.acme.Foo#bar(x)",
                "com.acme.Foo#bar(-1)",
                "com.acme.Foo#bar(255)",
                "com.acme.Foo#bar(99999999999)",
                "com.acme.Foo#bar(0.)",
                "com.acme.Foo#bar(0..a)",
                "com.acme.Foo#bar(0[)",
                "com.acme.Foo#bar(0[-1])",
                "com.acme.Foo#bar(0.get(a))",
                "com.acme.Foo#bar([0])",
                "com.acme.Foo#bar(0.*)",
                "com.acme.Foo#bar(0)(1)",
                "com.acme.Foo\u0000#bar",
            })
    void methodPatternsAreRefused(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> MethodPattern.parse(text));

        assertTrue(e.getMessage().contains("for instance com.acme.Foo#bar"), e.getMessage());
    }

    @Test
    void aPathFromAnArgumentMayHoldElements() {
        assertEquals(
                List.of("ids", "[0]", "get(\"x\")", "a"),
                MethodPattern.parse("com.acme.Foo#bar(0.ids[0].get(\"x\").a())").path());
        assertEquals(
                List.of("['tenant']"),
                MethodPattern.parse("com.acme.Foo#bar(1['tenant'])").path());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> MethodPattern.parse("com.acme.Foo#bar(0.ids[x])"))
                .getMessage();
        assertTrue(message.contains("[0]") && message.contains("[\"tenant\"]"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "com.acme.Foo#x, com.acme.Foo, true",
        "com.acme.Foo#x, com.acme.FooBar, false",
        "com.acme.Foo#x, xcom.acme.Foo, false",
        "com.acme.Foo#x, com.acme.Foo$1, false",
        "com.acme.Foo*#x, com.acme.Foo$1, true",
        "com.acme.*#x, com.acme.Foo, true",
        "com.acme.*#x, com.acme.Foo$Inner, true",
        "com.acme.*#x, com.acme.sub.Foo, false",
        "com.acme.*#x, com.acmeother.Foo, false",
        "com.*.jobs.*Job#x, com.acme.jobs.NightlyJob, true",
        "com.*.jobs.*Job#x, com.acme.sub.jobs.NightlyJob, false",
        "com.*.jobs.*Job#x, com.acme.jobs.JobList, false",
        "com.acme.*a*b#x, com.acme.xaxbxb, true",
    })
    void classesMatch(String pattern, String className, boolean expected) {
        assertEquals(expected, MethodPattern.parse(pattern).matchesClass(className));
    }

    @ParameterizedTest
    @CsvSource({
        "run, run, true",
        "run, runFor, false",
        "run*, runFor, true",
        "*, anything, true",
        "*For, runFor, true",
        "*For, runForAll, false",
        "r*n*r, runner, true"
    })
    void methodsMatch(String pattern, String method, boolean expected) {
        assertEquals(expected, MethodPattern.parse("com.acme.A#" + pattern).matchesMethod(method));
    }

    @ParameterizedTest
    @CsvSource({
        "public.invoices, public, invoices, true",
        "public.invoices, auth, invoices, false",
        "public.invoices, public, Invoices, false",
        "public.audit_*, public, audit_2024, true",
        "*.invoices, auth, invoices, true",
        "*.*, any, thing, true",
        "t_*.*_log, t_42, access_log, true",
        "t_*.*_log, t_42, access_logs, false",
    })
    void tablesMatch(String pattern, String schema, String table, boolean expected) {
        assertEquals(expected, TablePattern.parse(pattern).matches(schema, table));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invoices", ".invoices", "public.", "a.b.c", "public.\"Inv\"", "public.in voices", "."})
    void tablePatternsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> TablePattern.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "metrics@*, metrics, jdbc:postgresql://db/app, true",
        "metrics@*, app, jdbc:postgresql://db/app, false",
        "*@jdbc:postgresql://*/reporting, any, jdbc:postgresql://db:5432/reporting, true",
        "*@jdbc:postgresql://*/reporting, any, jdbc:postgresql://db:5432/app, false",
        "@jdbc:h2:*, , jdbc:h2:mem:x, true",
    })
    void connectionsMatch(String pattern, String user, String url, boolean expected) {
        assertEquals(expected, ConnectionPattern.parse(pattern).matches(user, url));
    }

    @ParameterizedTest
    @ValueSource(strings = {"metrics", "*", "*@*", "**@", "@"})
    void connectionPatternsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ConnectionPattern.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"app:hunter2@jdbc:postgresql://db/app"})
    void aConnectionPatternIsNotPrinted(String text) {
        assertFalse(ConnectionPattern.parse(text).toString().contains("hunter2"));
    }
}
