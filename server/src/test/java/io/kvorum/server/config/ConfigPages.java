package io.kvorum.server.config;

import io.kvorum.server.config.ConfigCatalog.Section;

/** The file and the page that follow from the catalog: {@code conf/kvorum.yaml} and {@code docs/configuration.md}. */
final class ConfigPages {
    private static final int COLUMNS = 118;

    private ConfigPages() {}

    static String yaml() {
        StringBuilder out = new StringBuilder("""
                # How a Kvorum node is configured. Every property is here, at its default, and commented out: a node needs none.
                #
                # A property can also come from the environment (KVORUM_REPLICATION_N=3) or from the command line
                # (--set replication.n=3); the command line counts more than the environment, and that more than this file.
                # Durations have a unit: ms, s, m, h, d. Sizes may have one: kb, mb, gb (1kb is 1024 bytes).
                #
                # A cluster of three nodes needs, on each of them, its own node.name and the same lines besides; without requirepass
                # clients of other machines are refused:
                #
                #   node.name: n1
                #   bind: 0.0.0.0
                #   cluster.initial-members: [n1@10.0.0.1:6379, n2@10.0.0.2:6379, n3@10.0.0.3:6379]
                #   cluster.secret: …
                #   requirepass: …
                #
                # Made from the catalog of properties in the program: see docs/configuration.md.
                """);
        for (Section section : ConfigCatalog.SECTIONS) {
            out.append("\n# ---- ").append(section.title()).append('\n');
            for (ConfigProperty<?> property : section.properties()) {
                out.append('\n');
                comment(out, property.reason().replace("`", ""));
                comment(out, "Allowed: " + property.type().allowed().replace("`", "") + ".");
                String value = property.defaultText();
                if (property.defaultValue().isEmpty()) {
                    comment(out, "Default: " + value.replace("`", "") + ".");
                    value = property.example();
                } else if (property.type().isList()) {
                    value = "[]";
                } else if (value.isEmpty()) {
                    value = "\"\"";
                }
                out.append('#')
                        .append(property.name())
                        .append(": ")
                        .append(value)
                        .append('\n');
            }
        }
        return out.toString();
    }

    static String markdown() {
        StringBuilder out = new StringBuilder("""
                # Configuration

                A node needs no configuration at all: without any it is a cluster of one on `127.0.0.1:6379`. What it is told
                comes from three places, the later counting more:

                1. a YAML file, named with `--config`; [conf/kvorum.yaml](../conf/kvorum.yaml) has every property. `a.b: 1` and
                   `b` nested under `a` say the same;
                2. the environment: the property's name in capitals, with `KVORUM_` before it and `_` for dots and dashes:
                   `KVORUM_REPLICATION_READ_TIMEOUT=500ms`. The place for secrets. Lists are separated by commas. What
                   Kubernetes adds by itself for a service called `kvorum` is not taken for properties;
                3. the command line: `--set replication.read-timeout=500ms`, as often as need be.

                A property that does not exist, or a value that is not allowed, stops the start; the message says where it came
                from, what was found and what is allowed. Durations have a unit (`ms`, `s`, `m`, `h`, `d`); sizes may have one,
                as in Redis (`kb` is 1024 bytes, `k` is 1000; `KiB` and the like are understood). Secrets are never shown.

                """);
        for (Section section : ConfigCatalog.SECTIONS) {
            out.append("## ").append(section.title()).append("\n\n");
            out.append("| property | default | allowed | what it does |\n|---|---|---|---|\n");
            for (ConfigProperty<?> property : section.properties()) {
                String value = property.defaultText();
                if (property.defaultValue().isPresent()) value = value.isEmpty() ? "none" : "`" + value + "`";
                out.append("| `")
                        .append(property.name())
                        .append("` | ")
                        .append(value)
                        .append(" | ")
                        .append(property.type().allowed())
                        .append(" | ")
                        .append(property.reason())
                        .append(" |\n");
            }
            out.append('\n');
        }
        out.append("""
                ## Logging

                One line an event on standard output, the time in UTC; `log.level` and `log.file` change how much and where to.
                For more, edit a copy of [conf/logback.xml](../conf/logback.xml) and name it with
                `KVORUM_JAVA_OPTS=-Dlogback.configurationFile=…`.

                ## The JVM

                Some defaults above follow the heap, which is the launcher's to set, in the environment of `tools/bin/kvorum node`:

                | variable | default | what it does |
                |---|---|---|
                | `KVORUM_HEAP` | it grows, up to 60 % of the machine's memory | The heap, `4g` and the like: of this size always, and taken whole at the start, so that no page of it is touched first in a pause. |
                | `KVORUM_JAVA_OPTS` | none | Options of the JVM, with blanks between them, after the launcher's own; a collector named here (`-XX:+UseZGC`) takes the place of G1. |
                | `JAVA_HOME` | `java` on the `PATH` | The JDK, 17 or newer. |

                Beside the heap a node takes memory for what it sends and reads, and the system's cache for its files: leave it some.

                ---

                This page and `conf/kvorum.yaml` are made from the catalog of properties (`ConfigCatalog`); a test fails if they
                differ from it. To make them anew:

                    mvn -B -pl server -am test -Dtest=ConfigPagesTest -Dsurefire.failIfNoSpecifiedTests=false -Dkvorum.regenerate=true
                """);
        return out.toString();
    }

    private static void comment(StringBuilder out, String text) {
        int column = 0;
        for (String word : text.split(" ", -1)) {
            if (column == 0 || column + 1 + word.length() > COLUMNS) {
                if (column > 0) out.append('\n');
                out.append('#');
                column = 1;
            }
            out.append(' ').append(word);
            column += 1 + word.length();
        }
        out.append('\n');
    }
}
