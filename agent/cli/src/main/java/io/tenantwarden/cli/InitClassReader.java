package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Annotated;
import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Field;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** Reads one class file, with the ASM that comes with the agent's Byte Buddy. Used once, by one thread. */
final class InitClassReader extends ClassVisitor {

    private static final int API = Opcodes.ASM9;

    private String name;
    private String superName;
    private List<String> interfaces = List.of();
    private boolean isInterface;
    private final List<Annotated> annotations = new ArrayList<>();
    private final List<Field> fields = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();

    private InitClassReader() {
        super(API);
    }

    /** The class; null when the bytes are none that is understood. */
    static InitClass read(byte[] bytes) {
        InitClassReader reader = new InitClassReader();
        try {
            new ClassReader(bytes).accept(reader, ClassReader.SKIP_FRAMES);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // of a Java that this version does not know, or no class at all: counted and told
            return null;
        }
        return new InitClass(
                reader.name,
                reader.superName,
                reader.interfaces,
                reader.isInterface,
                List.copyOf(reader.annotations),
                List.copyOf(reader.fields),
                List.copyOf(reader.methods));
    }

    @Override
    public void visit(int version, int access, String ofName, String signature, String ofSuper, String[] ofInterfaces) {
        name = ofName;
        superName = ofSuper == null ? "" : ofSuper;
        interfaces = ofInterfaces == null ? List.of() : List.of(ofInterfaces);
        isInterface = (access & Opcodes.ACC_INTERFACE) != 0;
    }

    @Override
    public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
        return new Strings(descriptor, annotations);
    }

    @Override
    public FieldVisitor visitField(int access, String field, String descriptor, String signature, Object value) {
        fields.add(new Field(field, Type.getType(descriptor).getClassName(), (access & Opcodes.ACC_STATIC) != 0));
        return null;
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String method, String descriptor, String signature, String[] exceptions) {
        return new Body(access, method, descriptor);
    }

    /** Collects the strings of an annotation, also those in arrays and annotations in it. */
    private static final class Strings extends AnnotationVisitor {

        private final List<String> values;
        private final List<Annotated> into;
        private final String type;

        Strings(String descriptor, List<Annotated> into) {
            super(API);
            this.values = new ArrayList<>();
            this.into = into;
            String className = Type.getType(descriptor).getClassName();
            this.type = className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
        }

        private Strings(Strings outer) {
            super(API);
            values = outer.values;
            into = null;
            type = null;
        }

        @Override
        public void visit(String of, Object value) {
            if (value instanceof String s) {
                values.add(s);
            }
        }

        @Override
        public AnnotationVisitor visitAnnotation(String of, String descriptor) {
            return new Strings(this);
        }

        @Override
        public AnnotationVisitor visitArray(String of) {
            return new Strings(this);
        }

        @Override
        public void visitEnd() {
            if (into != null) {
                into.add(new Annotated(type, List.copyOf(values)));
            }
        }
    }

    /** Collects what a method says and does. */
    private final class Body extends MethodVisitor {

        private final int access;
        private final String method;
        private final String descriptor;
        private final List<Annotated> ofMethod = new ArrayList<>();
        private final Map<Integer, String> names = new HashMap<>();
        private final List<String> strings = new ArrayList<>();
        private final List<Call> calls = new ArrayList<>();
        private int declared;
        private String constant;

        Body(int access, String method, String descriptor) {
            super(API);
            this.access = access;
            this.method = method;
            this.descriptor = descriptor;
        }

        @Override
        public void visitParameter(String of, int ofAccess) {
            if (of != null) {
                names.put(declared, of);
            }
            declared++;
        }

        @Override
        public AnnotationVisitor visitAnnotation(String of, boolean visible) {
            return new Strings(of, ofMethod);
        }

        @Override
        public void visitLocalVariable(String of, String type, String signature, Label start, Label end, int index) {
            int slot = (access & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
            Type[] types = Type.getArgumentTypes(descriptor);
            for (int i = 0; i < types.length; i++) {
                if (slot == index) {
                    names.putIfAbsent(i, of);
                }
                slot += types[i].getSize();
            }
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof String s) {
                strings.add(s);
                constant = s;
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String of, String ofDescriptor, boolean ofInterface) {
            calls.add(new Call(owner, of, ofDescriptor, opcode == Opcodes.INVOKESTATIC, false, constant));
            constant = null;
        }

        @Override
        public void visitInvokeDynamicInsn(String of, String ofDescriptor, Handle bootstrap, Object... arguments) {
            for (Object argument : arguments) {
                if (argument instanceof Handle h && h.getTag() >= Opcodes.H_INVOKEVIRTUAL) {
                    calls.add(new Call(
                            h.getOwner(), h.getName(), h.getDesc(), h.getTag() == Opcodes.H_INVOKESTATIC, true, null));
                }
            }
        }

        @Override
        public void visitEnd() {
            List<String> types = new ArrayList<>();
            for (Type t : Type.getArgumentTypes(descriptor)) {
                types.add(t.getDescriptor());
            }
            methods.add(new Method(
                    name,
                    method,
                    descriptor,
                    (access & Opcodes.ACC_STATIC) != 0,
                    (access & Opcodes.ACC_PRIVATE) != 0,
                    (access & Opcodes.ACC_ABSTRACT) != 0,
                    (access & (Opcodes.ACC_SYNTHETIC | Opcodes.ACC_BRIDGE)) != 0,
                    List.copyOf(ofMethod),
                    List.copyOf(types),
                    Map.copyOf(names),
                    List.copyOf(strings),
                    List.copyOf(calls)));
        }
    }
}
