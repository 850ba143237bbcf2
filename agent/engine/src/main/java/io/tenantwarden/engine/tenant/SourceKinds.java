package io.tenantwarden.engine.tenant;

import java.util.List;

/** All kinds of tenant sources, in the order in which documents and messages name them. */
public final class SourceKinds {

    public static final SourceKind METHOD = new MethodSource.Kind();
    public static final SourceKind FIELD = new FieldSource.Kind();
    public static final SourceKind MDC = new MdcSource.Kind();
    public static final SourceKind SECURITY = new SecuritySource.Kind();
    public static final SourceKind HIBERNATE = new HibernateSource.Kind();
    static final SourceKind HEADER = new HeaderSource.Kind();
    static final SourceKind PRINCIPAL = new PrincipalSource.Kind();
    static final SourceKind KAFKA = new MessageSource.Kafka();
    static final SourceKind VALUE = new ValueSource.Kind();

    private static final List<SourceKind> ALL = List.of(
            METHOD,
            FIELD,
            MDC,
            SECURITY,
            HIBERNATE,
            new BaggageSource.Kind(),
            HEADER,
            new SessionSource.Kind(),
            new AttributeSource.Kind(),
            new HostSource.Kind(),
            new PathSource.Kind(),
            PRINCIPAL,
            KAFKA,
            new MessageSource.Jms(),
            new MessageSource.Rabbit(),
            VALUE);

    private SourceKinds() {}

    public static List<SourceKind> all() {
        return ALL;
    }

    /** How an entry of each kind is written, in Markdown. */
    public static String phrases() {
        // no lambda: this runs at each start
        StringBuilder text = new StringBuilder();
        for (SourceKind kind : ALL) {
            text.append(text.length() == 0 ? "" : ", ").append(kind.phrase());
        }
        return text.toString();
    }

    /** An entry of each kind. */
    static String examples() {
        StringBuilder text = new StringBuilder();
        for (SourceKind kind : ALL) {
            text.append(text.length() == 0 ? "" : ", ").append(kind.examples());
        }
        return text.toString();
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
}
