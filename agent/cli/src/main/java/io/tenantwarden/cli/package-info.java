/**
 * The command line: {@code java -jar tenant-warden.jar COMMAND}. Uses rls, and of engine only config and report.
 *
 * <p>{@code java -jar tenant-warden.jar}: {@code WardenCommand}, beside {@code WardenAgent} in {@code agent/bootstrap}, makes an {@code
 * AgentClassLoader} and calls {@code WardenCli}. {@code DoctorCommand} runs the rules and, on demand, {@code Probe}, which tries to break isolation
 * in a transaction that is rolled back ({@code ProbeSession}): a {@code ProbeRun} for each table, {@code ProbeReads} and {@code ProbeWrites} are the
 * checks, {@code ProbeSummary} what is told of them. {@code Sarif} gives the findings to the report's writer of SARIF, at the places that {@code
 * SarifLocations} names. {@code ReportCommand} and {@code CheckCommand} read the agent's reports ({@code ReportFiles}); a {@code BaselineFile} is
 * what is known. {@code DdlCommand} reads {@code DdlFacts} and writes them as {@code DdlScript}, of which each {@code DdlPart} is one part. {@code
 * ExportCommand} and {@code EraseCommand} work on the rows of one tenant: {@code TenantSession} sets the scope in each transaction, {@code
 * TenantFacts} is what the tenant has, {@code Witness} a second role that sees everyone's rows. {@code ExportRun} copies the tables into files,
 * {@code ExportManifest} describes them, {@code ExportVerification} compares. {@code ErasePreparation} makes the plan and says what is in its way,
 * {@code Erasure} does it: {@code EraseRun} deletes as planned, {@code EraseTransaction} looks before each commit, with {@code ServerCounters},
 * whether a foreign key touched rows of others, {@code EraseJournal} is what a later run goes on with, {@code EraseCertificate} the proof. {@code
 * ExplainCommand}: {@code Explainer} asks in one read-only transaction ({@code ExplainSession}), first without a tenant, because a setting that was
 * once made is never unset again; {@code ExplainPlan} reads plans, {@code ExplainConclusion}, {@code ExplainHole} and {@code ExplainErrors} draw the
 * sentence from the {@code Explanation}, and ask nothing more. {@code InitCommand}: {@code InitDatabase} and {@code InitClasses} read ({@code
 * InitArchives}: jars in jars; {@code InitPackages}: whose classes are the application's; {@code InitBody}: what a method comes to), {@code
 * InitSources}, {@code InitBeans} and {@code InitEntries} propose ({@code InitEntryKinds}: how code is entered), {@code InitFile} writes. Class files
 * are read with the ASM of the agent's Byte Buddy ({@code InitClassReader}, nothing else names it); no class of the application is loaded. Its driver
 * is a copy of pgjdbc under another name; this module is shaded apart from the agent's, because relocation rewrites texts as well, and in the agent's
 * classes {@code org.postgresql} must go on to name the application's driver.
 */
package io.tenantwarden.cli;
