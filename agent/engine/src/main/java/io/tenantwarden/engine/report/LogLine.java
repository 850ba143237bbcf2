package io.tenantwarden.engine.report;

import io.tenantwarden.rls.audit.Finding;

/**
 * One line on its way to the log. The formats are contract: people grep for them.
 *
 * @param logger {@link #START} or {@link #VIOLATIONS}
 * @param level how loud
 * @param text the line, free of line breaks and of characters that a terminal obeys
 */
record LogLine(String logger, Level level, String text) {

    static final String START = "tenantwarden";
    static final String VIOLATIONS = "tenantwarden.violations";
    private static final String PREFIX = "[warden] ";
    private static final int MAX_MESSAGE = 2_000;
    private static final String FIX_TOO_LONG =
            "-- too long for a line of a log: it is in the report, and the command doctor prints it";
    private static final int MAX_FRAMES = 30;
    private static final int MAX_CAUSES = 5;

    static LogLine text(Level level, String text) {
        String line = LogText.oneLine(text);
        return new LogLine(START, level, line.startsWith(PREFIX) ? line : PREFIX + line);
    }

    static LogLine text(Level level, String text, Throwable error) {
        StringBuilder line = new StringBuilder(text);
        Throwable cause = error;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            LogText.field(line, i == 0 ? "error" : "cause", cause.getClass().getName());
            LogText.quotedField(line, "message", cause.getMessage(), MAX_MESSAGE);
            StackTraceElement[] frames = cause.getStackTrace();
            StringBuilder stack = new StringBuilder();
            for (int frame = 0; frame < Math.min(frames.length, MAX_FRAMES); frame++) {
                stack.append(frame == 0 ? "" : " < ").append(frames[frame]);
            }
            LogText.quotedField(line, "stack", stack.toString(), MAX_MESSAGE);
        }
        return text(level, line.toString());
    }

    static LogLine violation(ViolationEvent event, String id, long count) {
        StringBuilder line = new StringBuilder(256);
        line.append(PREFIX).append("VIOLATION ").append(event.kind().wireName());
        LogText.field(line, "tables", LogText.list(event.tables()));
        LogText.field(line, "site", event.site().toString());
        LogText.field(line, "thread", LogText.threadName(event.thread() == null ? "" : event.thread()));
        LogText.field(line, "op", event.operation());
        line.append(" count=").append(count).append(" id=").append(id);
        LogText.quotedField(line, "sql", event.sql(), LogText.MAX_SQL);
        if (event.assumed()) {
            line.append(" assumed=true");
        }
        if (event.via() != null) {
            LogText.field(line, "via", event.via());
        }
        if (event.refused()) {
            line.append(" refused=true");
        }
        if (event.submitSite() != null) {
            LogText.field(line, "submitSite", event.submitSite().toString());
        }
        if (event.otherSite() != null) {
            LogText.field(line, "otherSite", event.otherSite().toString());
        }
        if (event.detail() != null) {
            LogText.field(line, "detail", event.detail());
        }
        if (event.next() != null) {
            // half of a pattern must not be pasted
            LogText.quotedField(line, "next", event.next(), MAX_MESSAGE);
        }
        Level level = event.refused() ? Level.ERROR : event.kind().level();
        return new LogLine(VIOLATIONS, level, line.toString());
    }

    static LogLine finding(Finding finding) {
        return finding(null, null, null, finding);
    }

    /** A finding of the preflight; which database and role, because several may have objects of that name. */
    static LogLine finding(String database, String server, String role, Finding finding) {
        StringBuilder line = new StringBuilder(256).append(PREFIX).append("FINDING ");
        LogText.value(line, finding.rule());
        line.append(" level=").append(Level.of(finding).wireName());
        if (database != null) {
            LogText.field(line, "database", database);
            LogText.field(line, "server", server);
            LogText.field(line, "role", role);
        }
        LogText.field(line, "object", finding.object());
        LogText.quotedField(line, "message", finding.message(), MAX_MESSAGE);
        // half of a fix must not be pasted
        boolean fits = finding.fix().length() <= MAX_MESSAGE;
        LogText.quotedField(line, "fix", fits ? finding.fix() : FIX_TOO_LONG, MAX_MESSAGE);
        return new LogLine(START, Level.of(finding), line.toString());
    }

    static LogLine cover(Cover cover) {
        StringBuilder line = new StringBuilder(160).append(PREFIX).append("COVER");
        LogText.field(line, "database", cover.database());
        LogText.field(line, "role", cover.role());
        LogText.field(line, "strategy", cover.strategy());
        line.append(" protected=").append(cover.protectedTables());
        line.append(" rls=").append(cover.rls());
        line.append(" force=").append(cover.force());
        line.append(" guc=");
        String separator = "";
        for (Cover.GucUse guc : cover.gucs()) {
            line.append(separator);
            LogText.value(line, guc.name());
            line.append("(in ").append(guc.policies()).append(" policies)");
            separator = ",";
        }
        if (cover.unreadPolicies() > 0) {
            line.append(" unread=").append(cover.unreadPolicies());
        }
        line.append(" pooled=").append(cover.pooled() ? "yes" : "no");
        LogText.field(line, "server", cover.server());
        if (!cover.opens().isEmpty()) {
            LogText.field(line, "opens", cover.opens());
        }
        if (cover.level() == Level.ERROR) {
            LogText.field(line, "gucsInPolicies", LogText.list(cover.gucsInPolicies()));
        }
        return new LogLine(START, cover.level(), line.toString());
    }

    static LogLine bypassUsed(String name, String reason, Site site, long count) {
        StringBuilder line = new StringBuilder(128).append(PREFIX).append("bypass-used");
        LogText.field(line, "name", name);
        LogText.field(line, "reason", reason);
        LogText.field(line, "site", site.toString());
        line.append(" count=").append(count);
        return new LogLine(START, Level.INFO, line.toString());
    }

    static LogLine bypassUnused(String name, String reason) {
        StringBuilder line = new StringBuilder(128).append(PREFIX).append("bypass-unused");
        LogText.field(line, "name", name);
        LogText.field(line, "reason", reason);
        return new LogLine(START, Level.INFO, line.toString());
    }

    static LogLine modeChanged(String oldMode, String newMode) {
        StringBuilder line = new StringBuilder(64).append(PREFIX).append("mode-changed");
        LogText.field(line, "old", oldMode);
        LogText.field(line, "new", newMode);
        return new LogLine(START, Level.WARN, line.toString());
    }

    /** Closes the log at exit: how much of everything there was. */
    static LogLine summary(Level level, Totals totals) {
        String text = PREFIX + "SUMMARY violations=" + totals.violations() + " count=" + totals.count() + " refused="
                + totals.refused() + " known=" + totals.known() + " findings=" + totals.findings() + " bypasses="
                + totals.bypasses() + " agentErrors=" + totals.agentErrors();
        return new LogLine(VIOLATIONS, level, text);
    }

    /** One violation in the summary at exit, with its final count. */
    static LogLine summaryOf(ViolationEvent event, String id, long count, long refused) {
        StringBuilder line = new StringBuilder(160)
                .append(PREFIX)
                .append("SUMMARY ")
                .append(event.kind().wireName());
        LogText.field(line, "tables", LogText.list(event.tables()));
        LogText.field(line, "site", event.site().toString());
        line.append(" count=")
                .append(count)
                .append(" refused=")
                .append(refused)
                .append(" id=")
                .append(id);
        return new LogLine(VIOLATIONS, refused > 0 ? Level.ERROR : event.kind().level(), line.toString());
    }

    /**
     * Numbers of the summary.
     *
     * @param violations distinct violations that no baseline excuses
     * @param count how often they happened
     * @param refused how many of those were refused
     * @param known how often violations of the baseline happened
     * @param findings distinct findings
     * @param bypasses how often bypasses were used
     * @param agentErrors errors of the agent itself
     */
    record Totals(
            int violations, long count, long refused, long known, int findings, long bypasses, long agentErrors) {}
}
