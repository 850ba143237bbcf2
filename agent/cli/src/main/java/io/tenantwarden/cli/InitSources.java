package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Field;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Where the application seems to keep its tenant. Used once, by one thread. */
final class InitSources {

    /** What the application's own code decided, after it had authenticated the user. */
    private static final int CERTAIN = 5;

    private static final int VERIFIED = 4;
    private static final int LIKELY = 3;
    private static final int OF_THE_CLIENT = 1;

    private static final int LONGEST_PATH = 3;

    private static final Set<String> HOLDERS = Set.of(
            "java.lang.ThreadLocal",
            "java.lang.InheritableThreadLocal",
            "java.lang.ScopedValue",
            "com.alibaba.ttl.TransmittableThreadLocal",
            "io.netty.util.concurrent.FastThreadLocal");

    static final Set<String> VALUES = Set.of(
            "Ljava/lang/String;",
            "Ljava/util/UUID;",
            "Ljava/lang/Long;",
            "Ljava/lang/Integer;",
            "J",
            "I",
            "Ljava/util/Optional;",
            "Ljava/lang/Object;");

    private static final Set<String> PRINCIPALS = Set.of(
            "org/springframework/security/core/userdetails/UserDetails",
            "org/springframework/security/core/userdetails/User",
            "org/springframework/security/oauth2/core/user/OAuth2User",
            "org/springframework/security/oauth2/core/user/DefaultOAuth2User",
            "org/springframework/security/oauth2/core/oidc/user/OidcUser",
            "org/springframework/security/oauth2/core/oidc/user/DefaultOidcUser");

    private final InitClasses classes;
    private final Set<String> words;
    private final InitBeans beans;
    private final Map<String, Candidate> found = new LinkedHashMap<>();
    private final Map<String, Optional<String>> paths = new HashMap<>();
    private final Set<String> holders = new LinkedHashSet<>();

    /**
     * A source.
     *
     * @param value of {@code warden.tenant}
     * @param reason why it is proposed
     * @param rank how much speaks for it
     * @param owner the class that it was found in, internal name
     */
    record Candidate(String value, String reason, int rank, String owner) {}

    /** @param columns the tenant columns: their names tell what the application calls a tenant */
    InitSources(InitClasses classes, Collection<String> columns) {
        this.classes = classes;
        this.words = words(columns);
        this.beans = new InitBeans(classes, words);
    }

    static Set<String> words(Collection<String> columns) {
        Set<String> words = new LinkedHashSet<>(Set.of("tenant"));
        for (String column : columns) {
            String word = column.toLowerCase(Locale.ROOT)
                    .replaceFirst("_?(id|key|code|uuid|slug|no)_?$", "")
                    .replace("_", "");
            if (word.length() > 2) {
                words.add(word);
            }
        }
        return words;
    }

    /** Whether a name of code speaks of a tenant. */
    static boolean names(Set<String> words, String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[_\\-. ]", "");
        return words.stream().anyMatch(plain::contains);
    }

    /** Whether a property is the tenant itself: {@code tenant}, {@code tenantId}, not {@code loggingTenantId}. */
    static boolean isTenant(Set<String> words, String property) {
        String plain = property.toLowerCase(Locale.ROOT).replaceAll("[_$]", "");
        return words.stream().anyMatch(w -> plain.matches(Pattern.quote(w) + "(id|key|code|uuid|slug|no)?"));
    }

    private boolean names(String name) {
        return names(words, name);
    }

    /** The candidates, the best first. */
    List<Candidate> find() {
        for (InitClass c : classes.all()) {
            holderOf(c);
            resolver(c);
            principal(c);
            beans.look(c);
            c.methods().forEach(m -> {
                calls(m);
                beans.calls(m);
            });
        }
        beans.singletons()
                .forEach((value, c) -> add(
                        value,
                        "static field with the one object of this class, which names the tenant",
                        LIKELY,
                        c.name()));
        beans.staticElsewhere()
                .forEach((value, owner) ->
                        add(value, "the classes call it; it lies in a jar that was not given", LIKELY, owner));
        holders.addAll(beans.owners());
        List<Candidate> all = new ArrayList<>(found.values());
        all.sort(Comparator.comparing((Candidate x) -> -x.rank()));
        return all;
    }

    /** What names the tenant and is no source as it is, in sentences; to be asked after {@link #find}. */
    List<String> notes() {
        return beans.notes();
    }

