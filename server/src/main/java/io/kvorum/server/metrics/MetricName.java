package io.kvorum.server.metrics;

import java.util.regex.Pattern;

/** Names in the registry: a family and, in braces, its labels, written as Prometheus writes them. */
final class MetricName {
    private static final Pattern FAMILY = Pattern.compile("kvorum_[a-z][a-z0-9_]*");
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_]*");

    private MetricName() {}

    /**
     * Writes a name.
     *
     * @param labels names and values by turns
     * @throws IllegalArgumentException if the family or a label's name is not one; values may be anything
     */
    static String of(String family, String... labels) {
        if (!FAMILY.matcher(family).matches()) throw new IllegalArgumentException("metric family " + family);
        if (labels.length % 2 != 0) throw new IllegalArgumentException("a label of " + family + " has no value");
        if (labels.length == 0) return family;
        StringBuilder name = new StringBuilder(family).append('{');
        for (int i = 0; i < labels.length; i += 2) {
            if (!LABEL.matcher(labels[i]).matches()) {
                throw new IllegalArgumentException("label " + labels[i] + " of " + family);
            }
            name.append(i == 0 ? "" : ",")
                    .append(labels[i])
                    .append("=\"")
                    .append(escaped(labels[i + 1]))
                    .append('"');
        }
        return name.append('}').toString();
    }

    static String familyOf(String name) {
        int brace = name.indexOf('{');
        return brace < 0 ? name : name.substring(0, brace);
    }

    /** What stands between the braces; empty if there are none. */
    static String labelsOf(String name) {
        int brace = name.indexOf('{');
        return brace < 0 ? "" : name.substring(brace + 1, name.length() - 1);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
