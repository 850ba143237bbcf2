package io.tenantwarden.rls.tenant;

/**
 * A column of a table of one tenant. Immutable.
 *
 * @param name as the database spells it
 * @param type as SQL writes it, with its length
 * @param notNull whether it is NOT NULL
 * @param generated whether it is computed from others, so that nothing can be written to it
 * @param identity {@code a} (ALWAYS), {@code d} (BY DEFAULT) or empty
 * @param key whether it is part of the primary key
 * @param largeObject whether its values may be numbers of large objects: type {@code oid}, or a domain over it
 * @param select whether the role may read it
 * @param update whether the role may change it
 */
public record TableColumn(
        String name,
        String type,
        boolean notNull,
        boolean generated,
        String identity,
        boolean key,
        boolean largeObject,
        boolean select,
        boolean update) {}