    /** Classes that keep the tenant, internal names; to be asked after {@link #find}. */
    Set<String> holders() {
        return holders;
    }

    /** The one to take, when one is better than all others; null when somebody has to choose. */
    static Candidate best(List<Candidate> candidates) {
        if (candidates.isEmpty() || candidates.get(0).rank() < VERIFIED) {
            return null;
        }
        Candidate first = candidates.get(0);
        boolean alone = candidates.stream()
                .filter(x -> x.rank() == first.rank())
                .allMatch(x -> x.owner().equals(first.owner()));
        return alone ? first : null;
    }

    private void add(String value, String reason, int rank, String owner) {
        found.putIfAbsent(value, new Candidate(value, reason, rank, owner));
    }

    private void holderOf(InitClass c) {
        Field holder = c.fields().stream()
                .filter(f -> f.isStatic() && HOLDERS.contains(f.type()))
                .findFirst()
                .orElse(null);
        boolean ofTenant = names(c.simpleName());
        List<Method> getters = new ArrayList<>();
        for (Method m : c.methods()) {
            boolean getter = m.isStatic()
                    && !m.isPrivate()
                    && !m.isSynthetic()
                    && m.parameters().isEmpty()
                    && !m.returns().equals("V")
                    && !m.name().startsWith("<")
                    && path(m) != null;
            if (getter
                    && (ofTenant
                            || names(m.name())
                            || !path(m).isEmpty() && (holder != null || hasSetter(c, m.returns())))) {
                getters.add(m);
            }
        }
        getters.sort(Comparator.comparing(InitSources::unusual).thenComparing(Method::name));
        boolean reads = false;
        for (Method m : getters) {
            boolean fromHolder = m.calls().stream()
                    .anyMatch(call -> HOLDERS.contains(call.owner().replace('/', '.'))
                            && (call.name().equals("get") || call.name().equals("orElse")));
            if (fromHolder) {
                reads = true;
                add(
                        "method:" + m.pattern() + path(m),
                        "static, without arguments, returns what a "
                                + simple(holder == null ? "ThreadLocal" : holder.type()) + " holds"
                                + (ofTenant || names(m.name()) ? "" : ", and leads to a tenant"),
                        ofTenant || names(m.name()) ? CERTAIN : LIKELY,
                        c.name());
            } else if (!ofTenant && !names(m.name())) {
                add(
                        "method:" + m.pattern() + path(m),
                        "static, without arguments, what it returns leads to a tenant, and the class has a setter of it",
                        LIKELY,
                        c.name());
            } else if (unusual(m) < 2 && names(m.name()) || unusual(m) == 0) {
                add(
                        "method:" + m.pattern() + path(m),
                        "static, without arguments, and named like it",
                        LIKELY,
                        c.name());
            }
        }
        if (holder != null && (ofTenant || names(holder.name()))) {
            holders.add(c.name());
            add(
                    "field:" + c.dotted() + "#" + holder.name(),
                    "static field that holds a value for each thread"
                            + (reads ? "; the same as what the method returns" : ""),
                    reads ? LIKELY : CERTAIN,
                    c.name());
        } else if (!getters.isEmpty()
                && found.values().stream().anyMatch(x -> x.owner().equals(c.name()))) {
            holders.add(c.name());
        }
    }

