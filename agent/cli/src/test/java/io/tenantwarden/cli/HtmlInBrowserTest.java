package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTML report in a real headless Chromium. Screenshots are left in {@code target/screenshots}. */
class HtmlInBrowserTest {

    private static final String VISIBLE =
            "Array.from(document.querySelectorAll('article')).filter(a => a.checkVisibility() && a.id).map(a => a.id).join()";

    @TempDir
    static Path folder;

    private static Chromium browser;
    private static Path page;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Chromium.program() != null, "Chromium is not installed: apt-get install chromium");
        browser = new Chromium(Files.createDirectory(folder.resolve("profile")));
        Path known = new SampleReport()
                .violation("0000000b", "unscoped-query", "com.acme.jobs.NightlyJob", "lambda$run$0", 57)
                .violation("000000ff", "unscoped-query", "com.acme.Gone", "run", 57)
                .write(folder.resolve("known.json"));
        page = render("ordinary", SampleReport.ordinary(), "--baseline", known.toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path render(String name, SampleReport sample, String... more) throws Exception {
        Path in = sample.write(folder.resolve(name + ".json"));
        Path out = folder.resolve(name + ".html");
        List<String> arguments = new java.util.ArrayList<>(List.of("report", in.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        assertEquals(0, Captured.run(arguments.toArray(String[]::new)).exitCode());
        return out;
    }

    private static void window(int width, int height, boolean mobile) throws Exception {
        browser.call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
    }

    private static void scheme(String scheme) throws Exception {
        browser.call(
                "Emulation.setEmulatedMedia",
                Map.of("media", "", "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    @Test
    void filtersSortsAndExpands() throws Exception {
        window(1200, 900, false);
        scheme("light");
        browser.open(page);
        assertEquals("v-0000000b,v-0000000a,v-0000000d,v-0000000c", browser.eval(VISIBLE));
        browser.screenshot(Path.of("target/screenshots/report-light.png"));
        browser.eval("document.getElementById('filter').value = 'NIGHTLY run';"
                + "document.getElementById('filter').dispatchEvent(new Event('input'))");
        assertEquals("v-0000000b,v-0000000a", browser.eval(VISIBLE));
        assertEquals("2 of 4 violations", browser.eval("document.getElementById('shown').textContent"));
        assertEquals(1, number("document.querySelectorAll('details.package:not([hidden])').length"));
        assertEquals(1, number("document.querySelectorAll('#inventory tbody tr:not([hidden])').length"));
        browser.eval(
                "document.getElementById('filter').value = ''; document.getElementById('kind').value = 'guc-tamper';"
                        + "document.getElementById('kind').dispatchEvent(new Event('change'))");
        assertEquals("v-0000000c", browser.eval(VISIBLE));
        browser.eval("document.getElementById('kind').value = ''; document.getElementById('order').value = 'count';"
                + "document.getElementById('order').dispatchEvent(new Event('change'))");
        assertEquals(4, number("document.querySelectorAll('#flat article').length"));
        browser.eval("document.getElementById('order').value = 'place';"
                + "document.getElementById('order').dispatchEvent(new Event('change'))");
        assertEquals("v-0000000b,v-0000000a,v-0000000d,v-0000000c", browser.eval(VISIBLE));

        String stack = "document.querySelector('#v-0000000a details')";
        assertEquals(false, browser.eval(stack + ".querySelector('pre').checkVisibility()"));
        browser.eval(stack + ".querySelector('summary').click()");
        assertEquals(true, browser.eval(stack + ".querySelector('pre').checkVisibility()"));

        String first = "document.querySelector('#inventory tbody tr').textContent";
        assertTrue(browser.eval(first).toString().contains("NightlyJob"));
        browser.eval("document.querySelectorAll('#inventory th')[2].querySelector('button').click()");
        assertTrue(browser.eval(first).toString().contains("InvoiceRepository"));
        assertEquals(
                "descending", browser.eval("document.querySelectorAll('#inventory th')[2].getAttribute('aria-sort')"));
    }

    private static int number(String expression) throws Exception {
        return ((Number) browser.eval(expression)).intValue();
    }

    @Test
    void everythingIsThereWithoutScripting() throws Exception {
        browser.call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        try {
            browser.open(page);
            assertEquals("v-0000000b,v-0000000a,v-0000000d,v-0000000c", browser.eval(VISIBLE));
            assertEquals(false, browser.eval("document.querySelector('form.tools').checkVisibility()"));
            assertEquals(2, number("document.querySelectorAll('#inventory tbody tr').length"));
            // stacks can be opened all the same
            browser.eval("document.querySelector('#v-0000000a summary').click()");
            assertEquals(true, browser.eval("document.querySelector('#v-0000000a details').open"));
        } finally {
            browser.call("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    @Test
    void fitsATelephoneInTheDark() throws Exception {
        scheme("dark");
        window(360, 740, true);
        browser.open(page);
        assertEquals(360, number("document.documentElement.scrollWidth"), "nothing sticks out to the right");
        assertEquals("rgb(20, 23, 26)", browser.eval("getComputedStyle(document.body).backgroundColor"));
        browser.screenshot(Path.of("target/screenshots/report-telephone-dark.png"));
    }

    @Test
    void printsWithStacksAndWithoutControls() throws Exception {
        window(1200, 900, false);
        browser.open(page);
        browser.call("Emulation.setEmulatedMedia", Map.of("media", "print"));
        assertEquals(false, browser.eval("document.querySelector('form.tools').checkVisibility()"));
        String pdf =
                browser.call("Page.printToPDF", Map.of("printBackground", true)).getString("data");
        byte[] bytes = java.util.Base64.getDecoder().decode(pdf);
        Files.write(Path.of("target/screenshots/report.pdf"), bytes);
        assertTrue(new String(bytes, 0, 5, java.nio.charset.StandardCharsets.US_ASCII).startsWith("%PDF"));
        browser.eval("window.dispatchEvent(new Event('beforeprint'))");
        assertEquals(true, browser.eval("document.querySelector('#v-0000000a details pre').checkVisibility()"));
    }

    /** The browser tells of every dialogue, error and breach of the page's policy, and the test fails then. */
    @Test
    void hostileTextsAreTexts() throws Exception {
        browser.open(render("hostile", SampleReport.hostile()));
        assertEquals(1, number("document.scripts.length"));
        assertEquals(0, number("document.images.length"));
        assertEquals(0, number("document.querySelectorAll('a').length"));
        assertTrue(browser.eval("document.body.textContent").toString().contains("<img src=x onerror=alert(2)>"));
        assertFalse(browser.eval("document.body.textContent").toString().contains("\u202e"));
        browser.eval("document.getElementById('filter').value = '<script>';"
                + "document.getElementById('filter').dispatchEvent(new Event('input'))");
        assertEquals(2, number("document.querySelectorAll('#tree article:not([hidden])').length"));
    }
}
