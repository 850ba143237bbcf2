package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code SimpleQuery}: keeps what is known of its SQL, so that it is read once. */
final class QueryInstrumentation implements TypeInstrumentation {

    @Override
    public String name() {
        return "driver query";
    }

    @Override
    public boolean addsMembers() {
        return true;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("SimpleQuery");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return Holder.add(builder, HasStatement.class, "wardenStatement");
    }
}
