/**
 * The classes on the boot class path: java.base only, no java.sql, no dependency, no logging. Instrumented code of every class loader can
 * see them, and nothing else of Warden.
 *
 * <p>{@code WardenAgent}, {@code AgentStarter} and {@code AgentClassLoader} are the start. {@code Hooks} and {@code Bridge} are the bridge.
 * {@code HasSession} and {@code HasStatement} are the interfaces that driver classes get. {@code Scope} is what a thread runs as:
 * {@code TENANT}, {@code BYPASS} or {@code NONE}. {@code BootClasses} is what changed class loaders ask. {@code Privileged} calls the engine
 * under a security manager. {@code Tasks}, with {@code TaskContext}, {@code TaskBridge}, {@code Carried}, {@code Submission} and {@code TaskMap}, is
 * what instrumented executors and threads call: it carries a scope to the task that it was handed over with. {@code WardenCommand} is what
 * {@code java -jar} calls. {@code ThreadState} holds, per thread, the pushed scopes, the depth of {@code getConnection} calls and whether
 * Warden's own code is running; {@code SourceState} what is known of the tenant source on it. Neither holds an object of the application.
 * {@code AgentErrors} counts bugs of the agent that were kept away from the application.
 */
package io.tenantwarden.bootstrap;
