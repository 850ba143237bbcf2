package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.tenantwarden.rls.audit.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLineTest {

    private static final Site SITE = new Site("com.acme.jobs.NightlyJob", "run", "NightlyJob.java", 42);

    private static ViolationEvent.Builder event() {
        return ViolationEvent.of(ViolationKind.UNSCOPED_QUERY, SITE)
                .statement("select * from invoices where due < $1", "abc", "SELECT")
                .tables(List.of("public.invoices"), false)
                .thread("scheduling-17");
    }

    private static String violation(ViolationEvent.Builder event) {
        return LogLine.violation(event.build(), "7f3a9c1e", 1).text();
    }

    @Test
    void aViolationIsTheLineOfTheContract() {
        assertEquals(
                "[warden] VIOLATION unscoped-query tables=public.invoices site=com.acme.jobs.NightlyJob.run(NightlyJob.java:42)"
                        + " thread=scheduling-# op=SELECT count=1 id=7f3a9c1e sql=\"select * from invoices where due < $1\"",
                violation(event()));
    }

    @Test
    void furtherFieldsFollowOnlyWhereNeeded() {
        LogLine line = LogLine.violation(
                event().tables(List.of("public.a", "public.b"), true)
                        .refused(true)
                        .submitSite(SITE)
                        .detail("no tenant")
                        .build(),
                "00000000",
                10);

        assertTrue(line.text().contains(" tables=public.a,public.b "), line::text);
        assertTrue(
                line.text()
                        .endsWith(
                                "\" assumed=true refused=true submitSite=com.acme.jobs.NightlyJob.run(NightlyJob.java:42)"
                                        + " detail=\"no tenant\""),
                line::text);
        assertEquals(Level.ERROR, line.level());
        assertEquals("tenantwarden.violations", line.logger());
        assertEquals(
                Level.WARN, LogLine.violation(event().build(), "00000000", 10).level());
    }

    @Test
    void hostileTextCannotBreakTheLine() throws JsonParserException {
        String hostile =
                "a\nb\r\u0000\u001b[31m\u202e\u2066\u2028\u0085\ufeff\u200b\t\"x\" \\ ${jndi:ldap://x} \ud800 \ue000";

        String line = violation(event().statement(hostile, "abc", hostile)
                .tables(List.of(hostile), false)
                .thread(hostile)
                .detail(hostile));

        assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7F), line);
        assertFalse(line.contains("${"), line);
        String quoted = line.substring(line.indexOf(" sql=") + 5, line.indexOf(" detail="));
        assertEquals(hostile, JsonParser.any().from(quoted), "the value is JSON and nothing is lost");
    }

    @Test
    void hostileTextCannotBreakTextsOfOurs() {
        String text =
                LogLine.text(Level.INFO, "one\ntwo\u001b[2J\u202e${env:X}").text();

        assertEquals("[warden] one\\ntwo\\u001b[2J\\u202e\\u0024{env:X}", text);
    }

    @Test
    void ordinaryLettersOfAnyLanguageStay() {
        assertTrue(violation(event().thread("größe-日本-\ud83d\ude00")).contains(" thread=größe-日本-\ud83d\ude00 "));
    }

    @Test
    void sqlIsCutAtFiveHundredCharactersAndNotInsideOne() {
        String sql = violation(event().statement("x".repeat(1_000_000), "abc", "SELECT"));
        assertTrue(sql.endsWith(" sql=\"" + "x".repeat(500) + "\""), sql);

        String pair = violation(event().statement("x".repeat(499) + "\ud83d\ude00", "abc", "SELECT"));
        assertTrue(pair.endsWith("x\""), pair);
    }

    @Test
    void longValuesAreCutToo() {
        assertTrue(violation(event().thread("t".repeat(1_000_000)).detail("d".repeat(1_000_000)))
                        .length()
                < 2_000);
    }

    @Test
    void missingValuesAreEmptyNotLeftOut() {
        String line = violation(
                ViolationEvent.of(ViolationKind.UNCOVERED_CLIENT, SITE).thread(null));

        assertTrue(line.contains(" tables=\"\" site="), line);
        assertTrue(line.endsWith(" thread=\"\" op=\"\" count=1 id=7f3a9c1e sql=\"\""), line);
    }

    @Test
    void aFindingNamesRuleObjectAndFix() {
        LogLine line = LogLine.finding(
                new Finding("WD001", Finding.Level.ERROR, "public.invoices", "no policy", "create policy \"p\""));

        assertEquals(
                "[warden] FINDING WD001 level=error object=public.invoices message=\"no policy\" fix=\"create policy \\\"p\\\"\"",
                line.text());
        assertEquals(Level.ERROR, line.level());
        assertEquals("tenantwarden", line.logger());
    }

    /** Whoever copies from a log pastes: all of a fix, or none of it. */
    @Test
    void aFixThatIsTooLongIsLeftOut() {
        String many = "ALTER TABLE a FORCE ROW LEVEL SECURITY;\n".repeat(100);
        String line = LogLine.finding(new Finding("WD003", Finding.Level.ERROR, "app", "owns", many))
                .text();

        assertFalse(line.contains("ALTER TABLE"), line);
        assertTrue(line.contains("fix=\"-- too long for a line of a log"), line);
    }

    @Test
    void coverIsTheLineOfTheContract() {
        Cover cover = new Cover(
                "app",
                "db1:5432",
                "app_user",
                "pipelined",
                31,
                30,
                28,
                List.of(new Cover.GucUse("app.tenant_id", 28)),
                List.of(),
                0,
                false);

        assertEquals(
                "[warden] COVER database=app role=app_user strategy=pipelined protected=31 rls=30 force=28"
                        + " guc=app.tenant_id(in 28 policies) pooled=no server=db1:5432",
                LogLine.cover(cover).text());
        assertEquals(Level.INFO, LogLine.cover(cover).level());
    }

    @Test
    void aGucThatNoPolicyReadsIsAnErrorThatNamesThoseTheyDoRead() {
        Cover cover = new Cover(
                "app",
                "db1:5432",
                "app user",
                "pipelined",
                31,
                30,
                28,
                List.of(new Cover.GucUse("app.tenant_id", 0)),
                List.of("app.current_tenant"),
                0,
                true);

        assertTrue(LogLine.cover(cover).text().contains(" role=\"app user\" "));
        assertTrue(
                LogLine.cover(cover)
                        .text()
                        .endsWith(
                                " guc=app.tenant_id(in 0 policies) pooled=yes server=db1:5432 gucsInPolicies=app.current_tenant"));
        assertEquals(Level.ERROR, LogLine.cover(cover).level());
    }

    @Test
    void whatCouldNotBeReadIsNoError() {
        Cover cover = new Cover(
                "app",
                "db1:5432",
                "app_user",
                "pipelined",
                2,
                2,
                2,
                List.of(new Cover.GucUse("app.tenant_id", 0)),
                List.of(),
                1,
                false);

        assertTrue(LogLine.cover(cover)
                .text()
                .endsWith(" guc=app.tenant_id(in 0 policies) unread=1 pooled=no server=db1:5432"));
        assertEquals(Level.INFO, LogLine.cover(cover).level());
    }

    @Test
    void auditEvents() {
        assertEquals(
                "[warden] bypass-used name=webhook reason=\"customer look-up\""
                        + " site=com.acme.jobs.NightlyJob.run(NightlyJob.java:42) count=1",
                LogLine.bypassUsed("webhook", "customer look-up", SITE, 1).text());
        assertEquals(
                "[warden] mode-changed old=inject new=audit",
                LogLine.modeChanged("inject", "audit").text());
    }

    @Test
    void anErrorKeepsItsStackInOneLine() {
        String line = LogLine.text(
                        Level.ERROR, "bug", new IllegalStateException("a\nb", new RuntimeException((String) null)))
                .text();

        assertTrue(
                line.startsWith("[warden] bug error=java.lang.IllegalStateException message=\"a\\nb\" stack=\""), line);
        assertTrue(line.contains("LogLineTest.anErrorKeepsItsStackInOneLine"), line);
        assertTrue(line.contains(" cause=java.lang.RuntimeException "), line);
        assertFalse(line.contains("\n"), line);
    }

    @Test
    void everyKindHasTheNameOfTheContract() {
        List<String> names = java.util.Arrays.stream(ViolationKind.values())
                .map(ViolationKind::wireName)
                .toList();

        assertEquals(
                List.of(
                        "unscoped-query",
                        "zero-row-write",
                        "tenant-switch",
                        "invalid-tenant",
                        "inactive-tenant",
                        "guc-tamper",
                        "cross-tenant-row",
                        "injection-failed",
                        "source-failed",
                        "bypass-expired",
                        "bypass-ineffective",
                        "uncovered-client",
                        "lost-scope",
                        "stale-source"),
                names);
    }

    @Test
    void aTenantIsWrittenAsAKeyedHash() {
        assertTrue(TenantHash.of("acme").matches("[0-9a-f]{8}"));
        assertEquals(TenantHash.of("acme"), TenantHash.of("acme"));
        assertFalse(TenantHash.of("acme").equals(TenantHash.of("globex")));
        assertEquals("none", TenantHash.of(null));
    }
}
