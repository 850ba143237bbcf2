package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All kinds of tenant sources, in the order in which documents and messages name them. */
public final class SourceKinds {

    public static final SourceKind METHOD = MethodSource.KIND;
    public static final SourceKind FIELD = FieldSource.KIND;
    public static final SourceKind MDC = MdcSource.KIND;
    public static final SourceKind SECURITY = SecuritySource.KIND;
    public static final SourceKind HIBERNATE = HibernateSource.KIND;
    static final SourceKind VALUE = ValueSource.KIND;

    private static final List<SourceKind> ALL = List.of(
            METHOD,
            FIELD,
            MDC,
            SECURITY,
            HIBERNATE,
            BaggageSource.KIND,
            HeaderSource.KIND,
            SessionSource.KIND,
            AttributeSource.KIND,
            HostSource.KIND,
            PathSource.KIND,
            PrincipalSource.KIND,
            MessageSource.KAFKA,
            MessageSource.JMS,
            MessageSource.RABBIT,
            VALUE);

    /** An entry of each kind. */
    static final String EXAMPLES = joined(SourceKind::examples);

    /** How an entry of each kind is written, in Markdown. */
    public static final String PHRASES = joined(SourceKind::phrase);

    private SourceKinds() {}

    public static List<SourceKind> all() {
        return ALL;
    }

    /** The kind of that name, in any case; null when there is none. */
    static SourceKind named(String name) {
        for (SourceKind kind : ALL) {
            if (kind.name().equalsIgnoreCase(name)) {
                return kind;
            }
        }
        return null;
    }

    private static String joined(Function<SourceKind, String> part) {
        return ALL.stream().map(part).collect(Collectors.joining(", "));
    }
}
