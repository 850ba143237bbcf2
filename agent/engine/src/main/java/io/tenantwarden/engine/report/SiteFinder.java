package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.Packages.Owner;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the application's own frame on the stack of the current thread. Immutable and thread-safe.
 *
 * <p>The first frame whose class begins with one of {@code warden.app.packages} is the site. When none is given, or no frame has one: the
 * first frame that is not JDK, driver, pool, framework, proxy or Warden itself. Two kinds of frames of the application are the site only where
 * there is no other: those that only hand on what somebody else calls ({@link Passages#handsOn}), and those without a line number, which
 * generators write. When everything on the stack is framework (a migration tool that the framework calls): the first frame of a framework that has
 * statements of its own, else of a template or mapper.
 */
public final class SiteFinder {

    private static final int MAX_STACK = 12;
    private static final StackWalker WALKER = StackWalker.getInstance(
            Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_REFLECT_FRAMES));
    private static final Site UNKNOWN = new Site("unknown", "unknown", null, -1);

    private final String[] applicationPackages;

    /**
     * @param applicationPackages values of {@code warden.app.packages}: package or class names, with or without a closing {@code .} or
     *     {@code .*}; empty when not configured
     */
    public SiteFinder(List<String> applicationPackages) {
        List<String> names = new ArrayList<>(applicationPackages.size());
        for (String prefix : applicationPackages) {
            String name = withoutWildcard(prefix);
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        this.applicationPackages = names.toArray(new String[0]);
    }

    private static String withoutWildcard(String prefix) {
        String name = prefix.trim();
        while (name.endsWith("*") || name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        return name;
    }

    /** What lies in this package, without a dot at the end, is a driver: a copy under another name. */
    public void driver(String packageName) {
        Packages.driver(packageName + ".");
        KnownClass.forget();
    }

    /** The site alone: cheaper than {@link #find()}, for statements that only need to be counted. Never null. */
    public Site site() {
        return WALKER.walk(frames -> walk(frames, null, null));
    }

    /** The site and the application's frames around it. */
    public FoundSite find() {
        List<StackFrame> stack = new ArrayList<>(MAX_STACK);
        List<StackFrame> others = new ArrayList<>(MAX_STACK);
        Site site = WALKER.walk(frames -> walk(frames, stack, others));
        boolean own = !stack.isEmpty();
        List<StackFrame> frames = own ? stack : others;
        boolean configured = own && stack.stream().anyMatch(frame -> isConfigured(frame.getClassName()));
        Set<Site> passage = new HashSet<>();
        for (StackFrame frame : frames) {
            // a library that nobody listed is not the application's where that has said which packages are
            if (own && (Passages.isPassage(frame) || (configured && !isConfigured(frame.getClassName())))) {
                passage.add(Site.of(frame));
            }
        }
        return new FoundSite(site, frames.stream().map(Site::of).toList(), passage, own);
    }

    /**
     * The class loader of the innermost frame of the application whose loader is wanted; null when there is none. With {@code
     * warden.app.packages} the frames that it names come first.
     */
    public ClassLoader loader(Predicate<ClassLoader> wanted) {
        ClassLoader configured = applicationPackages.length == 0 ? null : loader(wanted, true);
        return configured != null ? configured : loader(wanted, false);
    }

    private ClassLoader loader(Predicate<ClassLoader> wanted, boolean configured) {
        return WALKER.walk(frames -> frames.filter(frame -> isOfApplication(frame, configured))
                .map(frame -> frame.getDeclaringClass().getClassLoader())
                .filter(loader -> loader != null && wanted.test(loader))
                .findFirst()
                .orElse(null));
    }

    private boolean isOfApplication(StackFrame frame, boolean configured) {
        String className = frame.getClassName();
        if (configured) {
            return isConfigured(className);
        }
        KnownClass known = KnownClass.of(className);
        return known.owner() == Owner.APPLICATION && !isGenerated(frame, known);
    }

    /**
     * The site outside of a class and those nested in it: who calls it.
     *
     * @param className with dots
     */
    public Site siteOutside(String className) {
        String nested = className + "$";
        return WALKER.walk(frames -> walk(
                frames.filter(frame -> !frame.getClassName().equals(className)
                        && !frame.getClassName().startsWith(nested)),
                null,
                null));
    }

    /**
     * Whether code of the application calls the method at hand, the innermost one that is not Warden's, on a thread of its
     * own: no server is further out.
     *
     * @param isServer whether a class of this name is a server's
     */
    public boolean isCalledByApplication(Predicate<String> isServer) {
        return WALKER.walk(frames -> {
            String callee = null;
            boolean called = false;
            Iterator<StackFrame> iterator = frames.iterator();
            while (iterator.hasNext()) {
                StackFrame frame = iterator.next();
                String className = frame.getClassName();
                if (KnownClass.of(className).owner() == Owner.WARDEN) {
                    continue;
                }
                callee = callee == null ? className : callee;
                if (isServer.test(className)) {
                    called = false;
                } else if (!className.equals(callee) && isOfApplication(frame, false)) {
                    called = true;
                }
            }
            return called;
        });
    }

    /**
     * @param stack gets the application's frames; null when they are not wanted
     * @param others gets those of frameworks, likewise
     */
    private Site walk(Stream<StackFrame> frames, List<StackFrame> stack, List<StackFrame> others) {
        StackFrame byConfiguration = null;
        StackFrame byRule = null;
        StackFrame lesserByConfiguration = null;
        StackFrame lesser = null;
        StackFrame framework = null;
        StackFrame plumbing = null;
        StackFrame anything = null;
        StackFrame callee = null;
        boolean calleeHandsOn = false;
        Iterator<StackFrame> iterator = frames.iterator();
        while (iterator.hasNext()) {
            StackFrame frame = iterator.next();
            StackFrame called = callee;
            boolean calledHandsOn = calleeHandsOn;
            callee = frame;
            calleeHandsOn = false;
            String className = frame.getClassName();
            KnownClass known = KnownClass.of(className);
            Owner owner = known.owner();
            if (owner == Owner.WARDEN || owner == Owner.JDK || isGenerated(frame, known)) {
                continue;
            }
            boolean configured = isConfigured(className);
            if (configured || owner == Owner.APPLICATION) {
                calleeHandsOn = Passages.handsOn(frame, called, calledHandsOn);
                if (calleeHandsOn) {
                    add(others, frame);
                } else {
                    add(stack, frame);
                }
                if (calleeHandsOn || hasNoLine(frame)) {
                    lesserByConfiguration = lesserByConfiguration == null && configured ? frame : lesserByConfiguration;
                    lesser = lesser == null ? frame : lesser;
                } else {
                    byConfiguration = byConfiguration == null && configured ? frame : byConfiguration;
                    byRule = byRule == null && owner == Owner.APPLICATION ? frame : byRule;
                }
            } else {
                switch (owner) {
                    case FRAMEWORK, OWN_STATEMENTS -> {
                        framework = framework == null ? frame : framework;
                        add(others, frame);
                    }
                    case PLUMBING -> {
                        plumbing = plumbing == null ? frame : plumbing;
                        add(others, frame);
                    }
                    default -> anything = anything == null ? frame : anything;
                }
            }
            boolean decided = byConfiguration != null || (applicationPackages.length == 0 && byRule != null);
            if (decided && (stack == null || stack.size() == MAX_STACK)) {
                break;
            }
        }
        StackFrame found = first(byConfiguration, lesserByConfiguration, byRule, lesser, framework, plumbing, anything);
        return found == null ? UNKNOWN : Site.of(found);
    }

    private static boolean hasNoLine(StackFrame frame) {
        return frame.getLineNumber() < 0 && !frame.isNativeMethod();
    }

    private static void add(List<StackFrame> stack, StackFrame frame) {
        if (stack != null && stack.size() < MAX_STACK) {
            stack.add(frame);
        }
    }

    private static StackFrame first(StackFrame... inOrder) {
        for (StackFrame frame : inOrder) {
            if (frame != null) {
                return frame;
            }
        }
        return null;
    }

    private boolean isConfigured(String className) {
        for (String prefix : applicationPackages) {
            if (className.startsWith(prefix)) {
                int end = prefix.length();
                if (end == className.length() || className.charAt(end) == '.' || className.charAt(end) == '$') {
                    return true;
                }
            }
        }
        return false;
    }

    /** A name like a proxy's is not enough: generators write no line numbers, compilers do, and a class of the application must be found. */
    private static boolean isGenerated(StackFrame frame, KnownClass known) {
        return known.looksGenerated() && frame.getLineNumber() < 0;
    }
}
