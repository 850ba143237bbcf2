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
            // the JVM itself loads the premain class, from the class path
            if (type.getClassLoader() != null && !name.endsWith(".WardenAgent")) {
                System.out.println("##wrong not of the boot loader: " + name);
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
        Class<?> hooks = Class.forName("io.tenantwarden.bootstrap.Hooks", false, null);
        var bridge = hooks.getDeclaredField("bridge");
        System.out.println(
                "##looked at " + hidden.size() + " " + bridge.getType().getSimpleName());
    }
}
