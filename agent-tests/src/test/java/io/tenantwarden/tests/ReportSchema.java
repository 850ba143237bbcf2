package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** {@code docs/report.schema.json}: what is published of the report, held against reports of real JVMs. */
final class ReportSchema {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = load();

    private ReportSchema() {}

    /** Readers ignore members that they do not know, so the schema allows them; here each one has to be described. */
    private static JsonSchema load() {
        try {
            JsonNode schema = JSON.readTree(
                    Files.readString(Path.of(System.getProperty("project.root"), "docs/report.schema.json")));
            close(schema);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && object.has("required")) {
            object.put("additionalProperties", false);
        }
        node.forEach(ReportSchema::close);
    }

    static void validate(String report) throws IOException {
        assertEquals(Set.of(), SCHEMA.validate(JSON.readTree(report)), report);
    }
}
