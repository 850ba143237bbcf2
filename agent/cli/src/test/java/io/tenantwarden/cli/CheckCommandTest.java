package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check}: a build fails with what is new, and with nothing else. */
class CheckCommandTest {

    @TempDir
    Path folder;

    private Path baseline;

    @BeforeEach
    void baseline() {
        baseline = folder.resolve("known.json");
    }

    private static SampleReport two() {
        return new SampleReport()
                .violation("0000000a", "unscoped-query", "com.acme.NightlyJob", "run", 42)
                .violation("0000000b", "unscoped-query", "com.acme.NightlyJob", "lambda$run$0", 57);
    }

    private Captured check(SampleReport report, String... more) throws Exception {
        return check(Map.of(), report, more);
    }

    private Captured check(Map<String, String> environment, SampleReport report, String... more) throws Exception {
        report.write(folder.resolve("target/warden-17.json"));
        List<String> arguments = new ArrayList<>(
                List.of("check", "--report", folder + "/target/warden-*.json", "--baseline", baseline.toString()));
        arguments.addAll(List.of(more));
        return Captured.run(environment, false, arguments.toArray(String[]::new));
    }

    private List<String> ids() throws Exception {
        return JsonParser.object().from(Files.readString(baseline)).getArray("violations").stream()
                .map(each -> ((JsonObject) each).getString("id"))
                .toList();
    }

    @Test
    void aMissingBaselineIsNoSilentPass() throws Exception {
        Captured run = check(two());
        assertEquals(3, run.exitCode(), run::toString);
        assertTrue(run.err().contains("--write-baseline"), run::toString);
        assertFalse(Files.exists(baseline), "nothing is written unasked");
        Files.writeString(baseline, "{}");
        assertEquals(3, check(two()).exitCode());
        Files.writeString(baseline, "");
        assertEquals(3, check(two(), "--write-baseline").exitCode(), "what is no report is not written over");
    }

    @Test
    void newOnesFailWithFileAndLineAndMovedLinesDoNot() throws Exception {
        assertEquals(0, check(two(), "--write-baseline").exitCode());
        assertEquals(List.of("0000000b", "0000000a"), ids());
        Captured same = check(two());
        assertEquals(0, same.exitCode(), same::toString);
        assertTrue(same.out().contains("new=0 known=2 sites=0"), same::toString);

        SampleReport moved = new SampleReport()
                .violation("0000000a", "unscoped-query", "com.acme.NightlyJob", "run", 142)
                .violation("0000000b", "unscoped-query", "com.acme.NightlyJob", "lambda$run$7", 157);
        assertEquals(0, check(moved).exitCode());

        Captured more = check(two().violation("0000000c", "unscoped-query", "com.acme.Hook", "received", 9));
        assertEquals(1, more.exitCode(), more::toString);
        assertTrue(
                more.out()
                        .contains("src/main/java/com/acme/Hook.java:9: new unscoped-query 0000000c: unscoped SELECT on"
                                + " public.invoices in com.acme.Hook.received\n"),
                more::toString);
        assertTrue(more.out().contains("new=1 known=2"), more::toString);
    }

    @Test
    void fewerNeverFailAndAreTakenOutOnlyWhenAsked() throws Exception {
        check(two(), "--write-baseline");
        String before = Files.readString(baseline);
        SampleReport one = new SampleReport().violation("0000000a", "unscoped-query", "com.acme.NightlyJob", "run", 42);
        Captured fewer = check(one);
        assertEquals(0, fewer.exitCode(), fewer::toString);
        assertTrue(
                fewer.out().contains("gone: unscoped-query 0000000b com.acme.NightlyJob.lambda$run$0("),
                fewer::toString);
        assertTrue(fewer.out().matches("(?s).*known=1 \\(-1 since 20\\d\\d-\\d\\d-\\d\\d\\).*"), fewer::toString);
        assertEquals(before, Files.readString(baseline));

        assertEquals(0, check(one, "--write-baseline").exitCode());
        assertEquals(List.of("0000000a"), ids());
        String shrunk = Files.readString(baseline);
        assertEquals(0, check(one, "--write-baseline").exitCode());
        assertEquals(shrunk, Files.readString(baseline), "nothing changes when nothing has changed");
    }

    @Test
    void theBaselineGrowsOnlyWhenTold() throws Exception {
        check(two(), "--write-baseline");
        SampleReport more = two().violation("0000000c", "unscoped-query", "com.acme.Hook", "received", 9);
        Captured run = check(more, "--write-baseline");
        assertEquals(1, run.exitCode(), run::toString);
        assertEquals(2, ids().size());
        assertEquals(0, check(more, "--write-baseline", "--accept-new").exitCode());
        assertEquals(3, ids().size());
        assertEquals(2, check(more, "--accept-new").exitCode());
    }

    @Test
    void onlyWhatMayBeKnownIsExcused() throws Exception {
        SampleReport tampering = two().violation("0000000c", "guc-tamper", "com.acme.Hook", "received", 9);
        assertEquals(1, check(tampering, "--write-baseline").exitCode());
        assertEquals(2, ids().size());
        // an entry that somebody wrote by hand excuses nothing
        tampering.write(baseline);
        assertEquals(1, check(tampering).exitCode());
    }

    @Test
    void nothingCheckedIsNoPass() throws Exception {
        check(two(), "--write-baseline");
        Captured idle = check(new SampleReport().idle());
        assertEquals(3, idle.exitCode(), idle::toString);
        assertTrue(idle.err().contains("nothing was checked"), idle::toString);
        Files.delete(folder.resolve("target/warden-17.json"));
        Captured none =
                Captured.run("check", "--report", folder + "/target/warden-*.json", "--baseline", baseline.toString());
        assertEquals(3, none.exitCode(), none::toString);
    }

    @Test
    void theBaselineIsNotAReport() throws Exception {
        baseline = folder.resolve("target/warden-known.json");
        check(two(), "--write-baseline");
        Captured run = check(new SampleReport());
        assertEquals(0, run.exitCode(), run::toString);
        assertTrue(run.out().contains("known=0 (-2 since"), run::toString);
    }

    @Test
    void writesWhatABuildShows() throws Exception {
        check(two(), "--write-baseline");
        Captured run = check(
                Map.of("GITHUB_ACTIONS", "true"),
                two().violation("0000000c", "unscoped-query", "com.acme.Hook", "received", 9, "select 100%\nfrom t"),
                "--sarif",
                folder + "/out/x.sarif",
                "--junit",
                folder + "/out/x",
                "--markdown",
                folder + "/out/summary",
                "--html",
                folder + "/out/x.html");
        assertEquals(1, run.exitCode(), run::toString);
        assertTrue(
                run.out()
                        .contains("::error file=src/main/java/com/acme/Hook.java,line=9,title=Tenant Warden%3A"
                                + " unscoped-query::unscoped SELECT on public.invoices in com.acme.Hook.received%0Aselect"
                                + " 100%25%0Afrom t\n"),
                run::toString);
        SarifTest.validate(Files.readString(folder.resolve("out/x.sarif")));
        assertTrue(Files.readString(folder.resolve("out/x")).contains("<testcase classname=\"com.acme.Hook\""));
        assertTrue(Files.readString(folder.resolve("out/summary")).contains("1 new, 2 known, 0 gone"));
        assertTrue(Files.readString(folder.resolve("out/x.html")).startsWith("<!DOCTYPE html>"));
    }
}
