package io.tenantwarden.instrumentation.executor;

import io.tenantwarden.bootstrap.Tasks;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * One change of one method: a call of a static method of {@link Tasks}, which every class can see. No local variable is
 * added and no branch, so that the method's stack map frames stay as they are.
 *
 * <p>Written for the class file library and not as advice: these classes are changed while the JVM starts, and resolving
 * the types of java.util.concurrent there would cost more than all the rest.
 */
abstract class Edit {

    static final int API = Opcodes.ASM9;
    static final String TASKS = Type.getInternalName(Tasks.class);
    private static final String OBJECT = "Ljava/lang/Object;";
    private static final String RUNNABLE = "Ljava/lang/Runnable;";

    private final String method;

    Edit(String method) {
        this.method = method;
    }

    final String method() {
        return method;
    }

    /** Whether this method is meant. */
    boolean matches(int access, String name, String descriptor) {
        return name.equals(method) && (access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) == 0;
    }

    /**
     * What the method is written through.
     *
     * @param applied told each time that something was changed
     */
    abstract MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied);

    /** Replaces the last parameter of a type by what the hook gives for it: {@code parameter = Tasks.hook(parameter)}. */
    static Edit argument(String method, String type, String hook) {
        return new ArgumentEdit(method, type, hook, false);
    }

    /** As {@link #argument}; the hook is also given the object that the method is called on. */
    static Edit argumentAndThis(String method, String type, String hook) {
        return new ArgumentEdit(method, type, hook, true);
    }

    /** Calls the hook first, with the values of these local variables. */
    static Edit first(String method, String hook, String hookDescriptor, int... variables) {
        return new Edit(method) {
            @Override
            boolean matches(int access, String name, String descriptor) {
                return super.matches(access, name, descriptor)
                        && Type.getArgumentsAndReturnSizes(descriptor) >> 2 > variables[variables.length - 1];
            }

            @Override
            MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied) {
                return new MethodVisitor(API, next) {
                    @Override
                    public void visitCode() {
                        super.visitCode();
                        Type[] types = Type.getArgumentTypes(hookDescriptor);
                        for (int i = 0; i < variables.length; i++) {
                            visitVarInsn(types[i].getOpcode(Opcodes.ILOAD), variables[i]);
                        }
                        visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, hookDescriptor, false);
                        applied.run();
                    }
                };
            }
        };
    }

    /** Calls the first hook before and the second after, whatever happens, both with the first local variable. */
    static Edit around(String method, String variableType, String before, String after) {
        return new AroundEdit(method, variableType, before, after);
    }

    /** Instead of a virtual or interface method the hook is called, with the same operands. */
    static Edit call(String method, String called, String calledDescriptor, String hook, String hookDescriptor) {
        return new CallEdit(method, called, calledDescriptor) {
            @Override
            void emit(MethodVisitor visitor, Runnable original) {
                visitor.visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, hookDescriptor, false);
            }
        };
    }

    /** Takes the application's own Runnable out of the last operand of a call. */
    static Edit unwrapLast(String method, String called, String calledDescriptor) {
        return new CallEdit(method, called, calledDescriptor) {
            @Override
            void emit(MethodVisitor visitor, Runnable original) {
                visitor.visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, "unwrap", "(" + RUNNABLE + ")" + RUNNABLE, false);
                original.run();
            }
        };
    }

    /** Takes the application's own Runnable out of the last but one operand of a call. */
    static Edit unwrapLastButOne(String method, String called, String calledDescriptor) {
        return new CallEdit(method, called, calledDescriptor) {
            @Override
            void emit(MethodVisitor visitor, Runnable original) {
                visitor.visitInsn(Opcodes.SWAP);
                visitor.visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, "unwrap", "(" + RUNNABLE + ")" + RUNNABLE, false);
                visitor.visitInsn(Opcodes.SWAP);
                original.run();
            }
        };
    }

    /** Tells the hook of the object that a method is about to be called on. */
    static Edit tellReceiver(String method, String called, String calledDescriptor, String hook) {
        return new CallEdit(method, called, calledDescriptor) {
            @Override
            void emit(MethodVisitor visitor, Runnable original) {
                if (Type.getArgumentTypes(calledDescriptor).length == 0) {
                    visitor.visitInsn(Opcodes.DUP);
                } else {
                    visitor.visitInsn(Opcodes.SWAP);
                    visitor.visitInsn(Opcodes.DUP_X1);
                }
                visitor.visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, "(" + OBJECT + ")V", false);
                original.run();
            }
        };
    }

    /** Passes what the method returns through the hook. */
    static Edit result(String method, String hook) {
        return new Edit(method) {
            @Override
            MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied) {
                String type = Type.getReturnType(descriptor).getDescriptor();
                return new MethodVisitor(API, next) {
                    @Override
                    public void visitInsn(int opcode) {
                        if (opcode == Opcodes.ARETURN) {
                            visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, "(" + type + ")" + type, false);
                            applied.run();
                        }
                        super.visitInsn(opcode);
                    }
                };
            }
        };
    }

    private static final class ArgumentEdit extends Edit {
        private final String type;
        private final String hook;
        private final boolean withThis;

        ArgumentEdit(String method, String type, String hook, boolean withThis) {
            super(method);
            this.type = "L" + type + ";";
            this.hook = hook;
            this.withThis = withThis;
        }

        @Override
        boolean matches(int access, String name, String descriptor) {
            return super.matches(access, name, descriptor) && variable(access, descriptor) >= 0;
        }

        private int variable(int access, String descriptor) {
            int variable = (access & Opcodes.ACC_STATIC) == 0 ? 1 : 0;
            int found = -1;
            for (Type argument : Type.getArgumentTypes(descriptor)) {
                if (argument.getDescriptor().equals(type)) {
                    found = variable;
                }
                variable += argument.getSize();
            }
            return found;
        }

        @Override
        MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied) {
            int variable = variable(access, descriptor);
            String hookDescriptor = "(" + type + (withThis ? OBJECT : "") + ")" + type;
            return new MethodVisitor(API, next) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    visitVarInsn(Opcodes.ALOAD, variable);
                    if (withThis) {
                        visitVarInsn(Opcodes.ALOAD, 0);
                    }
                    visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, hookDescriptor, false);
                    visitVarInsn(Opcodes.ASTORE, variable);
                    applied.run();
                }
            };
        }
    }

    private abstract static class CallEdit extends Edit {
        private final String called;
        private final String calledDescriptor;

        CallEdit(String method, String called, String calledDescriptor) {
            super(method);
            this.called = called;
            this.calledDescriptor = calledDescriptor;
        }

        abstract void emit(MethodVisitor visitor, Runnable original);

        @Override
        MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied) {
            return new MethodVisitor(API, next) {
                @Override
                public void visitMethodInsn(int opcode, String type, String name, String calls, boolean isInterface) {
                    if (opcode != Opcodes.INVOKESTATIC
                            && opcode != Opcodes.INVOKESPECIAL
                            && name.equals(called)
                            && calls.equals(calledDescriptor)) {
                        emit(next, () -> super.visitMethodInsn(opcode, type, name, calls, isInterface));
                        applied.run();
                    } else {
                        super.visitMethodInsn(opcode, type, name, calls, isInterface);
                    }
                }
            };
        }
    }

    private static final class AroundEdit extends Edit {
        private final String variableType;
        private final String before;
        private final String after;

        AroundEdit(String method, String variableType, String before, String after) {
            super(method);
            this.variableType = variableType;
            this.before = before;
            this.after = after;
        }

        @Override
        MethodVisitor visitor(MethodVisitor next, String owner, int access, String descriptor, Runnable applied) {
            boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
            String hookType = "L" + variableType + ";";
            String firstVariable = isStatic ? Type.getArgumentTypes(descriptor)[0].getInternalName() : owner;
            return new MethodVisitor(API, next) {
                private final Label start = new Label();

                @Override
                public void visitCode() {
                    super.visitCode();
                    tell(before);
                    visitLabel(start);
                    applied.run();
                }

                @Override
                public void visitInsn(int opcode) {
                    if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
                        tell(after);
                    }
                    super.visitInsn(opcode);
                }

                @Override
                public void visitMaxs(int maxStack, int maxLocals) {
                    Label end = new Label();
                    visitLabel(end);
                    visitTryCatchBlock(start, end, end, null); // last in the table: outside the method's own handlers
                    visitFrame(
                            Opcodes.F_FULL, 1, new Object[] {firstVariable}, 1, new Object[] {"java/lang/Throwable"});
                    tell(after);
                    super.visitInsn(Opcodes.ATHROW);
                    super.visitMaxs(maxStack, maxLocals);
                }

                private void tell(String hook) {
                    visitVarInsn(Opcodes.ALOAD, 0);
                    visitMethodInsn(Opcodes.INVOKESTATIC, TASKS, hook, "(" + hookType + ")V", false);
                }
            };
        }
    }
}
