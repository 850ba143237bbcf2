package io.tenantwarden.instrumentation.source;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.tenantwarden.engine.policy.SettingPlaces;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/** A library's class that keeps, for each thread, what a tenant source reads: diagnostic and security contexts. */
final class LibrarySettings implements TypeInstrumentation {

    private static final ElementMatcher.Junction<MethodDescription> OF_ONE_KEY = namedOneOf(
                    "put", "putCloseable", "putIfNull", "remove")
            .and(takesArgument(0, String.class))
            .and(isPublic());

    private static final ElementMatcher.Junction<MethodDescription> OF_ALL = namedOneOf(
                    "clear",
                    "clearMap",
                    "clearAll",
                    "setContextMap",
                    "putAll",
                    "removeAll",
                    "setContext",
                    "setDeferredContext",
                    "clearContext",
                    "setAuthentication")
            .and(isPublic())
            .and(not(isAbstract()));

    private final SettingInstrumentations.Places places;

    LibrarySettings(SettingInstrumentations.Places places) {
        this.places = places;
    }

    @Override
    public String name() {
        return "settings of a tenant source";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface();
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        int place = places.add(type.getName(), SettingPlaces.Kind.LIBRARY);
        return builder.visit(Advice.withCustomMapping()
                        .bind(SettingAdvice.Place.class, place)
                        .to(SettingAdvice.OfKey.class)
                        .on(OF_ONE_KEY))
                .visit(Advice.withCustomMapping()
                        .bind(SettingAdvice.Place.class, place)
                        .to(SettingAdvice.OfAll.class)
                        .on(OF_ALL));
    }
}
