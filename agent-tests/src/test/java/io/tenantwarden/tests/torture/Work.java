package io.tenantwarden.tests.torture;

/** What a statement of the program gives; may throw what the driver throws. */
interface Work<T> {

    T run() throws Exception;
}
