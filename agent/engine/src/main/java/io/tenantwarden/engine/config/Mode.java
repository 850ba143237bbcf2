package io.tenantwarden.engine.config;

/** {@code warden.mode}: how far the agent goes. */
public enum Mode {
    /** Nothing is instrumented. */
    OFF,
    /** Watch, classify and report; nothing is sent to the database but the reading of its catalog. */
    AUDIT,
    /** Inject the scope into every transaction, and report. */
    INJECT,
    /** Inject, and refuse unscoped statements on protected tables. */
    ENFORCE
}
