package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/**
 * A class of a driver, of which a class loader may have the pipelined or the portable instrumentation. Which one is asked when
 * the first class of that driver is loaded.
 */
final class DriverClass implements TypeInstrumentation {

    private final DriverStrategies strategies;
    private final String driver;
    private final TypeInstrumentation pipelined;
    private final TypeInstrumentation portable;

    /**
     * @param driver internal name of the driver's package
     * @param pipelined null when that strategy leaves the class alone
     * @param portable null when that strategy leaves the class alone
     */
    DriverClass(
            DriverStrategies strategies, String driver, TypeInstrumentation pipelined, TypeInstrumentation portable) {
        this.strategies = strategies;
        this.driver = driver;
        this.pipelined = pipelined;
        this.portable = portable;
    }

    @Override
    public TypeInstrumentation in(ClassLoader loader) {
        return strategies.isPortable(loader, driver) ? portable : pipelined;
    }

    @Override
    public String name() {
        return "driver";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return false;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder;
    }
}
