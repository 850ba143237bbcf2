package io.tenantwarden.tests.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * A copy of the agent's jar in which methods do something else. Every change names what it expects to find, and fails when
 * it is not there.
 */
final class MutantJar {

    private static final String PLACE = "warden/";
    private static final String ENDING = ".classdata";

    /** How one method of one class is changed. */
    sealed interface Change {

        /** The class, as its source names it. */
        String type();

        /** The method, whatever its parameters: it must be the only one of its name. */
        String method();
    }

    /** The method does nothing, or always gives this answer; null where an object is expected. */
    record Gives(String type, String method, boolean answer) implements Change {}

    /** In the method, calls of another one are left out; what they would give is false or null. */
    record LeavesOut(String type, String method, String calledType, String called) implements Change {}

    /** In the method, reading this boolean field gives an answer instead. */
    record Reads(String type, String method, String field, boolean answer) implements Change {}

    /** In the method, calls of another one are left out while {@link Condition#isForcedSync} says so. */
    record LeavesOutDuringForcedSync(String type, String method, String calledType, String called) implements Change {}

    /** In the method, what is written to a field is not written when this one was there before. */
    record KeepsFirst(String type, String method, String field, String nothing) implements Change {}

    /** In the method, an object is compared with null instead of with another object. */
    record ComparesWithNull(String type, String method, String field) implements Change {}

    /** The method returns at once when its parameter has the bit that a field of the class holds. */
    record ReturnsForFlag(String type, String method, int parameter, String field) implements Change {}

    private MutantJar() {}

