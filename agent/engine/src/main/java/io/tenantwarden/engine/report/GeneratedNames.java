package io.tenantwarden.engine.report;

/** Parts of class names by which proxy and bytecode generators give themselves away. */
final class GeneratedNames {

    /** What follows such a part is a number or a random text. */
    private static final String[] MARKERS = {
        "$$EnhancerBy",
        "$$FastClassBy",
        "$$SpringCGLIB$$",
        "$$FastClass",
        "$$Lambda",
        "$HibernateProxy$",
        "$HibernateAccessOptimizer$",
        "$ByteBuddy$",
        "$MockitoMock$",
        "$auxiliary$",
        "_$$_jvst",
        "_$$_javassist",
        "_$$_Weld",
        "$Proxy$_$$_",
        "$$EclipseLinkProxy$$",
    };

    /** Generators whose names are found in ordinary words, too: {@code com.acme.ByteBuddyFan}. */
    private static final String[] WORDS = {"CGLIB", "ByteBuddy", "Generated"};

    private static final String[] ENDINGS = {"_Subclass", "_ClientProxy", "_Bean", "$Intercepted"};
    private static final String JDK_PROXY = "$Proxy";

    private GeneratedNames() {}

    /** Whether a name carries such a part. The name alone proves nothing: {@code com.acme.Jobs_Subclass} may be somebody's own class. */
    static boolean looksGenerated(String className) {
        for (String word : WORDS) {
            if (className.contains(word)) {
                return true;
            }
        }
        if (className.indexOf('$') < 0 && className.indexOf('_') < 0) {
            return false;
        }
        for (String ending : ENDINGS) {
            if (className.endsWith(ending)) {
                return true;
            }
        }
        return afterJdkProxy(className) > 0 || afterMarker(className) > 0;
    }

    /** Where the part that changes from start to start begins; the name's length when there is none. */
    static int stableLength(String className) {
        int end = afterMarker(className);
        if (end < 0) {
            end = afterJdkProxy(className);
        }
        return end < 0 ? className.length() : end;
    }

    private static int afterMarker(String className) {
        for (String marker : MARKERS) {
            int at = className.indexOf(marker);
            if (at >= 0) {
                return at + marker.length();
            }
        }
        return -1;
    }

    private static int afterJdkProxy(String className) {
        int at = className.lastIndexOf(JDK_PROXY);
        int end = at + JDK_PROXY.length();
        boolean numbered = at >= 0 && end < className.length() && Character.isDigit(className.charAt(end));
        return numbered ? end : -1;
    }
}
