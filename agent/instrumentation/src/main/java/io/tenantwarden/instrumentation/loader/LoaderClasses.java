package io.tenantwarden.instrumentation.loader;

import io.tenantwarden.bootstrap.BootClasses;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * Class loaders that may hide the boot loader's packages from what they load: their {@code loadClass} asks
 * {@link BootClasses} first, so that instrumented code finds the bridge wherever it lives. Only bodies of methods are
 * changed, so that it can be done to classes that are loaded already. Stateless.
 *
 * <p>Whether a class really extends {@code ClassLoader} is not looked up, which would resolve its supertypes: a class that
 * extends another than Object and has a method of this form is one, or is not harmed.
 */
public final class LoaderClasses {

    private static final String LOAD_CLASS = "loadClass";
    private static final String BY_NAME = "(Ljava/lang/String;)Ljava/lang/Class;";
    private static final String BY_NAME_AND_RESOLVE = "(Ljava/lang/String;Z)Ljava/lang/Class;";
    private static final int NO_METHOD_OF_AN_OBJECT = Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE;

    private LoaderClasses() {}

    /**
     * The changed class file.
     *
     * @param classFile of any class
     * @return null when it is no class loader with a {@code loadClass} of its own
     */
    public static byte[] change(byte[] classFile) {
        ClassReader reader = OpenedClassReader.of(classFile);
        if ("java/lang/Object".equals(reader.getSuperName())) {
            return null;
        }
        boolean frames = (reader.readInt(4) & 0xffff) >= Opcodes.V1_6;
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        boolean[] changed = new boolean[1];
        reader.accept(
                new ClassVisitor(OpenedClassReader.ASM_API, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
                        if (!isLoadClass(access, name, descriptor)) {
                            return next;
                        }
                        changed[0] = true;
                        return new AsksFirst(next, frames);
                    }
                },
                0);
        return changed[0] ? writer.toByteArray() : null;
    }

    private static boolean isLoadClass(int access, String name, String descriptor) {
        return name.equals(LOAD_CLASS)
                && (descriptor.equals(BY_NAME) || descriptor.equals(BY_NAME_AND_RESOLVE))
                && (access & NO_METHOD_OF_AN_OBJECT) == 0;
    }

    /** {@code Class<?> found = BootClasses.find(name); if (found != null) return found;} without a local variable. */
    private static final class AsksFirst extends MethodVisitor {

        private final boolean frames;

        AsksFirst(MethodVisitor next, boolean frames) {
            super(OpenedClassReader.ASM_API, next);
            this.frames = frames;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            Label unknown = new Label();
            visitVarInsn(Opcodes.ALOAD, 1);
            visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(BootClasses.class), "find", BY_NAME, false);
            visitInsn(Opcodes.DUP);
            visitJumpInsn(Opcodes.IFNULL, unknown);
            visitInsn(Opcodes.ARETURN);
            visitLabel(unknown);
            if (frames) {
                visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {"java/lang/Class"});
            }
            visitInsn(Opcodes.POP);
        }
    }
}
