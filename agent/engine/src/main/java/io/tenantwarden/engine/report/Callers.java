package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.Packages.Owner;
import java.util.List;
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

    private static final int MAX_METHODS = 5_000;
    private static final String LAMBDA = "lambda$";

    private final Map<String, Set<String>> callers = new ConcurrentHashMap<>();

    /** Remembers who called whom. Called where the stack was walked anyway. */
    public void note(FoundSite found) {
        List<Site> frames = found.frames();
        for (int i = 0; i + 1 < frames.size(); i++) {
            String method = name(frames.get(i));
            Set<String> known = callers.get(method);
            if (known == null) {
                if (callers.size() >= MAX_METHODS) {
                    return;
                }
                known = callers.computeIfAbsent(method, key -> ConcurrentHashMap.newKeySet(2));
            }
            if (known.size() <= HELPER) {
                known.add(name(frames.get(i + 1)));
            }
        }
    }

    /**
     * The innermost method that can be named and is no helper.
     *
     * @return {@code class#method} as {@code warden.bypass.<name>.at} takes it; null when there is none
     */
    public String nameable(FoundSite found) {
        List<Site> frames = found.frames();
        for (int i = 0; i < frames.size(); i++) {
            Site frame = frames.get(i);
            Owner owner = Packages.ownerOf(frame.className());
            boolean everybodys = owner == Owner.PLUMBING && !found.ofApplication();
            if (!everybodys && !isHelper(frame)) {
                String name = nameable(frame, frames.subList(i + 1, frames.size()));
                if (name != null) {
                    return name;
                }
            }
        }
        return null;
    }

    private boolean isHelper(Site frame) {
        Set<String> known = callers.get(name(frame));
        return known != null && known.size() > HELPER;
    }

    private static String name(Site frame) {
        return frame.className() + "#" + frame.method();
    }

    /**
     * A lambda has no name that configuration could give. The method around it has, and naming that helps where it is still running: a bypass
     * does not reach other threads.
     */
    private static String nameable(Site frame, List<Site> outer) {
        if (frame.className().indexOf('/') >= 0 || GeneratedNames.looksGenerated(frame.className())) {
            return null;
        }
        String method = frame.method();
        int end = method.startsWith(LAMBDA) ? method.indexOf('$', LAMBDA.length()) : -1;
        if (end > 0) {
            String around = method.substring(LAMBDA.length(), end);
            boolean running = outer.stream()
                    .anyMatch(site -> site.className().equals(frame.className())
                            && site.method().equals(around));
            return running ? frame.className() + "#" + around : null;
        }
        return isIdentifier(method) ? name(frame) : null;
    }

    /** Constructors, static initializers and what compilers of other languages make up have no name that could be written. */
    private static boolean isIdentifier(String method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            if (c == '$' || !(i == 0 ? Character.isJavaIdentifierStart(c) : Character.isJavaIdentifierPart(c))) {
                return false;
            }
        }
        return true;
    }
}
