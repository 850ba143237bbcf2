package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code report}: every format of ordinary, hostile and merged reports. */
class ReportCommandTest {

    @TempDir
    Path folder;

    private String render(String ending, SampleReport sample, String... more) throws Exception {
        Path in = sample.write(folder.resolve("in.json"));
        Path out = folder.resolve("out" + ending);
        List<String> arguments = new ArrayList<>(List.of("report", in.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        Captured run = Captured.run(arguments.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run::toString);
        return Files.readString(out);
    }

    @Test
    void jsonIsWrittenAsItWasRead() throws Exception {
        for (SampleReport sample : List.of(SampleReport.ordinary(), SampleReport.hostile())) {
            JsonObject before = JsonParser.object().from(sample.json());
            JsonObject after = JsonParser.object().from(render(".json", sample));
            before.put("started", after.getString("started"));
            assertEquals(before, after);
        }
    }

    @Test
    void eachFormSaysWhatTheAgentSaidToDo() throws Exception {
        SampleReport sample = new SampleReport().violation("0000000a", "unscoped-query", "com.acme.A", "nightly", 3);
        for (String ending : List.of(".json", ".md", ".html", ".sarif", ".xml")) {
            String form = render(ending, sample);
            assertTrue(form.contains("set the tenant in nightly"), ending + "\n" + form);
        }
    }

    @Test
    void severalReportsAreOneWhateverTheirOrder() throws Exception {
        new SampleReport()
                .violation("0000000a", "unscoped-query", "com.acme.A", "run", 3)
                .ran("com.acme.A", "run", 3, 5, 1)
                .bypass("webhook", "r", 1)
                .finding("WD001", "error", "public.t", "m", "f")
                .write(folder.resolve("warden-1.json"));
        new SampleReport()
                .violation("0000000a", "unscoped-query", "com.acme.A", "run", 3)
                .violation("0000000b", "unscoped-query", "com.acme.B", "run", 3)
                .ran("com.acme.A", "run", 3, 5, 1)
                .bypass("webhook", "r", 2)
                .finding("WD001", "error", "public.t", "m", "f")
                .write(folder.resolve("sub/warden-2.json"));
        String one = folder.resolve("warden-1.json").toString();
        String two = folder.resolve("sub/warden-2.json").toString();
        Captured first = Captured.run("report", one, two, "--format", "json");
        assertEquals(0, first.exitCode(), first::toString);
        assertEquals(
                first.out(),
                Captured.run("report", two, one, "--format", "json").out());
        assertEquals(
                first.out(),
                Captured.run("report", folder + "/**warden-%p.json", "--format", "json")
                        .out());
        JsonObject merged = JsonParser.object().from(first.out());
        assertEquals(2, merged.getInt("processes"));
        assertEquals(2, merged.getArray("violations").size());
        assertEquals(4, merged.getArray("violations").getObject(0).getInt("count"));
        assertEquals(1, merged.getArray("sites").size());
        assertEquals(10, merged.getArray("sites").getObject(0).getInt("scoped"));
        assertEquals(1, merged.getArray("findings").size());
        assertEquals(3, merged.getArray("bypasses").getObject(0).getInt("count"));
        assertEquals(1, merged.getObject("health").getArray("databases").size());
    }

    @Test
    void markdownIsAPunchListByClass() throws Exception {
        String page = render(".md", SampleReport.ordinary());
        assertTrue(page.contains("would break 3 sites, 1 table, 1 role."), page);
        assertTrue(page.contains("### `com.acme.jobs.NightlyJob`"), page);
        assertTrue(
                page.contains(
                        "- [ ] `run`, `NightlyJob.java:42`: unscoped SELECT on public.invoices, 2 times, `unscoped-query 0000000a`"),
                page);
        assertTrue(page.contains("`set app.tenant_id = ?`"), page);
        assertTrue(page.contains("Never used: can it go?"), page);
        String linked = render(".md", SampleReport.ordinary(), "--source-url", "https://example.org/blob/main");
        assertFalse(linked.contains("https://example.org"), "a file that is not there is not linked");
    }

    /** Outside of code spans nothing of a report's texts is markup. */
    @Test
    void markdownOfHostileTextsHasNoMarkup() throws Exception {
        String page = render(".md", SampleReport.hostile());
        String withoutFences = page.replaceAll("(?ms)^  (`{3,})sql$.*?^  \\1$", "");
        assertTrue(withoutFences.length() < page.length(), page);
        for (String line : withoutFences.lines().toList()) {
            // what is in code spans or fences is shown as it is
            String plain = line.replaceAll("\\\\.", "").replaceAll("(?<!`)(`+)(?!`).*?(?<!`)\\1(?!`)", "");
            assertFalse(plain.contains("<script") || plain.contains("<img"), line);
            assertFalse(plain.contains("](javascript"), line);
            assertFalse(plain.strip().startsWith("::error"), line);
        }
    }

    private static Document xml(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void junitHasOneTestCaseForEachSite() throws Exception {
        SampleReport known =
                new SampleReport().violation("0000000b", "unscoped-query", "com.acme.jobs.NightlyJob", "x", 1);
        Path baseline = known.write(folder.resolve("baseline.json"));
        Element suites = xml(render(".xml", SampleReport.ordinary(), "--baseline", baseline.toString()))
                .getDocumentElement();
        assertEquals("testsuites", suites.getTagName());
        Element suite = (Element) suites.getElementsByTagName("testsuite").item(0);
        assertEquals(
                Map.of("tests", "5", "failures", "3", "skipped", "1", "errors", "0"),
                Map.of(
                        "tests", suite.getAttribute("tests"),
                        "failures", suite.getAttribute("failures"),
                        "skipped", suite.getAttribute("skipped"),
                        "errors", suite.getAttribute("errors")));
        assertEquals(5, suite.getElementsByTagName("testcase").getLength());
        assertEquals(3, suite.getElementsByTagName("failure").getLength());
        assertEquals(1, suite.getElementsByTagName("skipped").getLength());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            Element test = (Element) suite.getElementsByTagName("testcase").item(i);
            assertTrue(names.add(test.getAttribute("classname") + "#" + test.getAttribute("name")), names::toString);
            assertTrue(test.getAttribute("file").startsWith("src/main/java/com/acme/"), test.getAttribute("file"));
        }
        assertTrue(names.contains("com.acme.invoice.InvoiceRepository#run"), names::toString);
        Element hostile = xml(render(".xml", SampleReport.hostile())).getDocumentElement();
        assertEquals(2, hostile.getElementsByTagName("testcase").getLength());
        assertTrue(hostile.getTextContent().contains("</script><script>alert(1)</script>"));
    }

    private static JsonArray results(String sarif) throws Exception {
        return JsonParser.object().from(sarif).getArray("runs").getObject(0).getArray("results");
    }

    @Test
    void sarifIsWhatGitHubTakes() throws Exception {
        for (SampleReport sample : List.of(SampleReport.ordinary(), SampleReport.hostile(), new SampleReport())) {
            String sarif = render(".sarif", sample);
            SarifTest.validate(sarif);
            SarifTest.assertGitHubTakes(sarif);
        }
        Path source = folder.resolve("src/com/acme/jobs/NightlyJob.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "\n".repeat(41) + "    nightly();\n");
        String sarif = render(".sarif", SampleReport.ordinary());
        JsonObject first = results(sarif).getObject(0);
        assertEquals("unscoped-query", first.getString("ruleId"));
        assertEquals(2, first.getInt("occurrenceCount"));
        assertEquals("0000000a", first.getObject("partialFingerprints").getString("violationId/v1"));
        JsonObject place = first.getArray("locations").getObject(0).getObject("physicalLocation");
        assertEquals(
                "src/main/java/com/acme/jobs/NightlyJob.java",
                place.getObject("artifactLocation").getString("uri"));
        assertEquals(42, place.getObject("region").getInt("startLine"));
        assertFalse(first.has("baselineState"), "without a baseline nothing is old or new");
    }

    /** An alert that a baseline knows stays in the file, so that it is not closed and opened by turns; lines do not matter. */
    @Test
    void sarifKeepsWhatTheBaselineKnows() throws Exception {
        Path baseline = SampleReport.ordinary().write(folder.resolve("baseline.json"));
        SampleReport moved = new SampleReport()
                .violation("0000000a", "unscoped-query", "com.acme.jobs.NightlyJob", "run", 142)
                .violation("0000000c", "guc-tamper", "com.acme.web.Reset", "all", 9)
                .violation("000000aa", "unscoped-query", "com.acme.jobs.NewJob", "run", 5);
        String sarif = render(".sarif", moved, "--baseline", baseline.toString());
        SarifTest.validate(sarif);
        Map<String, String> fingerprints = new java.util.TreeMap<>();
        for (Object each : results(sarif)) {
            JsonObject result = (JsonObject) each;
            String id = result.getObject("partialFingerprints").getString("violationId/v1");
            fingerprints.put(id, result.getObject("partialFingerprints").getString("primaryLocationLineHash"));
            boolean known = id.equals("0000000a");
            assertEquals(known ? "unchanged" : "new", result.getString("baselineState"), id);
            assertEquals(known, result.has("suppressions"), id);
        }
        assertEquals(3, fingerprints.size());
        for (Object each : results(render(".sarif", SampleReport.ordinary()))) {
            JsonObject prints = ((JsonObject) each).getObject("partialFingerprints");
            String id = prints.getString("violationId/v1");
            if ("0000000a".equals(id)) {
                assertEquals(fingerprints.get(id), prints.getString("primaryLocationLineHash"));
            }
        }
    }

    @Test
    void whatCannotBeReadOrWrittenIsTold() throws Exception {
        Path none = Files.writeString(folder.resolve("none.json"), "{\"version\":1}");
        Path list = Files.writeString(folder.resolve("list.json"), "[]");
        Path one = SampleReport.ordinary().write(folder.resolve("one.json"));
        for (String[] arguments : new String[][] {
            {"3", "no file is named", "report", folder + "/missing.json"},
            {"3", "no file is named", "report", folder + "/missing-*.json"},
            {"3", "no file is named", "report", folder + "/missing/**"},
            {"3", "has no list \"violations\"", "report", none.toString()},
            {"3", "it is JSON, and no object", "report", list.toString()},
            {"3", "the baseline", "report", one.toString(), "--baseline", folder + "/missing.json"},
            {"3", "cannot be written", "report", one.toString(), "--out", one + "/x.md"},
            {"2", ".json, .md, .html, .sarif, .xml", "report", one.toString(), "--out", folder + "/x.pdf"},
            {"2", "json, markdown, html, sarif, junit", "report", one.toString(), "--format", "pdf"},
            {"2", "names the format", "report", one.toString(), "--format", "html", "--out", folder + "/x.md"},
            {"2", "begins with https://", "report", one.toString(), "--source-url", "javascript:alert(1)"},
            {"2", "cannot be read", "report", folder + "/[x.json"},
            {"2", "Missing required parameter", "report"},
        }) {
            Captured run = Captured.run(java.util.Arrays.copyOfRange(arguments, 2, arguments.length));
            assertEquals(Integer.parseInt(arguments[0]), run.exitCode(), run::toString);
            assertTrue(run.err().contains(arguments[1]), run::toString);
        }
    }
}
