package io.tenantwarden.instrumentation;

/** Sizes of the entries of a class file's constant pool (JVM specification, section 4.4). */
final class ConstantPool {

    private ConstantPool() {}

    /**
     * How long the entry is that begins here.
     *
     * @throws IllegalArgumentException for a tag that is not known
     */
    static int size(byte[] file, int at) {
        return switch (file[at]) {
            case 1 -> 3 + ((file[at + 1] & 0xff) << 8 | file[at + 2] & 0xff);
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 5;
            case 5, 6 -> 9;
            case 7, 8, 16, 19, 20 -> 3;
            case 15 -> 4;
            default -> throw new IllegalArgumentException("constant pool tag " + file[at]);
        };
    }
}
