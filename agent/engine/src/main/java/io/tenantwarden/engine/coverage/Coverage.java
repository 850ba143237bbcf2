package io.tenantwarden.engine.coverage;

import io.tenantwarden.engine.config.ConnectionPattern;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.HealthState;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import java.util.List;

/**
 * Whether every database client that this JVM uses is covered, as far as it was seen: known, not assumed. Thread-safe.
 */
public final class Coverage {

    private final ModeSwitch mode;
    private final List<ConnectionPattern> excluded;
    private final SiteFinder sites;
    private final Reporter reporter;
    private volatile boolean covered;
    private volatile boolean degraded;

    /** @param excluded {@code warden.datasource.exclude} */
    public Coverage(ModeSwitch mode, List<ConnectionPattern> excluded, SiteFinder sites, Reporter reporter) {
        this.mode = mode;
        this.excluded = List.copyOf(excluded);
        this.sites = sites;
        this.reporter = reporter;
    }

    /** A connection takes part. */
    public void connectionCovered() {
        covered = true;
    }

    /** Something that speaks to PostgreSQL cannot be covered; whoever calls this has told what. */
    public void degrade() {
        degraded = true;
    }

    /** Whether something that speaks to PostgreSQL is not covered. */
    public boolean isDegraded() {
        return degraded;
    }

    /**
     * A class of a driver cannot be covered: reported at the class, because nobody has called it yet.
     *
     * @param className binary name
     * @param detail what it means, fit for one line
     * @param refused whether nothing of it can run
     */
    public void uncoveredClass(String className, String detail, boolean refused) {
        degraded = true;
        reporter.violation(ViolationEvent.of(ViolationKind.UNCOVERED_CLIENT, new Site(className, "<clinit>", null, -1))
                .detail(detail)
                .refused(refused)
                .build());
    }

    /**
     * A client that cannot be covered is used.
     *
     * @param product what people call it
     * @param address who connects to what
     * @return where in the application it must be refused; null when it may go on
     */
    Site uncoveredClient(String product, ClientAddress address) {
        for (ConnectionPattern pattern : excluded) {
            if (pattern.matches(address.user(), address.url())) {
                return null;
            }
        }
        degraded = true;
        boolean refused = mode.refuses();
        FoundSite found = sites.find();
        reporter.violation(ViolationEvent.of(ViolationKind.UNCOVERED_CLIENT, found.site())
                .stack(found.stack())
                .database(null, address.user().isEmpty() ? null : address.user())
                .detail(product + " speaks to PostgreSQL without pgjdbc (" + address.url()
                        + "): what it sends is neither seen nor injected")
                .refused(refused)
                .build());
        return refused ? found.site() : null;
    }

    /**
     * The agent in one word.
     *
     * @param otherwise what it would be were every connection covered
     */
    public HealthState health(HealthState otherwise) {
        if (otherwise != HealthState.PROTECTING) {
            return otherwise;
        }
        return degraded ? HealthState.DEGRADED : covered ? HealthState.PROTECTING : HealthState.IDLE;
    }

    /** Tells that the application has used no connection yet that Warden covers; to be called when it has run for a while. */
    public void tellIfIdle() {
        if (!covered) {
            reporter.warn("no connection is covered so far: health is "
                    + (!mode.injects() ? "audit" : degraded ? "degraded" : "idle")
                    + ". Nothing is wrong when the application has not used its database yet. Otherwise check: does this JVM"
                    + " connect to PostgreSQL at all; does it use pgjdbc 42.2.29 or newer and not another client (violation"
                    + " uncovered-client); does warden.datasource.exclude leave its connections out; warden.debug=true"
                    + " tells which driver classes were instrumented");
        }
    }
}