    /**
     * Writes the copy.
     *
     * @throws IllegalStateException when a class, a method or what is to be changed in it is not there
     */
    static void write(Path jar, Path copy, List<Change> changes) throws IOException {
        Map<String, List<Change>> left = new LinkedHashMap<>();
        for (Change change : changes) {
            left.computeIfAbsent(entry(change.type()), name -> new ArrayList<>())
                    .add(change);
        }
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(Files.newOutputStream(copy))) {
            from.stream().forEach(entry -> {
                try (InputStream in = from.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    List<Change> here = left.remove(entry.getName());
                    to.putNextEntry(new JarEntry(entry.getName()));
                    to.write(here == null ? bytes : changed(bytes, here));
                    to.closeEntry();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (Class<?> helper : List.of(Condition.class)) {
                String name = helper.getName().replace('.', '/');
                to.putNextEntry(new JarEntry(PLACE + name + ENDING));
                try (InputStream in = helper.getResourceAsStream("/" + name + ".class")) {
                    in.transferTo(to);
                }
                to.closeEntry();
            }
        }
        if (!left.isEmpty()) {
            throw new IllegalStateException("the jar has no " + left.keySet() + " any more: mend the mutant");
        }
    }

    private static String internal(String type) {
        return type.replace('.', '/');
    }

    private static String entry(String type) {
        return PLACE + internal(type) + ENDING;
    }

    private static byte[] changed(byte[] bytes, List<Change> changes) {
        byte[] now = bytes;
        for (Change change : changes) {
            now = changed(now, change);
        }
        return now;
    }

    private static byte[] changed(byte[] bytes, Change change) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        int[] methods = {0};
        int[] places = {0};
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String type, String signature, String[] exceptions) {
                        MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
                        if (!name.equals(change.method()) || (access & Opcodes.ACC_ABSTRACT) != 0) {
                            return method;
                        }
                        methods[0]++;
                        return visitor(change, method, Type.getReturnType(type), places);
                    }
                },
                0);
        if (methods[0] != 1 || places[0] == 0) {
            throw new IllegalStateException(
                    "mend the mutant: " + change + " expects one method with something to change," + " there are "
                            + methods[0] + " with " + places[0] + " places");
        }
        return writer.toByteArray();
    }

    private static MethodVisitor visitor(Change change, MethodVisitor method, Type returns, int[] places) {
        if (change instanceof Gives gives) {
            return new Answering(method, returns, gives.answer(), places);
        }
        return new MethodVisitor(Opcodes.ASM9, method) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String name, String type) {
                if (change instanceof Reads reads && opcode == Opcodes.GETFIELD && name.equals(reads.field())) {
                    places[0]++;
                    visitInsn(Opcodes.POP);
                    visitInsn(reads.answer() ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
                    return;
                }
                if (change instanceof KeepsFirst keeps && opcode == Opcodes.PUTFIELD && name.equals(keeps.field())) {
                    places[0]++;
                    super.visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitFieldInsn(Opcodes.GETFIELD, owner, name, type);
                    super.visitFieldInsn(
                            Opcodes.GETSTATIC, Type.getType(type).getInternalName(), keeps.nothing(), type);
                    super.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            internal(Condition.class.getName()),
                            "first",
                            "(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;",
                            false);
                    super.visitTypeInsn(Opcodes.CHECKCAST, Type.getType(type).getInternalName());
                }
                super.visitFieldInsn(opcode, owner, name, type);
                if (change instanceof ComparesWithNull compares
                        && opcode == Opcodes.GETFIELD
                        && name.equals(compares.field())) {
                    places[0]++;
                    super.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            internal(Condition.class.getName()),
                            "pending",
                            "(Ljava/lang/Object;)Z",
                            false);
                    comparing = true;
                }
            }

            private boolean comparing;

            @Override
            public void visitCode() {
                super.visitCode();
                if (change instanceof ReturnsForFlag returning) {
                    places[0]++;
                    Label goOn = new Label();
                    super.visitVarInsn(Opcodes.ILOAD, returning.parameter());
                    super.visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitFieldInsn(Opcodes.GETFIELD, internal(returning.type()), returning.field(), "I");
                    super.visitInsn(Opcodes.IAND);
                    super.visitJumpInsn(Opcodes.IFEQ, goOn);
                    super.visitInsn(Opcodes.RETURN);
                    super.visitLabel(goOn);
                    super.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
                }
            }

            @Override
            public void visitVarInsn(int opcode, int variable) {
                if (comparing && opcode == Opcodes.ALOAD) {
                    return; // the other side of the comparison
                }
                super.visitVarInsn(opcode, variable);
            }

            @Override
            public void visitJumpInsn(int opcode, Label label) {
                if (comparing) {
                    comparing = false;
                    super.visitJumpInsn(opcode == Opcodes.IF_ACMPEQ ? Opcodes.IFEQ : Opcodes.IFNE, label);
                    return;
                }
                super.visitJumpInsn(opcode, label);
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
                if (change instanceof LeavesOut out
                        && owner.equals(internal(out.calledType()))
                        && name.equals(out.called())) {
                    places[0]++;
                    leaveOut(opcode, type);
                    return;
                }
                if (change instanceof LeavesOutDuringForcedSync out
                        && owner.equals(internal(out.calledType()))
                        && name.equals(out.called())) {
                    places[0]++;
                    during(opcode, owner, name, type);
                    return;
                }
                super.visitMethodInsn(opcode, owner, name, type, isInterface);
            }

            private void leaveOut(int opcode, String type) {
                Type[] arguments = Type.getArgumentTypes(type);
                for (int i = arguments.length - 1; i >= 0; i--) {
                    visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
                }
                if (opcode != Opcodes.INVOKESTATIC) {
                    visitInsn(Opcodes.POP);
                }
                switch (Type.getReturnType(type).getSort()) {
                    case Type.VOID -> {
                        // nothing is expected
                    }
                    case Type.BOOLEAN, Type.INT -> visitInsn(Opcodes.ICONST_0);
                    case Type.OBJECT, Type.ARRAY -> visitInsn(Opcodes.ACONST_NULL);
                    default -> throw new IllegalStateException("cannot leave out what gives " + type);
                }
            }

            /** A call of a method without parameters and result, on an object that the condition may replace by null. */
            private void during(int opcode, String owner, String name, String type) {
                if (opcode != Opcodes.INVOKEVIRTUAL || !type.equals("()V")) {
                    throw new IllegalStateException("cannot leave out " + name + type + " at times");
                }
                super.visitLdcInsn(name);
                super.visitMethodInsn(
                        Opcodes.INVOKESTATIC,
                        internal(Condition.class.getName()),
                        "callUnlessForcedSync",
                        "(Ljava/lang/Object;Ljava/lang/String;)V",
                        false);
            }
        };
    }

    /** Replaces the body of a method by one answer. */
    private static final class Answering extends MethodVisitor {
        private final MethodVisitor target;
        private final Type returns;
        private final boolean answer;
        private final int[] places;

        Answering(MethodVisitor target, Type returns, boolean answer, int[] places) {
            super(Opcodes.ASM9);
            this.target = target;
            this.returns = returns;
            this.answer = answer;
            this.places = places;
        }

        @Override
        public void visitCode() {
            places[0]++;
            target.visitCode();
            switch (returns.getSort()) {
                case Type.VOID -> target.visitInsn(Opcodes.RETURN);
                case Type.BOOLEAN -> {
                    target.visitInsn(answer ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
                    target.visitInsn(Opcodes.IRETURN);
                }
                case Type.OBJECT -> {
                    target.visitInsn(Opcodes.ACONST_NULL);
                    target.visitInsn(Opcodes.ARETURN);
                }
                default -> throw new IllegalStateException("cannot answer with a " + returns);
            }
            target.visitMaxs(0, 0);
            target.visitEnd();
        }
    }
}
