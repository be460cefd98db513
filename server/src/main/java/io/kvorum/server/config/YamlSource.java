package io.kvorum.server.config;

import java.util.Optional;
import java.util.StringJoiner;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a YAML file down to its properties, each with its line. {@code a.b: 1} and {@code a: {b: 1}} say the same.
 * Scalars are taken as they are written: what they mean is for the property to say, not for YAML.
 */
final class YamlSource {
    /** Deeper than any name; an alias that contains itself ends here. */
    private static final int DEPTH_MAX = 8;

    /** Takes what is found. */
    interface Sink {
        /** A property has a value: a scalar's text, or the elements of a list joined by commas. */
        void value(String name, String text, boolean isList, String origin);

        /** A name has nothing behind it. */
        void nothing(String name, String origin);

        /** The file cannot be read here. */
        void problem(String text);
    }

    private final String fileName;
    private final Sink sink;

    YamlSource(String fileName, Sink sink) {
        this.fileName = fileName;
        this.sink = sink;
    }

    void read(String yaml) {
        try {
            Optional<Node> root =
                    new Compose(LoadSettings.builder().setLabel(fileName).build()).composeString(yaml);
            if (root.isEmpty() || isNull(root.get())) return;
            if (root.get() instanceof MappingNode mapping) {
                mapping("", mapping, 0);
            } else {
                sink.problem(origin(root.get()) + ": found no property; expected lines such as \"port: 6379\"");
            }
        } catch (MarkedYamlEngineException broken) {
            String line = broken.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1))
                    .orElse("");
            sink.problem(fileName + line + ": not YAML: " + broken.getProblem());
        } catch (YamlEngineException broken) {
            sink.problem(fileName + ": not YAML: " + broken.getMessage());
        }
    }

    private void mapping(String prefix, MappingNode mapping, int depth) {
        if (depth > DEPTH_MAX) {
            sink.problem(origin(mapping) + ": more than " + DEPTH_MAX + " levels");
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                sink.problem(origin(entry.getKeyNode()) + ": a property's name is one word");
                continue;
            }
            String name = prefix + key.getValue();
            Node value = entry.getValueNode();
            if (value instanceof MappingNode nested) {
                mapping(name + ".", nested, depth + 1);
            } else if (value instanceof SequenceNode sequence) {
                sequence(name, sequence, origin(key));
            } else if (isNull(value)) {
                sink.nothing(name, origin(key));
            } else if (value instanceof ScalarNode scalar) {
                sink.value(name, scalar.getValue(), false, origin(key));
            }
        }
    }

    private void sequence(String name, SequenceNode sequence, String origin) {
        StringJoiner elements = new StringJoiner(",");
        for (Node element : sequence.getValue()) {
            if (element instanceof ScalarNode scalar) {
                elements.add(scalar.getValue());
            } else {
                sink.problem(origin(element) + ": " + name + ": an element of a list is one word");
            }
        }
        sink.value(name, elements.toString(), true, origin);
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    private String origin(Node node) {
        return fileName
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }
}
