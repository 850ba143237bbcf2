package io.tenantwarden.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file as {@code warden.report} writes it, for the commands that read one. */
final class SampleReport {

    private final JsonArray violations = new JsonArray();
    private final JsonArray findings = new JsonArray();
    private final JsonArray bypasses = new JsonArray();
    private final JsonArray sites = new JsonArray();
    private JsonArray databases = JsonArray.from(JsonObject.builder()
            .value("database", "app")
            .value("server", "db1:5432")
            .value("role", "app_user")
            .value("strategy", "pipelined")
            .value("protected", 3)
            .done());
    private String state = "protecting";

    SampleReport violation(String id, String kind, String className, String method, int line) {
        return violation(id, kind, className, method, line, "select * from invoices where due < $1");
    }

    SampleReport violation(String id, String kind, String className, String method, int line, String sql) {
        violations.add(JsonObject.builder()
                .value("id", id)
                .value("kind", kind)
                .value("site", site(className, method, line))
                .value(
                        "stack",
                        JsonArray.from(
                                className + "." + method + "(X.java:" + line + ")", "com.acme.Main.main(Main.java:7)"))
                .nul("submitSite")
                .value("sql", sql)
                .value("fingerprint", "f" + id)
                .value("tables", JsonArray.from("public.invoices"))
                .value("operation", "SELECT")
                .value("role", "app_user")
                .value("database", "app")
                .value("threads", JsonArray.from("scheduling-#"))
                .value("count", 2)
                .value("refused", 0)
                .value("firstSeen", "2026-01-02T03:04:05.006Z")
                .value("lastSeen", "2026-01-02T03:04:06.007Z")
                .value("next", "set the tenant in " + method)
                .done());
        return this;
    }

    private static JsonObject site(String className, String method, int line) {
        int from = className.lastIndexOf('.') + 1;
        return JsonObject.builder()
                .value("class", className)
                .value("method", method)
                .value("file", className.substring(from).split("\\$")[0] + ".java")
                .value("line", line)
                .done();
    }

    SampleReport finding(String rule, String level, String object, String message, String fix) {
        findings.add(JsonObject.builder()
                .value("rule", rule)
                .value("level", level)
                .value("object", object)
                .value("message", message)
                .value("fix", fix)
                .done());
        return this;
    }

    SampleReport bypass(String name, String reason, int count) {
        bypasses.add(JsonObject.builder()
                .value("name", name)
                .value("reason", reason)
                .value("count", count)
                .value("lastUsed", count == 0 ? (String) null : "2026-01-02T03:04:05.006Z")
                .done());
        return this;
    }

    SampleReport ran(String className, String method, int line, int scoped, int unscoped) {
        sites.add(JsonObject.builder()
                .value("site", site(className, method, line))
                .value("tables", JsonArray.from("public.invoices"))
                .value("scoped", scoped)
                .value("captured", 0)
                .value("application", 0)
                .value("unscoped", unscoped)
                .value("bypassed", 0)
                .value("estimated", false)
                .done());
        return this;
    }

    /** No connection was opened that Warden covers. */
    SampleReport idle() {
        databases = new JsonArray();
        state = "idle";
        return this;
    }

    String json() {
        return JsonWriter.string(JsonObject.builder()
                .value("version", 1)
                .value("started", "2026-01-02T03:00:00Z")
                .value("mode", "inject")
                .value("agent", "0.1.0")
                .value(
                        "health",
                        JsonObject.builder()
                                .value("state", state)
                                .value("databases", databases)
                                .value("agentErrors", 0)
                                .done())
                .value("violations", violations)
                .value("findings", findings)
                .value("bypasses", bypasses)
                .value("sites", sites)
                .done());
    }

    Path write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.writeString(file, json());
    }

    /** One of everything, as an application has it. */
    static SampleReport ordinary() {
        SampleReport sample = new SampleReport();
        sample.violation("0000000a", "unscoped-query", "com.acme.jobs.NightlyJob", "run", 42);
        sample.violation("0000000b", "unscoped-query", "com.acme.jobs.NightlyJob", "lambda$run$0", 57);
        sample.violation("0000000c", "guc-tamper", "com.acme.web.Reset", "all", 9, "set app.tenant_id = ?");
        sample.violation(
                "0000000d",
                "zero-row-write",
                "com.acme.web.PaymentHook",
                "received",
                77,
                "update invoices set paid = ? where reference = $1");
        sample.finding(
                "WD003",
                "error",
                "app_user",
                "role app_user owns 1 protected table",
                "ALTER TABLE public.invoices FORCE ROW LEVEL SECURITY;");
        sample.finding("setting-redundant", "info", "app.tenant_id", "the application sets it, too", "");
        sample.bypass("webhook", "the payment provider knows a reference and no tenant", 4);
        sample.bypass("migrations", "migrations are for the rows of all tenants", 0);
        for (String className : List.of("com.acme.jobs.NightlyJob", "com.acme.invoice.InvoiceRepository")) {
            sample.ran(
                    className, "run", 42, className.contains("invoice") ? 17 : 0, className.contains("jobs") ? 2 : 0);
        }
        return sample;
    }

    /** Texts that JSON, HTML, XML, Markdown and GitHub's log would take for something else. */
    static SampleReport hostile() {
        String hostile =
                "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`]]>&amp;|*_[x](javascript:alert(3))\u0000\u001b\u202e\n::error::@all ";
        return new SampleReport()
                .violation("0000000e", "unscoped-query", "com.acme." + hostile, hostile, 3, hostile + "```" + hostile)
                .violation("0000000f", hostile, "com.acme.Plain", "run", 4)
                .finding(hostile, "error", hostile, hostile, hostile + "```")
                .finding("WD001", hostile, "public.x", "m", "f")
                .bypass(hostile, hostile, 1)
                .ran("com.acme." + hostile, hostile, 3, 1, 1);
    }
}
