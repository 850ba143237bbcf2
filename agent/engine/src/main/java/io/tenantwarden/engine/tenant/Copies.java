package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.LoadedClasses.Watched;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads a source of a class that the application may have loaded more than once: a restart loader beside the one it
 * replaces, {@code WEB-INF/lib} beside the container's {@code lib}, two applications in one JVM. What counts is the copy
 * that the running code is linked to: the one that the class loader of the application's innermost frame leads to (not the
 * parent's library that it has called). The
 * thread's context loader decides only where no frame does, because a pooled thread may have kept that of somebody else.
 *
 * <p>Another copy that the same code or thread could mean, and that names a tenant which the first one does not name, makes
 * the source fail: one of the two was left behind, or the tenant was set on the wrong one.
 *
 * <p>Safe for use by several threads. With one copy nothing is looked up and nothing allocated.
 */
final class Copies {

    /** Reads one copy. */
    interface Reading {
        Object of(Class<?> type) throws Throwable;
    }

    private final Watched watched;
    private final AppFrames frames;
    private final String text;
    private final Reading reading;

    /** @param text the source as it is written, for messages */
    Copies(Watched watched, SourceContext context, String text, Reading reading) {
        this.watched = watched;
        this.frames = context.frames();
        this.text = text;
        this.reading = reading;
    }

    boolean isLoaded() {
        return watched.isLoaded();
    }

    /**
     * The raw value.
     *
     * @return null when there is none, also when no copy is loaded
     */
    Object read() throws Throwable {
        Class<?> only = watched.only();
        if (only != null) {
            return reading.of(only);
        }
        List<Class<?>> all = watched.types();
        if (all.size() < 2) {
            return all.isEmpty() ? null : reading.of(all.get(0));
        }
        return several(all);
    }

    private Object several(List<Class<?>> all) throws Throwable {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader site = site(all);
        Class<?> own = site != null ? nearest(all, site) : nearest(all, context);
        if (own == null) {
            own = linked(all);
        }
        if (own == null) {
            return nobodys(all);
        }
        Object value = reading.of(own);
        // the thread of another application that lies beside this one says nothing of it
        boolean related = site == null || isParent(site, context) || isParent(context, site);
        for (Class<?> other : all) {
            if (other != own && (isSeenBy(site, other) || related && isSeenBy(context, other))) {
                Object second = quietly(other);
                if (second != null && !isSame(value, second)) {
                    throw disagree(own, other);
                }
            }
        }
        return value;
    }

    /**
     * The loader of the innermost frame that leads to a copy; where it is a parent's, of a frame further out that leads to a
     * child's: the application's code has called a library which the parent has.
     */
    private ClassLoader site(List<Class<?>> all) {
        ClassLoader[] best = new ClassLoader[1];
        frames.first(loader -> {
            Class<?> type = nearest(all, loader);
            if (type != null && (best[0] == null || isBelow(type, nearest(all, best[0])))) {
                best[0] = loader;
            }
            return type != null && all.stream().noneMatch(other -> isBelow(other, nearest(all, best[0])));
        });
        return best[0];
    }

    private static boolean isBelow(Class<?> type, Class<?> other) {
        return type != other && isSeenBy(type.getClassLoader(), other);
    }

    /** Loaders that are no children of those they ask: what their code is linked to only they can say. */
    private Class<?> linked(List<Class<?>> all) {
        Class<?>[] found = new Class<?>[1];
        frames.first(loader -> {
            try {
                Class<?> type = loader == null ? null : Class.forName(watched.name(), false, loader);
                found[0] = all.contains(type) ? type : null;
            } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
                found[0] = null;
            }
            return found[0] != null;
        });
        return found[0];
    }

    private Object nobodys(List<Class<?>> all) throws TenantSourceException {
        for (Class<?> type : all) {
            if (quietly(type) != null) {
                throw TenantSourceException.failed(
                        text,
                        "is loaded by several class loaders (" + describe(all)
                                + "), and nothing on the stack says whose is meant; keep the class in one of them");
            }
        }
        return null;
    }

    private TenantSourceException disagree(Class<?> own, Class<?> other) {
        return TenantSourceException.failed(
                text,
                "is loaded twice, and the copies disagree: the one of the running code (" + describe(own)
                        + ") does not name the tenant that the other (" + describe(other)
                        + ") names; keep the class in one place, for instance in WEB-INF/lib or in the container's lib");
    }

    /** A copy that throws has no answer; the one that counts is asked otherwise. */
    private Object quietly(Class<?> type) {
        try {
            Object value = reading.of(type);
            return value == null || String.valueOf(value).isBlank() ? null : value;
        } catch (Throwable t) {
            return null;
        }
    }

    private static boolean isSame(Object value, Object second) {
        return Objects.equals(value, second) || String.valueOf(second).equals(String.valueOf(value));
    }

    private static boolean isSeenBy(ClassLoader loader, Class<?> type) {
        for (ClassLoader each = loader; each != null; each = each.getParent()) {
            if (type.getClassLoader() == each) {
                return true;
            }
        }
        return loader != null && type.getClassLoader() == null;
    }

    private static boolean isParent(ClassLoader parent, ClassLoader child) {
        for (ClassLoader each = child; each != null; each = each.getParent()) {
            if (each == parent) {
                return true;
            }
        }
        return false;
    }

    /** The one that this loader or its nearest parent defines. */
    private static Class<?> nearest(List<Class<?>> all, ClassLoader start) {
        for (ClassLoader loader = start; loader != null; loader = loader.getParent()) {
            Class<?> type = of(all, loader);
            if (type != null) {
                return type;
            }
        }
        return start == null ? null : of(all, null);
    }

    private static Class<?> of(List<Class<?>> all, ClassLoader loader) {
        for (Class<?> type : all) {
            if (type.getClassLoader() == loader) {
                return type;
            }
        }
        return null;
    }

    /**
     * Class loaders of which one has another for a parent, and both the class: told once the application has run for a
     * while. Those of two applications beside each other are as they should be.
     *
     * @return null when there are none
     */
    String shadowing() {
        return shadowing(watched);
    }

    static String shadowing(Watched watched) {
        List<Class<?>> all = watched.types();
        for (Class<?> type : all) {
            for (Class<?> other : all) {
                if (other != type && type.getClassLoader() != null && isSeenBy(type.getClassLoader(), other)) {
                    return describe(type) + " and " + describe(other);
                }
            }
        }
        return null;
    }

    private static String describe(List<Class<?>> all) {
        List<String> loaders = new ArrayList<>();
        all.forEach(type -> loaders.add(describe(type)));
        return String.join(", ", loaders);
    }

    private static String describe(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        if (loader == null) {
            return "the boot loader";
        }
        String name = loader.getName() == null ? "" : " '" + loader.getName() + "'";
        return loader.getClass().getName() + name + "@" + Integer.toHexString(System.identityHashCode(loader));
    }
}
