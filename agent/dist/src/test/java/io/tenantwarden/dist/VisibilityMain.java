package io.tenantwarden.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An application that looks for classes of the agent. Prints one line for each that it should not, or should, have found. */
final class VisibilityMain {

    private VisibilityMain() {}

    /** @param arguments file with the names of hidden classes, file with those of the bootstrap classes */
    public static void main(String[] arguments) throws Exception {
        ClassLoader application = VisibilityMain.class.getClassLoader();
        List<String> hidden = Files.readAllLines(Path.of(arguments[0]));
        for (String name : hidden) {
            for (ClassLoader loader : new ClassLoader[] {application, ClassLoader.getPlatformClassLoader(), null}) {
                try {
                    Class.forName(name, false, loader);
                    System.out.println("##wrong class is visible: " + name);
                } catch (ClassNotFoundException e) {
                    // as it should be
                }
            }
            if (application.getResource(name.replace('.', '/') + ".class") != null) {
                System.out.println("##wrong class file is visible: " + name);
            }
        }
        for (String name : Files.readAllLines(Path.of(arguments[1]))) {
            Class<?> type = Class.forName(name, false, application);
            // the JVM itself loads the premain class, from the class path, and that one the loader that it starts with
            if (type.getClassLoader() != null
                    && !name.endsWith(".WardenAgent")
                    && !name.endsWith(".WardenCommand")
                    && !name.endsWith(".AgentClassLoader")) {
                System.out.println("##wrong not of the boot loader: " + name);
            }
            if (Object.class.getResource("/" + name.replace('.', '/') + ".class") != null) {
                System.out.println("##wrong the boot loader shows a class file: " + name);
            }
        }
        for (String library : new String[] {"net.bytebuddy.ByteBuddy", "com.grack.nanojson.JsonParser"}) {
            try {
                Class.forName(library, false, application);
                System.out.println("##wrong library is visible: " + library);
            } catch (ClassNotFoundException e) {
                // as it should be
            }
        }
        lookForOpenPackages(application.getUnnamedModule());
        ModuleLayer.boot().modules().forEach(VisibilityMain::lookForOpenPackages);
        Class<?> hooks = Class.forName("io.tenantwarden.bootstrap.Hooks", false, null);
        var bridge = hooks.getDeclaredField("bridge");
        System.out.println(
                "##looked at " + hidden.size() + " " + bridge.getType().getSimpleName());
    }

    /** What the agent opened of java.base for itself, nobody else may use, but for those that it is exported to anyway. */
    private static void lookForOpenPackages(Module module) {
        Module base = Object.class.getModule();
        for (String name : base.getPackages()) {
            boolean declared = base.getDescriptor().exports().stream()
                    .filter(exports -> exports.source().equals(name))
                    .anyMatch(exports ->
                            !exports.isQualified() || exports.targets().contains(String.valueOf(module.getName())));
            if (module != base && base.isExported(name, module) && !declared) {
                System.out.println("##wrong " + name + " is exported to " + module);
            }
            if (module != base && base.isOpen(name, module)) {
                System.out.println("##wrong " + name + " is open to " + module);
            }
        }
    }
}
