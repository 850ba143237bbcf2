package io.tenantwarden.instrumentation.source;

import io.tenantwarden.engine.policy.SettingPlaces;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The classes in which a value of a tenant source is set, so that one which is set anew can be told from one that was left
 * on the thread: those that sources name, with those nested in them, and those of libraries. Thread-safe.
 */
public final class SettingInstrumentations {

    /** Numbers places where a value is set. */
    public interface Places {
        /**
         * @param className with dots
         * @return what the hooks are to be called with
         */
        int add(String className, SettingPlaces.Kind kind);
    }

    private static final String SECURITY = "org/springframework/security/core/context/";

    /** Diagnostic contexts, under the names of those that SLF4J's may lead to. */
    private static final String[] DIAGNOSTIC_CONTEXTS = {
        "org/slf4j/MDC",
        "org/apache/logging/log4j/ThreadContext",
        "org/apache/log4j/MDC",
        "org/jboss/logging/MDC",
        "org/jboss/logmanager/MDC"
    };

    private static final String[] SECURITY_CONTEXTS = {
        SECURITY + "SecurityContextHolder",
        SECURITY + "ThreadLocalSecurityContextHolderStrategy",
        SECURITY + "InheritableThreadLocalSecurityContextHolderStrategy",
        SECURITY + "GlobalSecurityContextHolderStrategy",
        SECURITY + "ListeningSecurityContextHolderStrategy",
        SECURITY + "SecurityContextImpl"
    };

    private final String[] own;
    private final Places places;
    private final Map<String, TypeInstrumentation> libraries = new HashMap<>();

    /**
     * @param own the application's classes that sources name, with dots
     * @param mdc whether a source reads the diagnostic context
     * @param security whether a source reads Spring Security's context
     */
    public SettingInstrumentations(Set<String> own, boolean mdc, boolean security, Places places) {
        this.own = own.stream().map(name -> name.replace('.', '/')).toArray(String[]::new);
        this.places = places;
        if (mdc) {
            for (String name : DIAGNOSTIC_CONTEXTS) {
                libraries.put(name, new LibrarySettings(places));
            }
        }
        if (security) {
            for (String name : SECURITY_CONTEXTS) {
                libraries.put(name, new LibrarySettings(places));
            }
        }
    }

    /** What is done to a class of this internal name; null when nothing is. */
    public TypeInstrumentation of(String name) {
        TypeInstrumentation library = libraries.get(name);
        if (library != null) {
            return library;
        }
        for (String each : own) {
            if (name.startsWith(each) && (name.length() == each.length() || name.charAt(each.length()) == '$')) {
                return new OwnSettings(places);
            }
        }
        return null;
    }
}
