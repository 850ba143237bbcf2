/**
 * The report as data, and the forms in which it is written. The agent makes a {@link io.tenantwarden.engine.report.document.Report} of what
 * it knows, the command line reads one from files; both write it with the same formats.
 *
 * <p>A new format is a class that implements {@link io.tenantwarden.engine.report.document.ReportFormat}, and its line in
 * {@link io.tenantwarden.engine.report.document.ReportFormats}. Nothing here knows how violations are found or counted, starts a thread or
 * writes a file; the package depends on no other of the engine, and of the rules only on what they say of themselves.
 *
 * <p>The report as data ({@code Report}), which the agent makes and the command line reads ({@code ReportReader}, {@code ReportMerge}); a
 * {@code ReportFormat} is one form of it. {@code Comparison} is a report beside a baseline, {@code PunchList} what Markdown and HTML tell
 * alike, {@code KindText} what people are told of each kind, {@code SourceTree} where source files lie. {@code SarifLog} writes doctor's
 * SARIF, too. It is below everything, and knows of the rules only what they say of themselves: so that both loaders, the agent's and the
 * command line's, have it, it needs no module of its own.
 */
package io.tenantwarden.engine.report.document;