    private static boolean hasSetter(InitClass c, String descriptor) {
        return c.methods().stream()
                .anyMatch(m -> m.isStatic()
                        && !m.isPrivate()
                        && m.name().matches("(?i)(set|push|enter|with).*")
                        && m.parameters().equals(List.of(descriptor)));
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /** 0 for the usual names of such a method, more for others. */
    private static int unusual(Method m) {
        String name = m.name().toLowerCase(Locale.ROOT);
        if (name.startsWith("require") || name.startsWith("must") || name.startsWith("is") || name.startsWith("has")) {
            return 3;
        }
        return name.equals("get")
                        || name.startsWith("current")
                        || name.startsWith("getcurrent")
                        || name.startsWith("gettenant")
                ? 0
                : name.startsWith("get") || name.startsWith("tenant") ? 1 : 2;
    }

    /** From what the method returns to the id: empty, or a path; null when there is none. */
    private String path(Method m) {
        if (VALUES.contains(m.returns())) {
            return "";
        }
        return paths.computeIfAbsent(m.returns(), this::pathFrom).orElse(null);
    }

    /** The shortest way over getters to a property that is a tenant's id. */
    private Optional<String> pathFrom(String descriptor) {
        Map<String, String> level = new LinkedHashMap<>(Map.of(descriptor, ""));
        Set<String> seen = new HashSet<>();
        for (int depth = 0; depth < LONGEST_PATH && !level.isEmpty(); depth++) {
            Map<String, String> next = new LinkedHashMap<>();
            for (Map.Entry<String, String> e : level.entrySet()) {
                InitClass type = seen.add(e.getKey()) ? classOf(e.getKey()) : null;
                if (type == null) {
                    continue;
                }
                String property = property(classes, type, words, true);
                if (property != null) {
                    return Optional.of(e.getValue() + "." + property);
                }
                for (Method m : classes.methodsOf(type)) {
                    if (!m.isStatic()
                            && !m.isSynthetic()
                            && m.parameters().isEmpty()
                            && isGetter(type, m)
                            && classOf(m.returns()) != null) {
                        next.putIfAbsent(m.returns(), e.getValue() + "." + propertyName(m));
                    }
                }
            }
            level = next;
        }
        return Optional.empty();
    }

    /** What makes something new is no way to what is there. */
    private static boolean isGetter(InitClass type, Method m) {
        return m.name().startsWith("get")
                || type.fields().stream().anyMatch(f -> f.name().equals(m.name()));
    }

    private InitClass classOf(String descriptor) {
        return descriptor.startsWith("L") ? classes.get(descriptor.substring(1, descriptor.length() - 1)) : null;
    }

    static String propertyName(Method m) {
        return m.name().startsWith("get") && m.name().length() > 3
                ? Character.toLowerCase(m.name().charAt(3)) + m.name().substring(4)
                : m.name();
    }

    /** The property of a class that is a tenant's id; null when it has none. */
    static String property(InitClasses classes, InitClass type, Set<String> words, boolean isTenant) {
        String id = null;
        for (Method m : classes.methodsOf(type)) {
            if (m.isStatic() || m.isSynthetic() || !m.parameters().isEmpty() || !VALUES.contains(m.returns())) {
                continue;
            }
            String name = propertyName(m);
            if (isTenant(words, name)) {
                return name;
            }
            if (isTenant && names(words, type.simpleName()) && name.equals("id")) {
                id = name;
            }
        }
        return id;
    }

    private void resolver(InitClass c) {
        if (c.interfaces().stream().anyMatch(i -> i.endsWith("/CurrentTenantIdentifierResolver"))) {
            add("hibernate", c.dotted() + " is a CurrentTenantIdentifierResolver", VERIFIED, c.name());
        }
    }

    private void principal(InitClass c) {
        boolean user =
                PRINCIPALS.contains(c.superName()) || c.interfaces().stream().anyMatch(PRINCIPALS::contains);
        boolean token = c.superName().endsWith("AuthenticationToken");
        if (user || token) {
            String property = property(classes, c, words, false);
            if (property != null) {
                add(
                        "security:" + (user ? "principal." : "") + property,
                        c.dotted() + " is Spring Security's " + (user ? "user" : "token") + " and has it",
                        VERIFIED,
                        c.name());
            }
        }
    }

    private void calls(Method m) {
        for (Call call : m.calls()) {
            String constant = call.constant();
            if (constant == null || !constant.matches("[A-Za-z0-9_.:/-]{1,80}") || !names(constant)) {
                continue;
            }
            String at = m.pattern().replace("#", ".");
            if (call.owner().equals("org/slf4j/MDC") && call.name().startsWith("put")) {
                add("mdc:" + constant, at + " puts it there", LIKELY, m.owner());
            } else if (call.name().startsWith("getClaim") && call.owner().startsWith("org/springframework/security/")) {
                add("security:claim:" + constant, at + " reads this claim", VERIFIED, m.owner());
            } else if (call.owner().endsWith("servlet/http/HttpServletRequest")
                    && call.name().equals("getHeader")) {
                add(
                        "header:" + constant,
                        at + " reads it. A client can send what it likes: only behind a gateway that sets it",
                        OF_THE_CLIENT,
                        m.owner());
            } else if (call.owner().endsWith("servlet/http/HttpSession")
                    && call.name().endsWith("etAttribute")) {
                add("session:" + constant, at + " uses this attribute of the session", LIKELY, m.owner());
            } else if (call.owner().contains("servlet/") && call.name().equals("setAttribute")) {
                add("attribute:" + constant, at + " sets this attribute of the request", LIKELY, m.owner());
            }
        }
    }
}
