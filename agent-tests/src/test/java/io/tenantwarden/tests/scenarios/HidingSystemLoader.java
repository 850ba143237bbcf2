package io.tenantwarden.tests.scenarios;

import java.net.MalformedURLException;
import java.nio.file.Path;

/** As {@code -Djava.system.class.loader}: its class is loaded before any agent starts. */
public final class HidingSystemLoader extends HidingLoader {

    /** Called by the JVM. */
    public HidingSystemLoader(ClassLoader parent) throws MalformedURLException {
        super(parent, Path.of(System.getProperty("driver.jar")).toUri().toURL());
    }

    /** Called by the JVM for the jar of an agent ({@code java.lang.instrument}). */
    @SuppressWarnings("unused")
    private void appendToClassPathForInstrumentation(String path) throws MalformedURLException {
        addURL(Path.of(path).toUri().toURL());
    }
}
