package io.tenantwarden.engine.tenant;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * An application with classes of its own, which the tests' class loader cannot see. Notes each class before it is defined,
 * as the class file transformer does.
 */
class WebApplication extends URLClassLoader {

    private final LoadedClasses classes;

    WebApplication(LoadedClasses classes, ClassLoader parent, URL... urls) {
        super(urls, parent);
        this.classes = classes;
    }

    /** An application of these source files, each one named by its first public or package-private type. */
    static WebApplication of(LoadedClasses classes, String... sources) {
        return new WebApplication(classes, ClassLoader.getPlatformClassLoader(), compile(sources));
    }

    static URL compile(String... sources) {
        try {
            Path directory = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "applications")), "application");
            compile(directory, List.of(), sources);
            return directory.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void compile(Path directory, List<String> options, String... sources) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = new ArrayList<>();
        for (String source : sources) {
            files.add(new Source(source));
        }
        List<String> all =
                new ArrayList<>(List.of("-d", directory.toString(), "-proc:none", "-cp", directory.toString()));
        all.addAll(options);
        var diagnostics = new StringWriter();
        if (!compiler.getTask(diagnostics, null, null, all, null, files).call()) {
            throw new IllegalArgumentException(diagnostics.toString());
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String internalName = name.replace('.', '/');
        if (findResource(internalName + ".class") != null) {
            classes.noteClass(this, internalName);
        }
        return super.findClass(name);
    }

    /** The class if it has been loaded, else null. */
    Class<?> findLoaded(String name) {
        return findLoadedClass(name);
    }

    /** Loads and initialises a class, as running code does. */
    Class<?> use(String name) {
        try {
            return Class.forName(name, true, this);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Calls a static method of one argument. */
    Object call(String type, String method, Object argument) {
        try {
            for (var candidate : use(type).getDeclaredMethods()) {
                if (candidate.getName().equals(method) && candidate.getParameterCount() == 1) {
                    candidate.setAccessible(true);
                    return candidate.invoke(null, argument);
                }
            }
            throw new IllegalArgumentException(method);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the garbage collector has taken the referent; gives up after half a minute. */
    static boolean isCollected(WeakReference<?> reference) throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            System.gc();
            if (reference.get() == null) {
                return true;
            }
            Thread.sleep(100);
        }
        return false;
    }

    private static final class Source extends SimpleJavaFileObject {

        private static final java.util.regex.Pattern PACKAGE = java.util.regex.Pattern.compile("package ([\\w.]+);");
        private static final java.util.regex.Pattern TYPE =
                java.util.regex.Pattern.compile("(?:class|interface|enum|record) (\\w+)");

        private final String source;

        Source(String source) {
            super(uri(source), Kind.SOURCE);
            this.source = source;
        }

        private static URI uri(String source) {
            if (source.startsWith("module ")) {
                return URI.create("memory:///module-info.java");
            }
            var inPackage = PACKAGE.matcher(source);
            var type = TYPE.matcher(source);
            if (!type.find()) {
                throw new IllegalArgumentException(source);
            }
            String directory = inPackage.find() ? inPackage.group(1).replace('.', '/') + "/" : "";
            return URI.create("memory:///" + directory + type.group(1) + ".java");
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }

    static URL jarOf(Class<?> type) {
        try {
            return type.getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()
                    .toURL();
        } catch (java.net.URISyntaxException | MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
