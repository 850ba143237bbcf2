package io.tenantwarden.engine.config;

/** What a key says that allows something with its consequences. */
public enum Acceptance {
    ACCEPT
}
