package io.tenantwarden.instrumentation.pgjdbc;

import net.bytebuddy.description.modifier.FieldManifestation;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FieldAccessor;

/** Gives a driver class one field, and the two methods of a bootstrap interface that read and write it. */
final class Holder {

    private Holder() {}

    static DynamicType.Builder<?> add(DynamicType.Builder<?> builder, Class<?> contract, String member) {
        String field = "tenantwarden$" + member;
        return builder.implement(contract)
                // volatile: written by the thread that opens the connection, read by those that use it
                .defineField(field, Object.class, Visibility.PRIVATE, FieldManifestation.VOLATILE)
                .defineMethod(member, Object.class, Visibility.PUBLIC)
                .intercept(FieldAccessor.ofField(field))
                .defineMethod(member, void.class, Visibility.PUBLIC)
                .withParameters(Object.class)
                .intercept(FieldAccessor.ofField(field));
    }
}
