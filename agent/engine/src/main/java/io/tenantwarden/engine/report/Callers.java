package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.Packages.Owner;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which method a bypass may name so that a statement runs, and nothing more than its caller. A method through which the statements of many
 * callers pass is none, whoever wrote it: naming it would open all of them. Thread-safe.
 */
public final class Callers {

    /** So many callers make a method a helper. */
    private static final int HELPER = 3;

    /** How far out callers are counted: a helper may itself be called by one other helper only. */
    private static final int DISTANCE = 3;

    private static final int MAX_METHODS = 5_000;
    private static final String LAMBDA = "lambda$";

    /** Of each method and distance the callers, a few more than make it a helper. */
    private final Map<String, Set<String>> callers = new ConcurrentHashMap<>();

    /** Remembers who called whom. Called where the stack was walked anyway. */
    public void note(FoundSite found) {
        List<Site> frames = found.frames();
        for (int i = 0; i < frames.size(); i++) {
            String method = named(frames.get(i));
            int distance = 0;
            for (int j = i + 1; j < frames.size() && distance < DISTANCE; j++) {
                String caller = named(frames.get(j));
                if (!caller.equals(named(frames.get(j - 1)))) { // a lambda and its method, overloads, recursion
                    note(key(method, distance++), caller);
                }
            }
        }
    }

    private void note(String key, String caller) {
        Set<String> known = callers.get(key);
        if (known == null) {
            if (callers.size() >= MAX_METHODS * DISTANCE) {
                return;
            }
            known = callers.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet(2));
        }
        if (known.size() <= HELPER) {
            known.add(caller);
        }
    }

    /**
     * The innermost method that can be named and is no helper.
     *
     * @return {@code class#method} as {@code warden.bypass.<name>.at} takes it; null when there is none
     */
    public String nameable(FoundSite found) {
        return found.ofApplication() ? ofApplication(found) : ofFramework(found.frames());
    }

    /** A name for the bypass of such a method, as keys take it: {@code payment-webhook-find-customer}. */
    public static String bypassName(String classAndMethod) {
        int hash = classAndMethod.indexOf('#');
        String type = classAndMethod.substring(0, hash);
        String simple = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
        String words = (simple + "-" + classAndMethod.substring(hash + 1))
                .replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return words.isEmpty() ? "look-up" : words;
    }

    private String ofApplication(FoundSite found) {
        List<Site> frames = found.frames();
        for (int i = 0; i < frames.size(); i++) {
            Site frame = around(frames, i);
            if (frame != null && !found.passage().contains(frame) && !isHelper(frame) && canBeNamed(frame)) {
                return name(frame);
            }
        }
        return null;
    }

    /** The way into what has the statement: {@code JdbcDaoImpl#loadUserByUsername}, not the methods that it calls one after the other. */
    private String ofFramework(List<Site> frames) {
        Site way = null;
        for (Site frame : frames) {
            if (Packages.ownerOf(frame.className()) != Owner.OWN_STATEMENTS) {
                if (way != null) {
                    break;
                }
            } else if (canBeNamed(frame)) {
                way = frame;
            }
        }
        return way == null || isHelper(way) ? null : name(way);
    }

    private boolean isHelper(Site frame) {
        String method = named(frame);
        for (int distance = 0; distance < DISTANCE; distance++) {
            Set<String> known = callers.get(key(method, distance));
            if (known != null && known.size() > HELPER) {
                return true;
            }
        }
        return false;
    }

    private static String key(String method, int distance) {
        return method + "@" + distance;
    }

    private static String name(Site frame) {
        return frame.className() + "#" + frame.method();
    }

    /** As {@link #name}, a lambda by the method around it. */
    private static String named(Site frame) {
        String around = aroundLambda(frame.method());
        return frame.className() + "#" + (around == null ? frame.method() : around);
    }

    /**
     * A lambda has no name that configuration could give. The method around it has, and naming that helps where it is still running: a bypass
     * does not reach other threads.
     *
     * @return the frame itself when it is no lambda; null when the method around it does not run any more
     */
    private static Site around(List<Site> frames, int index) {
        Site frame = frames.get(index);
        String method = aroundLambda(frame.method());
        if (method == null) {
            return frame;
        }
        for (Site outer : frames.subList(index + 1, frames.size())) {
            if (outer.className().equals(frame.className()) && outer.method().equals(method)) {
                return outer;
            }
        }
        return null;
    }

    /** Null when the name is no lambda's. */
    private static String aroundLambda(String method) {
        int end = method.startsWith(LAMBDA) ? method.indexOf('$', LAMBDA.length()) : -1;
        return end < 0 ? null : method.substring(LAMBDA.length(), end);
    }

    private static boolean canBeNamed(Site frame) {
        return frame.className().indexOf('/') < 0
                && !GeneratedNames.looksGenerated(frame.className())
                && isIdentifier(frame.method());
    }

    /** Constructors, static initializers and what compilers of other languages make up have no name that could be written. */
    private static boolean isIdentifier(String method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            if (c == '$' || !(i == 0 ? Character.isJavaIdentifierStart(c) : Character.isJavaIdentifierPart(c))) {
                return false;
            }
        }
        return !method.isEmpty();
    }
}
