package io.tenantwarden.testing;

/** A server that has been started, on loopback. */
interface RunningServer {

    int port();

    /** Stops it; says so on stderr when that fails. */
    void stop();
}
