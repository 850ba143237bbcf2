package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.SourceTree;
import java.util.List;
import java.util.Set;

/**
 * What the configuration says about logs and reports. Immutable.
 *
 * @param mode value of {@code warden.mode} at start
 * @param agentVersion version of the agent
 * @param log value of {@code warden.log}
 * @param reports paths of reports to keep ({@code warden.report}), whose endings name formats; {@code %p} is the process id; empty when none
 * @param baseline path of a report whose violations are known ({@code warden.baseline}); null when none
 * @param fail kinds that make the JVM end with exit code 1 ({@code warden.fail}); empty when none
 * @param sourceRoots where source files lie ({@code warden.sourceRoots}), relative to the working directory
 * @param jmx whether there is a bean ({@code warden.jmx})
 * @param metrics whether the application's metrics and health get what the agent knows ({@code warden.metrics})
 */
public record ReportSettings(
        String mode,
        String agentVersion,
        LogMode log,
        List<String> reports,
        String baseline,
        Set<ViolationKind> fail,
        List<String> sourceRoots,
        boolean jmx,
        boolean metrics) {

    public ReportSettings {
        reports = List.copyOf(reports);
        fail = Set.copyOf(fail);
        sourceRoots = List.copyOf(sourceRoots);
    }

    /** Without what only some use. */
    public ReportSettings(String mode, String agentVersion, LogMode log, List<String> reports, String baseline) {
        this(mode, agentVersion, log, reports, baseline, Set.of(), SourceTree.USUAL_ROOTS, false, false);
    }
}
