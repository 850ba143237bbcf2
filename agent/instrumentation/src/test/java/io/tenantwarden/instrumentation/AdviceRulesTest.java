package io.tenantwarden.instrumentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Hooks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.utility.OpenedClassReader;
import org.junit.jupiter.api.Test;

/**
 * Advice is copied into classes of the application and the driver: whatever it names must be there too, and what it does
 * is paid at every call. So it gets arguments, calls the bridge, and nothing else.
 */
class AdviceRulesTest {

    private static final String ENTER = "Lnet/bytebuddy/asm/Advice$OnMethodEnter;";
    private static final String EXIT = "Lnet/bytebuddy/asm/Advice$OnMethodExit;";
    private static final String HOOKS = Type.getInternalName(Hooks.class);

    /** Instructions of the longest advice that is allowed. */
    private static final int MAX_INSTRUCTIONS = 8;

    /** The one call besides the bridge: inlined, it gives the full access of the driver's own class. */
    private static final String LOOKUP = "java/lang/invoke/MethodHandles.lookup";

    private static final String LOOKUP_AT =
            "io/tenantwarden/instrumentation/pgjdbc/DriverAdvice$ExecutorConstructor.exit";

    /** One advice method as it was found. */
    private static final class Advised extends MethodVisitor {
        final String name;
        final int access;
        final List<String> problems = new ArrayList<>();
        final Set<String> calls = new TreeSet<>();
        boolean advice;
        int instructions;

        Advised(String name, int access, String descriptor) {
            super(OpenedClassReader.ASM_API);
            this.name = name;
            this.access = access;
            for (Type type : Type.getArgumentTypes(descriptor)) {
                checkType(type);
            }
            checkType(Type.getReturnType(descriptor));
        }

        /** Types of the signature: primitives, and what every loader has. */
        private void checkType(Type type) {
            Type element = type.getSort() == Type.ARRAY ? type.getElementType() : type;
            if (element.getSort() == Type.OBJECT && !element.getInternalName().startsWith("java/lang/")) {
                problems.add("names " + element.getClassName() + " in its signature");
            }
        }

        @Override
        public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
            if (!descriptor.equals(ENTER) && !descriptor.equals(EXIT)) {
                return null;
            }
            advice = true;
            return new AnnotationVisitor(OpenedClassReader.ASM_API) {
                @Override
                public void visit(String key, Object value) {
                    if (key.equals("suppress")) {
                        problems.add(
                                "suppresses exceptions: the bridge catches what is a bug of ours, and a refusal must"
                                        + " reach the application");
                    }
                    if (key.equals("inline") && value.equals(false)) {
                        problems.add("is not inlined: the application would have to see the advice class");
                    }
                }
            };
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String method, String descriptor, boolean isInterface) {
            instructions++;
            calls.add(owner + "." + method);
            boolean hook = opcode == Opcodes.INVOKESTATIC && owner.equals(HOOKS);
            boolean lookup = (owner + "." + method).equals(LOOKUP) && name.equals(LOOKUP_AT);
            if (!hook && !lookup) {
                problems.add("calls " + owner + "." + method);
            }
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String descriptor) {
            instructions++;
            problems.add("uses the field " + owner + "." + field);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            instructions++;
            problems.add("names the class " + type);
        }

        @Override
        public void visitLdcInsn(Object value) {
            instructions++;
            problems.add("has the constant " + value);
        }

        @Override
        public void visitInvokeDynamicInsn(String method, String descriptor, Handle bootstrap, Object... arguments) {
            instructions++;
            problems.add("has a lambda or a string concatenation");
        }

        @Override
        public void visitJumpInsn(int opcode, Label label) {
            instructions++;
            problems.add("decides: decisions belong to the engine");
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
            problems.add("catches: the bridge does");
        }

        @Override
        public void visitInsn(int opcode) {
            instructions++;
            if (opcode == Opcodes.ATHROW || opcode == Opcodes.MONITORENTER) {
                problems.add("throws or locks");
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            instructions++;
        }

        @Override
        public void visitVarInsn(int opcode, int variable) {
            instructions++;
        }

        List<String> allProblems() {
            List<String> all = new ArrayList<>(problems);
            if ((access & Opcodes.ACC_STATIC) == 0) {
                all.add("is not static");
            }
            if (instructions > MAX_INSTRUCTIONS) {
                all.add("has " + instructions + " instructions, allowed are " + MAX_INSTRUCTIONS);
            }
            if (calls.stream().noneMatch(call -> call.startsWith(HOOKS + "."))) {
                all.add("does not call the bridge");
            }
            return all.stream().map(problem -> name + " " + problem).toList();
        }
    }

    private static List<Advised> adviceIn(byte[] classFile) {
        List<Advised> found = new ArrayList<>();
        ClassReader reader = OpenedClassReader.of(classFile);
        reader.accept(
                new ClassVisitor(OpenedClassReader.ASM_API) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        Advised method = new Advised(reader.getClassName() + "." + name, access, descriptor);
                        found.add(method);
                        return method;
                    }
                },
                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        found.removeIf(method -> !method.advice);
        return found;
    }

    private static List<Advised> allAdvice() throws Exception {
        Path classes = Path.of(WardenTransformer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .flatMap(file -> adviceIn(bytes(file)).stream())
                    .toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        try (var in = type.getResourceAsStream("/" + Type.getInternalName(type) + ".class")) {
            return in.readAllBytes();
        }
    }

    @Test
    void everyAdviceKeepsTheRules() throws Exception {
        List<Advised> all = allAdvice();
        assertTrue(all.size() >= 14, () -> "only " + all.size() + " advice methods were found");
        List<String> problems =
                all.stream().flatMap(advice -> advice.allProblems().stream()).toList();
        assertEquals(List.of(), problems);
    }

    /** A hook that no advice calls is dead, or its advice was lost. */
    @Test
    void everyHookIsCalled() throws Exception {
        Set<String> called = new HashSet<>();
        allAdvice().forEach(advice -> called.addAll(advice.calls));
        Set<String> unused = new TreeSet<>();
        for (var method : Hooks.class.getDeclaredMethods()) {
            boolean hook = java.lang.reflect.Modifier.isPublic(method.getModifiers())
                    && !method.getName().equals("install");
            if (hook && !called.contains(HOOKS + "." + method.getName())) {
                unused.add(method.getName());
            }
        }
        assertEquals(Set.of(), unused);
    }

    @Test
    void theRulesFindWhatBreaksThem() throws Exception {
        String problems = String.join(
                "\n",
                adviceIn(bytes(RuleBreakers.class)).stream()
                        .flatMap(advice -> advice.allProblems().stream())
                        .toList());
        for (String expected : List.of(
                "instanceMethod is not static",
                "suppressing suppresses",
                "concatenating calls java/lang/StringBuilder",
                "lambda has a lambda",
                "constant has the constant text",
                "otherCall calls java/lang/System.nanoTime",
                "lookupElsewhere calls java/lang/invoke/MethodHandles.lookup",
                "engineClass names io.tenantwarden.engine.EngineFactory in its signature",
                "cast names the class java/util/List",
                "deciding decides",
                "catching catches",
                "longer has ",
                "nothing does not call the bridge",
                "outOfLine is not inlined",
                "field uses the field")) {
            assertTrue(problems.contains(expected), () -> expected + "\n" + problems);
        }
    }
}
