package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a static member of an application's class and follows a path from its value. */
abstract class StaticSource implements TenantSource {

    /** The argument is {@code class#member} and a path. */
    abstract static class MemberKind extends SourceKind {

        private final String example;

        /** @param example a member and a path, for messages */
        MemberKind(String name, String phrase, String examples, String example, String meaning) {
            super(name, phrase, examples, meaning);
            this.example = example;
        }

        @Override
        final boolean isOfThread() {
            return true;
        }

        @Override
        public final boolean isMember() {
            return true;
        }

        @Override
        final String watchedClass(SourceSpec spec) {
            return spec.target();
        }

        @Override
        final SourceSpec parse(String argument, String text) {
            Matcher matcher = MEMBER.matcher(argument);
            List<String> path = matcher.matches() ? PathSyntax.parse(matcher.group(3)) : null;
            if (path == null) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not class#member or class#member.path; for instance "
                                + example(argument.replace("()", "")) + ". A path may hold " + PathSyntax.ALLOWED);
            }
            return new SourceSpec(this, matcher.group(1), matcher.group(2), path, text);
        }

        private String example(String argument) {
            Matcher dotted = DOT_INSTEAD_OF_HASH.matcher(argument);
            return name() + ":" + (dotted.matches() ? dotted.group(1) + "#" + dotted.group(2) : example);
        }
    }

    private static final String IDENTIFIER = "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*";
    private static final String DOTTED = IDENTIFIER + "(?:\\." + IDENTIFIER + ")*";

    private static final Pattern MEMBER = Pattern.compile("(" + DOTTED + ")#(" + IDENTIFIER + ")(?:\\(\\))?(.*)");

    private static final Pattern DOT_INSTEAD_OF_HASH = Pattern.compile("(" + DOTTED + ")\\.(" + IDENTIFIER + ")");

    private final SourceSpec spec;
    private final Copies copies;
    private final ValuePath path;

    /** The accessor hangs on the class it belongs to, and goes with it. */
    private final ClassValue<Accessor> members;

    StaticSource(SourceSpec spec, SourceContext context) {
        this.spec = spec;
        this.copies = new Copies(context.classes().watched(spec.target()), context, spec.text(), this::read);
        this.path = ValuePath.of(spec.path(), spec.text(), context.opener());
        this.members = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return member(type, spec.member(), context.opener());
            }
        };
    }

    /** Finds the member of this class, as {@code ()Object}. */
    abstract Accessor member(Class<?> type, String name, Opener opener);

    @Override
    public final Object read() throws Throwable {
        return copies.read();
    }

    private Object read(Class<?> type) throws Throwable {
        Accessor member = members.get(type);
        if (member.handle() == null) {
            throw TenantSourceException.failed(spec.text(), member.failure());
        }
        Object value = member.handle().invokeExact();
        return path.get(value);
    }

    @Override
    public String shadowing() {
        return copies.shadowing();
    }

    @Override
    public boolean isLoaded() {
        return copies.isLoaded();
    }
}
