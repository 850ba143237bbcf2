package io.tenantwarden.instrumentation.executor;

import io.tenantwarden.bootstrap.Tasks;
import io.tenantwarden.instrumentation.loader.HiddenBridge;
import java.lang.instrument.ClassFileTransformer;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * Changes the classes that hand work to other threads: named classes of the JDK, those that are loaded already by
 * retransformation (no field and no method is added to them), named classes of libraries, and the application's own
 * subclasses of Thread. Thread-safe.
 */
final class TaskTransformer implements ClassFileTransformer {

    private static final String COROUTINE = "kotlinx/coroutines/DispatchedTask";
    private static final Edit THREAD_RUN = Edit.first("run", "threadEntered", "(Ljava/lang/Thread;)V", 0);

    /** Told of a class that could not be changed. */
    interface Failures {
        /** @param loader null for the boot loader */
        void failed(String className, ClassLoader loader, Throwable cause);
    }

    private final Map<String, TaskClasses.Changes> classes = TaskClasses.all();
    private final Failures failed;
    private final BiConsumer<String, ClassLoader> changed;
    private final ClassLoader own = TaskTransformer.class.getClassLoader();
    private final ClassLoader platform = ClassLoader.getPlatformClassLoader();

    /**
     * @param changed told of every class that was changed
     * @param failed told of every class that could not be, and why
     */
    TaskTransformer(BiConsumer<String, ClassLoader> changed, Failures failed) {
        this.changed = changed;
        this.failed = failed;
    }

    /** Whether it is one of the named classes, by its name with dots. */
    boolean isNamed(String className) {
        return classes.containsKey(className.replace('.', '/'));
    }

    @Override
    @SuppressWarnings("removal")
    public byte[] transform(
            Module module,
            ClassLoader loader,
            String name,
            Class<?> redefined,
            ProtectionDomain domain,
            byte[] classFile) {
        if (name == null || loader == own) {
            return null;
        }
        if (System.getSecurityManager() == null) {
            return change(loader, name, classFile);
        }
        return AccessController.doPrivileged((PrivilegedAction<byte[]>) () -> change(loader, name, classFile));
    }

    private byte[] change(ClassLoader loader, String name, byte[] classFile) {
        TaskClasses.Changes changes = classes.get(name);
        boolean ofApplication = loader != null && loader != platform;
        try {
            byte[] result = null;
            if (changes != null) {
                result = change(classFile, name, loader, changes.edits(), changes.oneOf());
            } else if (ofApplication && name.equals(COROUTINE)) {
                result = coroutine(classFile, loader);
            } else if (ofApplication && SuperClass.isThread(classFile)) {
                result = change(classFile, name, loader, List.of(), List.of(THREAD_RUN));
            }
            if (result != null) {
                changed.accept(name.replace('/', '.'), loader);
            }
            return result;
        } catch (Throwable e) {
            failed.failed(name.replace('/', '.'), loader, e);
            return null;
        }
    }

    private byte[] change(byte[] classFile, String name, ClassLoader loader, List<Edit> all, List<Edit> oneOf) {
        if (!seesTasks(loader)) {
            throw new HiddenBridge(loader);
        }
        ClassReader reader = OpenedClassReader.of(classFile);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        Set<Edit> applied = new HashSet<>();
        List<Edit> edits = new ArrayList<>(all);
        edits.addAll(oneOf);
        reader.accept(
                new ClassVisitor(Edit.API, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String method, String descriptor, String signature, String[] exceptions) {
                        MethodVisitor visitor = super.visitMethod(access, method, descriptor, signature, exceptions);
                        for (Edit edit : edits) {
                            if (edit.matches(access, method, descriptor)) {
                                visitor = edit.visitor(visitor, name, access, descriptor, () -> applied.add(edit));
                            }
                        }
                        return visitor;
                    }
                },
                0);
        for (Edit edit : all) {
            if (!applied.contains(edit)) {
                throw new IllegalStateException("it has no method " + edit.method() + " as it is known");
            }
        }
        if (classes.containsKey(name) && applied.isEmpty()) {
            throw new IllegalStateException(
                    "it has no method " + oneOf.get(0).method() + " and no other that is known");
        }
        return applied.isEmpty() ? null : writer.toByteArray();
    }

    /**
     * A coroutine goes from thread to thread and is handed over again at each step, by whoever wakes it: its scope is that
     * of its beginning, kept in a field.
     */
    private static byte[] coroutine(byte[] classFile, ClassLoader loader) {
        if (!seesTasks(loader)) {
            return null;
        }
        ClassReader reader = OpenedClassReader.of(classFile);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new CoroutineVisitor(writer), 0);
        return writer.toByteArray();
    }

    private static boolean seesTasks(ClassLoader loader) {
        if (loader == null) {
            return true;
        }
        try {
            return loader.loadClass(Tasks.class.getName()) == Tasks.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static final class CoroutineVisitor extends ClassVisitor {
        private static final String FIELD = "tenantwarden$scope";
        private static final String OBJECT = "Ljava/lang/Object;";
        private static final Edit AROUND = Edit.around("run", "java/lang/Object", "resume", "suspend");

        CoroutineVisitor(ClassVisitor next) {
            super(Edit.API, next);
        }

        @Override
        public void visitEnd() {
            super.visitField(
                            Opcodes.ACC_PRIVATE | Opcodes.ACC_TRANSIENT | Opcodes.ACC_SYNTHETIC,
                            FIELD,
                            OBJECT,
                            null,
                            null)
                    .visitEnd();
            super.visitEnd();
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String method, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, method, descriptor, signature, exceptions);
            if (method.equals("<init>")) {
                return new MethodVisitor(Edit.API, next) {
                    @Override
                    public void visitInsn(int opcode) {
                        if (opcode == Opcodes.RETURN) {
                            visitVarInsn(Opcodes.ALOAD, 0);
                            visitVarInsn(Opcodes.ALOAD, 0);
                            visitMethodInsn(
                                    Opcodes.INVOKESTATIC, Edit.TASKS, "captured", "(" + OBJECT + ")" + OBJECT, false);
                            visitFieldInsn(Opcodes.PUTFIELD, COROUTINE, FIELD, OBJECT);
                        }
                        super.visitInsn(opcode);
                    }
                };
            }
            if (method.equals("run") && descriptor.equals("()V")) {
                MethodVisitor around = AROUND.visitor(next, COROUTINE, access, descriptor, () -> {});
                return new MethodVisitor(Edit.API, around) {
                    @Override
                    public void visitCode() {
                        super.visitCode();
                        visitVarInsn(Opcodes.ALOAD, 0);
                        visitFieldInsn(Opcodes.GETFIELD, COROUTINE, FIELD, OBJECT);
                        visitMethodInsn(Opcodes.INVOKESTATIC, Edit.TASKS, "resumeAs", "(" + OBJECT + ")V", false);
                    }
                };
            }
            return next;
        }
    }
}
