package io.tenantwarden.engine.drivers;

import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;

/** What happens to classes of drivers and others while they are loaded: told once, and what it means for health. Thread-safe. */
public final class DriverEvents {

    private final Reporter reporter;
    private final SiteFinder sites;
    private final Coverage coverage;
    private final DriverShapes shapes;
    private final ToldOnce told = new ToldOnce();

    public DriverEvents(Reporter reporter, SiteFinder sites, Coverage coverage, DriverShapes shapes) {
        this.reporter = reporter;
        this.sites = sites;
        this.coverage = coverage;
        this.shapes = shapes;
    }

    /**
     * A class could not be instrumented. Told once for each loader and kind: where a loader hides the bridge, there is one such
     * class after the other.
     *
     * @param loader of the class; null for the boot loader
     * @param guarded whether statements pass it that {@code enforce} refuses: a driver's class, or another client's
     */
    public void notInstrumented(
            String className, String instrumentation, ClassLoader loader, Throwable cause, boolean guarded) {
        if (guarded) {
            shapes.notInstrumented(className, cause, told.first(loader, "driver"));
        } else if (told.first(loader, instrumentation)) {
            reporter.warn(className + " could not be instrumented as " + instrumentation + ", what it does is not seen"
                    + " (told once for each class loader): " + cause);
        }
    }

    /** A driver lacks what the pipelined strategy needs, and {@code auto} allows the portable one. */
    public void fallsBack(String missing) {
        shapes.willFallBack(missing);
    }

    /** A copy of pgjdbc under a name of its own is about to be used. */
    public void driverFound(String packageName) {
        sites.driver(packageName);
        reporter.info("found a copy of pgjdbc under the name " + packageName + ": it is covered as pgjdbc is");
    }

    /**
     * A driver was loaded before the agent came: its classes cannot be given fields any more, only the bodies of their
     * methods can be changed.
     *
     * @param className one of its classes
     * @param why what loaded it, as far as can be told, and what to do
     * @param attached whether the JVM was running before the agent came, so that it could not be otherwise
     */
    public void loadedBefore(String className, String why, boolean attached) {
        String detail = "the driver class " + className + " was loaded before the agent: strategy=jdbc is used for its"
                + " connections, as far as methods of loaded classes can be changed. " + why;
        if (attached) {
            reporter.warn(detail);
        } else {
            coverage.uncoveredClass(className, detail, false);
        }
    }

    /** A class that was loaded before the agent could not be changed: nothing of it is seen, and nothing can be refused. */
    public void notReached(String className, Throwable cause) {
        String detail =
                "the driver class " + className + " was loaded before the agent and could not be changed (" + cause
                        + "): its statements are neither injected nor seen, and cannot be refused; start the JVM with -javaagent";
        reporter.error(detail);
        coverage.uncoveredClass(className, detail, false);
    }
}
