package io.tenantwarden.instrumentation.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.bootstrap.BootClasses;
import io.tenantwarden.bootstrap.Hooks;
import java.io.IOException;
import java.io.InputStream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.utility.OpenedClassReader;
import org.junit.jupiter.api.Test;

/** Changed loaders verify, and find what they hide. (Hooks is no class of the boot loader in this test.) */
class LoaderClassesTest {

    /** Hides everything; the method begins with a loop, so that its first stack map frame is at its first instruction. */
    public static class Hiding extends ClassLoader {
        @Override
        public synchronized Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            while (!name.isEmpty()) {
                if (name.startsWith("java.")) {
                    return super.loadClass(name, resolve);
                }
                throw new ClassNotFoundException("hidden " + name);
            }
            return null;
        }
    }

    /** Overrides the other form. */
    public static class HidingByName extends ClassLoader {
        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            throw new ClassNotFoundException("hidden " + name);
        }
    }

    /** No class loader, and with a method of that name. */
    public static class NoLoader extends Thread {
        public Class<?> loadClass(int number) {
            return Integer.class;
        }

        public static Class<?> loadClass(String name) {
            return String.class;
        }
    }

    /** Extends nothing. */
    public static class Helper {
        public Class<?> loadClass(String name) {
            return String.class;
        }
    }

    private static byte[] file(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    /** Loads a class file under its own name, next to this test's class loader. */
    private static Class<?> defined(String name, byte[] file) throws ClassNotFoundException {
        ClassLoader loader = new ClassLoader(LoaderClassesTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
                return wanted.equals(name) ? define(file) : super.loadClass(wanted, resolve);
            }

            private Class<?> define(byte[] bytes) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : defineClass(name, bytes, 0, bytes.length);
            }
        };
        return Class.forName(name, true, loader);
    }

    private static void assertAsks(Class<?> original, byte[] changed) throws Exception {
        ClassLoader loader = (ClassLoader)
                defined(original.getName(), changed).getConstructor().newInstance();
        // what BootClasses finds is what the boot loader has; in this test it has nothing, and the loader goes on
        assertNull(BootClasses.find(Hooks.class.getName()));
        assertThrows(ClassNotFoundException.class, () -> loader.loadClass(Hooks.class.getName()));
        assertThrows(ClassNotFoundException.class, () -> loader.loadClass("com.acme.Other"));
    }

    @Test
    void changedLoadersVerifyAndGoOn() throws Exception {
        assertAsks(Hiding.class, LoaderClasses.change(file(Hiding.class)));
        assertAsks(HidingByName.class, LoaderClasses.change(file(HidingByName.class)));
    }

    /** Before version 50 class files had no stack map frames, and the JVM still loads them. */
    @Test
    void oldClassFilesToo() throws Exception {
        byte[] old = new ByteBuddy(ClassFileVersion.JAVA_V4)
                .subclass(ClassLoader.class)
                .name("com.acme.OldLoader")
                .method(m ->
                        m.getName().equals("loadClass") && m.getParameters().size() == 1)
                .intercept(FixedValue.nullValue())
                .make()
                .getBytes();
        assertEquals(Opcodes.V1_4, new ClassReader(old).readShort(6));
        byte[] changed = LoaderClasses.change(old);
        ClassLoader loader = (ClassLoader)
                defined("com.acme.OldLoader", changed).getConstructor().newInstance();
        assertNull(loader.loadClass("java.lang.String"));
    }

    /** With a class that the boot loader does have, the loader's own code is not reached. */
    @Test
    void whatIsFoundIsReturned() throws Exception {
        byte[] changed = LoaderClasses.change(file(HidingByName.class));
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(changed)
                .accept(
                        new ClassVisitor(OpenedClassReader.ASM_API, writer) {
                            @Override
                            public MethodVisitor visitMethod(int a, String n, String d, String s, String[] e) {
                                return new MethodVisitor(OpenedClassReader.ASM_API, super.visitMethod(a, n, d, s, e)) {
                                    @Override
                                    public void visitMethodInsn(int o, String owner, String m, String de, boolean i) {
                                        boolean asks = owner.endsWith("BootClasses");
                                        super.visitMethodInsn(
                                                o, asks ? "java/lang/Class" : owner, asks ? "forName" : m, de, i);
                                    }
                                };
                            }
                        },
                        0);
        ClassLoader loader = (ClassLoader) defined(HidingByName.class.getName(), writer.toByteArray())
                .getConstructor()
                .newInstance();
        assertSame(String.class, loader.loadClass("java.lang.String"));
    }

    @Test
    void otherClassesStayAsTheyAre() throws Exception {
        assertNull(LoaderClasses.change(file(NoLoader.class)));
        assertNull(LoaderClasses.change(file(Helper.class)));
        assertNotNull(LoaderClasses.change(file(Hiding.class)));
    }
}
