package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.RenderOptions;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.ReportFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what a command leaves behind. */
final class OutputFile {

    private OutputFile() {}

    /** Its folder is made when it is not there. */
    static void write(Path file, ReportFormat format, Report report, RenderOptions options) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, format.render(report, options));
        } catch (IOException e) {
            throw CommandFailure.couldNotRun(file + " cannot be written: " + e);
        }
    }
}
