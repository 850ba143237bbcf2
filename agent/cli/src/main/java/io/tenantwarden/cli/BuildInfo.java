package io.tenantwarden.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * Which Warden this is. Immutable.
 *
 * @param version of the jar; {@code unknown} outside of it
 * @param commit it was built from, with {@code -dirty} where files were changed; {@code unknown} where it was built without git
 */
record BuildInfo(String version, String commit) {

    /** What the build wrote into the jar. */
    static BuildInfo read() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getClassLoader().getResourceAsStream("tenant-warden.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            // nothing is known then
        }
        return new BuildInfo(properties.getProperty("version", "unknown"), properties.getProperty("commit", "unknown"));
    }

    /** The Java that runs it. */
    static String jdk() {
        return System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")";
    }

    /** For people, one line. */
    String line() {
        return "Tenant Warden " + version + ", commit " + commit + ", JDK " + jdk();
    }
}
