package io.tenantwarden.engine.report;

import java.util.List;

/**
 * What the configuration says about logs and reports. Immutable.
 *
 * @param mode value of {@code warden.mode} at start
 * @param agentVersion version of the agent
 * @param log value of {@code warden.log}
 * @param reports paths of JSON reports to keep ({@code warden.report}); {@code %p} is the process id; empty when none
 * @param baseline path of a report whose violations are known ({@code warden.baseline}); null when none
 */
public record ReportSettings(String mode, String agentVersion, LogMode log, List<String> reports, String baseline) {

    public ReportSettings {
        reports = List.copyOf(reports);
    }
}
