package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A jar with very many classes of ordinary size: some templates are compiled, and copied under other names. */
public final class ClassTree {

    private static final String TEMPLATE = "C00000";

    private final Path folder;
    private final Map<String, String> sources = new LinkedHashMap<>();

    /** @param folder an empty folder for the templates and the jar */
    public ClassTree(Path folder) {
        this.folder = folder;
    }

    /** A class of the package {@code generated}. */
    public ClassTree add(String name, String source) {
        sources.put(name, "package generated;\n" + source);
        return this;
    }

    /** Makes the jar, with so many plain classes besides those that were added. */
    public Path jar(int plain) throws IOException {
        add(TEMPLATE, plainSource());
        compile();
        Path classes = folder.resolve("generated");
        Path jar = folder.resolve("tree.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : sources.keySet()) {
                if (!name.equals(TEMPLATE)) {
                    put(zip, name, Files.readAllBytes(classes.resolve(name + ".class")));
                }
            }
            byte[] template = Files.readAllBytes(classes.resolve(TEMPLATE + ".class"));
            for (int i = 0; i < plain; i++) {
                String name = String.format(Locale.ROOT, "C%05d", i);
                put(zip, name, renamed(template, name));
            }
        }
        return jar;
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry("generated/" + name + ".class"));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** The same length, so that nothing else in the file changes. */
    private static byte[] renamed(byte[] template, String name) {
        String text = new String(template, StandardCharsets.ISO_8859_1);
        return text.replace(TEMPLATE, name).getBytes(StandardCharsets.ISO_8859_1);
    }

    private void compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, source) -> files.add(
                new SimpleJavaFileObject(
                        URI.create("string:///generated/" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                }));
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", folder.toString(), "--release", "17", "-proc:none"),
                        null,
                        files)
                .call();
        if (!compiled) {
            throw new IllegalStateException(messages.toString());
        }
    }

    /** Four kilobytes of class file, with names that come near to those that the agent looks for. */
    private static String plainSource() {
        StringBuilder source = new StringBuilder("import java.util.*;\npublic class " + TEMPLATE
                + " implements AutoCloseable {\n"
                + "private final Map<String, List<Integer>> numbers = new HashMap<>();\n"
                + "private static final long BIG = 12345678901L;\n"
                + "private double ratio = 0.123456789;\n"
                + "public void close() { numbers.clear(); }\n"
                + "public Object getConnection() { return this; }\n");
        for (int i = 0; i < 10; i++) {
            source.append("public String describe")
                    .append(i)
                    .append(
                            "(String name, int count) {\n  List<Integer> list = numbers.computeIfAbsent(name, key -> new"
                                    + " ArrayList<>());\n  for (int i = 0; i < count; i++) { list.add(i * ")
                    .append(i)
                    .append("); }\n  return \"entry ")
                    .append(i)
                    .append("\" + list.size() + ratio * BIG;\n}\n");
        }
        return source.append("}\n").toString();
    }
}
