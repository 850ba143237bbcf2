package io.tenantwarden.instrumentation.source;

import static net.bytebuddy.matcher.ElementMatchers.any;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.not;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.engine.policy.SettingPlaces;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.regex.Pattern;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * The application's class that keeps the tenant, and those nested in it. Calls of the hooks are put around each instruction
 * that may set the value: {@code CURRENT.set(tenant)}, {@code CURRENT.remove()}, {@code holder.tenant = tenant}. Around
 * the method would not do: one that runs other code as a tenant sets the value twice, and puts the old one back.
 */
final class OwnSettings implements TypeInstrumentation {

    private static final String HOOKS = Hooks.class.getName().replace('.', '/');

    /** What methods are called that set something, of ThreadLocals, maps, other holders. */
    private static final Pattern SETTER = Pattern.compile(
            "(set|put|push|pop|remove|clear|bind|unbind|attach|detach|reset|restore|compareAndSet|getAndSet)"
                    + "(\\p{Lu}.*)?");

    /** {@code runAs(tenant, work)}: what such a method sets it puts back. */
    private static final ElementMatcher.Junction<MethodDescription> HELPER = isMethod()
            .and(not(isAbstract()))
            .and(not(isNative()))
            .and(not(isSynthetic()))
            .and(method -> method.getParameters().stream()
                    .anyMatch(parameter -> isFunction(parameter.getType().asErasure())));

    private final SettingInstrumentations.Places places;

    OwnSettings(SettingInstrumentations.Places places) {
        this.places = places;
    }

    @Override
    public String name() {
        return "settings of a tenant source";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return true;
    }

    /** A lambda may set it. */
    @Override
    public boolean includesSynthetic() {
        return true;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(new AsmVisitorWrapper.ForDeclaredMethods()
                        .writerFlags(ClassWriter.COMPUTE_MAXS)
                        .invokable(any(), new Wrapper()))
                .visit(Advice.to(SettingAdvice.Helper.class).on(HELPER));
    }

    /** Whether it can be code to run: of the JDK's or Kotlin's functions, or an interface of the application's like them. */
    private static boolean isFunction(TypeDescription type) {
        String name = type.getName();
        if (name.equals("java.lang.Runnable")
                || name.equals("java.util.concurrent.Callable")
                || name.startsWith("java.util.function.")
                || name.startsWith("kotlin.jvm.functions.")
                || name.startsWith("scala.Function")) {
            return true;
        }
        try {
            return !name.startsWith("java.")
                    && type.isInterface()
                    && type.getDeclaredMethods().filter(isAbstract()).size() == 1;
        } catch (RuntimeException e) {
            return false; // its class file is not there
        }
    }

    private final class Wrapper implements AsmVisitorWrapper.ForDeclaredMethods.MethodVisitorWrapper {
        @Override
        public MethodVisitor wrap(
                TypeDescription type,
                MethodDescription method,
                MethodVisitor next,
                Implementation.Context context,
                TypePool pool,
                int writerFlags,
                int readerFlags) {
            return new Around(next, type.getName(), method.isMethod());
        }
    }

    private final class Around extends MethodVisitor {
        private final String className;
        private final boolean isMethod;

        Around(MethodVisitor next, String className, boolean isMethod) {
            super(OpenedClassReader.ASM_API, next);
            this.className = className;
            this.isMethod = isMethod;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (!SETTER.matcher(name).matches()) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            int place = before(owner.endsWith("ThreadLocal") ? SettingPlaces.Kind.HOLDER : SettingPlaces.Kind.OTHER);
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            after(place);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            // a static field is the same on all threads
            if (opcode != Opcodes.PUTFIELD || !isMethod) {
                super.visitFieldInsn(opcode, owner, name, descriptor);
                return;
            }
            int place = before(SettingPlaces.Kind.HOLDER);
            super.visitFieldInsn(opcode, owner, name, descriptor);
            after(place);
        }

        private int before(SettingPlaces.Kind kind) {
            int place = places.add(className, kind);
            call(place, "sourceSetting");
            return place;
        }

        private void after(int place) {
            call(place, "sourceSet");
        }

        private void call(int place, String hook) {
            visitLdcInsn(place);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, hook, "(I)V", false);
        }
    }
}
