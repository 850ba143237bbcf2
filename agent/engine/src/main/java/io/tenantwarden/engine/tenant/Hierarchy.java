package io.tenantwarden.engine.tenant;

import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the members of an object are declared. Stateless. */
final class Hierarchy {

    private Hierarchy() {}

    /** Nobody's tenant lies there, and nobody should open {@code java.base} for it. */
    static boolean isJdkInternal(Class<?> owner, Member member) {
        return owner.getModule().isNamed()
                && owner.getModule().getName().startsWith("java.")
                && !Modifier.isPublic(member.getModifiers());
    }

    /** The class, its superclasses, then the interfaces of all of them. */
    static Set<Class<?>> of(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            all.add(owner);
        }
        for (Class<?> owner : List.copyOf(all)) {
            addInterfaces(owner, all);
        }
        return all;
    }

    private static void addInterfaces(Class<?> owner, Set<Class<?>> all) {
        for (Class<?> parent : owner.getInterfaces()) {
            all.add(parent);
            addInterfaces(parent, all);
        }
    }
}
