package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GucAssignmentTest {

    /** Parts as {@code kind:text}, so that a table can hold them. */
    private static String parts(GucTemplate template) {
        StringBuilder text = new StringBuilder();
        for (GucTemplate.Part part : template.parts()) {
            text.append(text.isEmpty() ? "" : " ");
            switch (part.kind()) {
                case CONSTANT -> text.append('"').append(part.constant()).append('"');
                case TENANT -> text.append("TENANT");
                case SOURCE -> text.append(part.source().text());
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{tenant}                     | TENANT",
                "{ tenant }                   | TENANT",
                "off                          | \"off\"",
                "``                           | ``",
                "t-{tenant}                   | \"t-\" TENANT",
                "t-{tenant}-x                 | \"t-\" TENANT \"-x\"",
                "{tenant}{tenant}             | TENANT TENANT",
                "{mdc:userId}                 | mdc:userId",
                "{value:a,b}                  | value:a,b",
                "{method:com.acme.T#u.id}:{tenant} | method:com.acme.T#u.id \":\" TENANT",
                "{value:a{2}}                 | value:a{2}",
                "a=b                          | \"a=b\"",
            })
    void templates(String text, String expected) {
        GucAssignment assignment = GucAssignment.parseList("app.x=" + text).get(0);

        assertEquals(expected, parts(assignment.value()));
        assertEquals(expected.contains("TENANT"), assignment.value().usesTenant());
        assertEquals(
                !expected.contains("TENANT") && !expected.contains(":"),
                assignment.value().isConstant());
    }

    @Test
    void commasInBracesBelongToTheValue() {
        List<GucAssignment> list = GucAssignment.parseList("app.a={value:x,y}, app.b=off ,My_App.Sub.c$1=");

        assertEquals(
                List.of("app.a", "app.b", "My_App.Sub.c$1"),
                list.stream().map(GucAssignment::name).toList());
        assertEquals("off", list.get(1).value().text());
        assertEquals(List.of(), list.get(2).value().parts());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tenant_id={tenant}           | has no dot",
                "role={tenant}                | a setting of its own",
                "app.tenant-id={tenant}       | not the name of a custom setting",
                "app.1x={tenant}              | not the name of a custom setting",
                "app..x={tenant}              | not the name of a custom setting",
                ".x={tenant}                  | not the name of a custom setting",
                "app.={tenant}                | not the name of a custom setting",
                "app.x'; drop={tenant}        | not the name of a custom setting",
                "app.ä={tenant}               | not the name of a custom setting",
                "={tenant}                    | not the name of a custom setting",
                "app.x                        | name=value",
                "app.x={tenant},              | name=value",
                "app.x=a,App.X=b              | set twice",
                "app.x={tenant                | { without a }",
                "app.x=tenant}                | } without a {",
                "app.x={}                     | neither {tenant} nor a tenant source",
                "app.x={{tenant}}             | neither {tenant} nor a tenant source",
                "app.x={tenantId}             | neither {tenant} nor a tenant source",
                "app.x={nope:x}               | 'nope' is not a tenant source",
            })
    void refused(String text, String expected) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> GucAssignment.parseList(text));

        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }
}
