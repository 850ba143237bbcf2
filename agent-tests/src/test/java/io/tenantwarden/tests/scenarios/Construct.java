package io.tenantwarden.tests.scenarios;

import java.util.concurrent.Callable;

/** One way to have work done on another thread. */
public interface Construct {

    /** Hands the work over, waits for it and gives its result. */
    String run(Callable<String> work) throws Exception;
}
