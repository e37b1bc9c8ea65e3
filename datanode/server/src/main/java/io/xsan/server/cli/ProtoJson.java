package io.xsan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;

/** Answers of the control API as JSON: the names of the fields, every field present. */
final class ProtoJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ProtoJson() {}

    /** The message as indented JSON. */
    static String text(Message message) {
        return new ObjectMapper().valueToTree(of(message)).toPrettyString();
    }

    private static ObjectNode of(Message message) {
        ObjectNode json = NODES.objectNode();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                ArrayNode items = json.putArray(field.getName());
                ((List<?>) message.getField(field)).forEach(item -> items.add(value(item)));
            } else if (!field.hasPresence() || message.hasField(field)) {
                json.set(field.getName(), value(message.getField(field)));
            }
        }
        return json;
    }

    private static JsonNode value(Object value) {
        return switch (value) {
            case Message message -> of(message);
            case Boolean flag -> NODES.booleanNode(flag);
            case Integer number -> NODES.numberNode(Integer.toUnsignedLong(number));
            case Long number -> NODES.numberNode(number);
            case ByteString bytes -> NODES.binaryNode(bytes.toByteArray());
            default -> NODES.textNode(value.toString());
        };
    }
}
