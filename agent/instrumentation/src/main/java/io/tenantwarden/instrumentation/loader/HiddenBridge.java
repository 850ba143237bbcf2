package io.tenantwarden.instrumentation.loader;

/** A class cannot be instrumented because its class loader does not find the bridge in the boot loader. */
public final class HiddenBridge extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** @param loader the class loader that hides it */
    public HiddenBridge(ClassLoader loader) {
        super("its class loader " + loader.getClass().getName() + " hides io.tenantwarden.bootstrap; "
                + remedy(loader));
    }

    /** What to set so that it does not. */
    private static String remedy(ClassLoader loader) {
        if (isOf(loader, "org.jboss.modules.")) {
            return "start the JVM with -Djboss.modules.system.pkgs=org.jboss.byteman,io.tenantwarden.bootstrap";
        }
        if (isOf(loader, "org.apache.felix.") || isOf(loader, "org.eclipse.osgi.")) {
            return "add io.tenantwarden.bootstrap to org.osgi.framework.bootdelegation";
        }
        return "let it delegate that package to its parent (JBoss Modules: add it to jboss.modules.system.pkgs; OSGi: to"
                + " org.osgi.framework.bootdelegation)";
    }

    private static boolean isOf(ClassLoader loader, String packageName) {
        for (Class<?> type = loader.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().startsWith(packageName)) {
                return true;
            }
        }
        return false;
    }
}
