package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.RenderOptions;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.ReportFormat;
import io.tenantwarden.engine.report.document.ReportFormats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The files of {@code warden.report}: soon after something new was found, every ten seconds when only numbers have changed, and at the end. Of a file
 * that is written, all is written from one state.
 */
final class FileSink implements ReportSink {

    private static final long EXIT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** People read no more, and a page of all would take more memory than the agent may. */
    private static final int MAX_RENDERED = 500;

    private record ReportFile(ReportFormat format, ReportWriter writer) {}

    private final Collected collected;
    private final Reporter.Timing timing;
    private final Consumer<LogLine> log;
    private final List<ReportFile> files = new ArrayList<>();
    // Only the thread that writes, or the shutdown hook after it, reads and sets these.
    private volatile long writtenState = -1;
    private volatile long writtenNews = -1;
    private volatile long writtenAt;
    private volatile RenderOptions options;
    private volatile boolean shortenedTold;

    /** @param paths of files whose ending names a format; {@code %p} is the process id */
    FileSink(List<String> paths, Collected collected, Reporter.Timing timing, Consumer<LogLine> log) {
        this.collected = collected;
        this.timing = timing;
        this.log = log;
        for (String path : paths) {
            ReportFormat format = ReportFormats.ofFile(path);
            if (format == null) {
                throw new IllegalArgumentException("the ending of " + path + " names no format");
            }
            files.add(new ReportFile(format, new ReportWriter(path, log)));
        }
    }

    /** From now on the files are kept; nothing is written before. */
    void start(RenderOptions with) {
        writtenAt = System.nanoTime();
        options = with;
    }

    @Override
    public long write(boolean exiting) {
        if (options == null) {
            return Long.MAX_VALUE;
        }
        long sinceWritten = System.nanoTime() - writtenAt;
        long due = timing.reportInterval().toNanos();
        if (exiting) {
            due = EXIT_CHECK_NANOS;
        } else if (collected.news() != writtenNews) {
            due = timing.newsInterval().toNanos();
        }
        if (sinceWritten >= due) {
            writeFiles();
        }
        return timing.newsInterval().toNanos();
    }

    /** Hooks that hang, or a halt, must not cost what is known by now. */
    @Override
    public void exiting() {
        last();
    }

    @Override
    public void last() {
        if (options != null) {
            writeFiles();
        }
    }

    private void writeFiles() {
        // asked before the document is made: what is noted while it is made is written the next time
        long state = collected.state();
        writtenAt = System.nanoTime();
        writtenNews = collected.news();
        if (state == writtenState) {
            return;
        }
        Report report = collected.report();
        boolean allWritten = true;
        for (ReportFile file : files) {
            Report told = file.format() == ReportFormats.JSON ? report : report.mostFrequent(MAX_RENDERED);
            if (told != report && !shortenedTold) {
                shortenedTold = true;
                log.accept(
                        LogLine.text(
                                Level.WARN,
                                "only the " + MAX_RENDERED + " most frequent of "
                                        + report.violations().size()
                                        + " violations are in reports that are not JSON, so that writing them needs little memory. Keep a"
                                        + " warden.report that ends in .json: it has all, and java -jar tenant-warden.jar report renders it"));
            }
            allWritten &= file.writer().write(target -> file.format().write(told, options, target));
        }
        writtenState = allWritten ? state : -1;
    }

    @Override
    public void close() {
        files.forEach(file -> file.writer().close());
    }
}
