package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Field;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Objects that name the tenant: beans of a container, whose method a static source cannot call, singletons, and classes of other
 * jars. Used once, by one thread.
 */
final class InitBeans {

    private static final int MOST_NOTES = 3;

    private final InitClasses classes;
    private final Set<String> words;
    private final Map<String, InitClass> singletons = new TreeMap<>();
    private final Set<String> beans = new LinkedHashSet<>();
    private final Map<String, Integer> elsewhere = new TreeMap<>();
    private final Map<String, String> staticElsewhere = new TreeMap<>();
    private final Set<String> owners = new LinkedHashSet<>();

    InitBeans(InitClasses classes, Set<String> words) {
        this.classes = classes;
        this.words = words;
    }

    /** Whether a class is named as one that says which tenant it is now, rather than as a tenant. */
    private boolean isNamedSo(String internalName) {
        String simple =
                internalName.substring(Math.max(internalName.lastIndexOf('/'), internalName.lastIndexOf('$')) + 1);
        return InitSources.names(words, simple)
                && simple.toLowerCase(Locale.ROOT)
                        .matches(".*(context|holder|resolver|current|scope|threadlocal|accessor).*")
                && !simple.equals("CurrentTenantIdentifierResolver");
    }

    private boolean isGetter(String name, String returns) {
        String plain = name.replaceFirst("(?i)^get", "").replaceFirst("(?i)^current", "");
        return InitSources.VALUES.contains(returns)
                && (plain.isEmpty() || plain.equalsIgnoreCase("id") || InitSources.isTenant(words, plain));
    }

    /** Whether this class is one, of which there are objects only. */
    void look(InitClass c) {
        if (!isNamedSo(c.name())) {
            return;
        }
        Field one = c.fields().stream()
                .filter(Field::isStatic)
                .filter(f -> f.type().equals(c.dotted())
                        || f.type().equals(c.dotted().replace('$', '.')))
                .findFirst()
                .orElse(null);
        boolean hasStatic = c.methods().stream()
                .anyMatch(m -> m.isStatic() && m.parameters().isEmpty() && isGetter(m.name(), m.returns()));
        for (Method m : c.methods()) {
            if (hasStatic
                    || m.isStatic()
                    || m.isPrivate()
                    || m.isSynthetic()
                    || !m.parameters().isEmpty()
                    || !isGetter(m.name(), m.returns())) {
                continue;
            }
            owners.add(c.name());
            if (one != null) {
                singletons.put("field:" + c.dotted() + "#" + one.name() + "." + InitSources.propertyName(m), c);
            } else {
                beans.add(m.pattern().replace("#", "."));
            }
        }
    }

    /** Counts the calls of such classes that are not among those read. */
    void calls(Method m) {
        for (Call call : m.calls()) {
            if (call.lambda()
                    || !call.descriptor().startsWith("()")
                    || classes.get(call.owner()) != null
                    || !isNamedSo(call.owner())
                    || !isGetter(call.name(), call.returns())) {
                continue;
            }
            owners.add(call.owner());
            String method = call.owner().replace('/', '.') + "#" + call.name();
            if (call.isStatic()) {
                staticElsewhere.put("method:" + method, call.owner());
            } else {
                elsewhere.merge(method.replace("#", "."), 1, Integer::sum);
            }
        }
    }

    /** Sources that start at a static field with the only object, and their classes. */
    Map<String, InitClass> singletons() {
        return singletons;
    }

    /** Sources of classes that were not read, and the classes' internal names. */
    Map<String, String> staticElsewhere() {
        return staticElsewhere;
    }

    /** The classes, internal names. */
    Set<String> owners() {
        return owners;
    }

    /** What somebody has to look at, in sentences. */
    List<String> notes() {
        Map<String, String> notes = new LinkedHashMap<>();
        elsewhere.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(e -> notes.put(
                        e.getKey(),
                        e.getKey() + " is asked in " + e.getValue() + (e.getValue() == 1 ? " place" : " places")
                                + ", and its class lies in a jar that was not given: give that with --jar, too"));
        beans.forEach(b -> notes.put(
                b,
                b
                        + " says it, but is a method of an object: a source needs a static method or field that leads there, for"
                        + " instance the ThreadLocal that it reads"));
        List<String> all = new ArrayList<>(notes.values());
        return all.subList(0, Math.min(all.size(), MOST_NOTES));
    }
}
