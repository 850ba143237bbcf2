package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.ValueSources;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a running application shows: names in the configuration that mean nothing in it, and classes that mean two things. Thread-safe. */
public final class SelfCheck implements Supplier<List<Finding>> {

    private final Supplier<List<Finding>> methods;
    private final TenantReader reader;
    private final ValueSources values;
    private final Consumer<String> log;

    /** Sources that were told as not loaded. */
    private final Set<String> missed = ConcurrentHashMap.newKeySet();

    /**
     * @param methods what is wrong with the methods that configuration names
     * @param log gets what has come right
     */
    public SelfCheck(Supplier<List<Finding>> methods, TenantReader reader, ValueSources values, Consumer<String> log) {
        this.methods = methods;
        this.reader = reader;
        this.values = values;
        this.log = log;
    }

    @Override
    public List<Finding> get() {
        List<Finding> findings = new ArrayList<>(methods.get());
        for (String source : notLoaded()) {
            missed.add(source);
            findings.add(new Finding(
                    "source-not-loaded",
                    Level.WARN,
                    source,
                    "the application has not loaded what this tenant source reads, so that it never answered so far",
                    "compare its class with the code (nested classes are Outer$Inner), or take the source out; all is well when the"
                            + " class is only loaded later"));
        }
        reader.loadedTwice()
                .forEach((source, loaders) -> findings.add(new Finding(
                        "source-loaded-twice",
                        Level.WARN,
                        source,
                        "its class was loaded twice, by " + loaders
                                + ": a tenant that is set in one copy is not there in the other. The copy of the code that"
                                + " runs counts; where the other one names another tenant, there is none",
                        "keep the class in one place: in WEB-INF/lib or in the container's lib, inside or outside of what"
                                + " is restarted")));
        return findings;
    }

    private Set<String> notLoaded() {
        Set<String> all = new LinkedHashSet<>(reader.notLoaded());
        all.addAll(values.notLoaded());
        return all;
    }

    /** The class of some source is about to be loaded: what was told to be missing may be there now. */
    public void sourceLoaded() {
        if (missed.isEmpty()) {
            return;
        }
        Set<String> still = notLoaded();
        for (String source : missed) {
            if (!still.contains(source) && missed.remove(source)) {
                log.accept("the class of the tenant source " + source
                        + " has been loaded now: the finding source-not-loaded is settled");
            }
        }
    }
}
