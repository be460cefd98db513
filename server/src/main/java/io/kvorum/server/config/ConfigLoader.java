package io.kvorum.server.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a node's properties: from a file, then from the environment, then from the command line; what comes later
 * overrides what came before. Whoever misspells a name or a value is told where, and what is allowed; nothing is
 * ignored.
 */
public final class ConfigLoader {
    private static final String ENVIRONMENT_PREFIX = "KVORUM_";

    /** Variables that are the launcher's own, for who starts a node without it. */
    private static final Set<String> LAUNCHER_VARIABLES =
            Set.of("KVORUM_HEAP", "KVORUM_JAVA_OPTS", "KVORUM_SKIP_BUILD", "KVORUM_PASSWORD");

    /** What Kubernetes puts into the environment of its own accord if a service has our name. */
    private static final Pattern SERVICE_VARIABLE = Pattern.compile(
            "KVORUM(_.*)?_SERVICE_(HOST|PORT(_.*)?)|KVORUM(_.*)?_PORT_\\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp)://.*");

    private final Settings settings = new Settings();
    private final Map<String, ConfigProperty<?>> byName;
    private final Map<String, ConfigProperty<?>> byEnvironmentName;

    private ConfigLoader() {
        byName = ConfigCatalog.properties().collect(Collectors.toMap(ConfigProperty::name, Function.identity()));
        byEnvironmentName = ConfigCatalog.properties()
                .collect(Collectors.toMap(ConfigProperty::environmentName, Function.identity()));
    }

    /**
     * Reads the configuration of a node.
     *
     * @param file a YAML file; null for none
     * @param environment the environment's variables; those that begin with {@code KVORUM_} count
     * @param sets {@code name=value} each, as given with {@code --set}
     * @param machine what defaults depend on
     * @throws ConfigException naming everything that is wrong
     */
    public static NodeConfig load(
            @Nullable Path file, Map<String, String> environment, List<String> sets, Machine machine) {
        ConfigLoader loader = new ConfigLoader();
        if (file != null) loader.readFile(file);
        loader.readEnvironment(new TreeMap<>(environment));
        sets.forEach(loader::readSet);
        NodeConfigBuilder builder = new NodeConfigBuilder(loader.settings, machine);
        try {
            return builder.build();
        } finally {
            loader.settings.throwIfAnyProblem(); // the cause, where a consequence of it has thrown
        }
    }

    /** The configuration of a node that is told nothing but this; each is {@code name=value}. */
    public static NodeConfig of(String... sets) {
        return load(null, Map.of(), List.of(sets), Machine.local());
    }

    private void readFile(Path file) {
        String yaml;
        try {
            yaml = Files.readString(file);
        } catch (NoSuchFileException missing) {
            settings.problem("configuration file " + file + " does not exist");
            return;
        } catch (MalformedInputException binary) {
            settings.problem("configuration file " + file + " is not UTF-8 text");
            return;
        } catch (IOException unreadable) {
            settings.problem("configuration file " + file + " cannot be read: " + unreadable);
            return;
        }
        Map<String, String> seen = new HashMap<>();
        new YamlSource(file.toString(), new YamlSource.Sink() {
                    @Override
                    public void value(String name, String text, boolean isList, String origin) {
                        String first = seen.putIfAbsent(name, origin);
                        if (first != null) settings.problem(origin + ": " + name + " was set before, at " + first);
                        find(name, origin).ifPresent(property -> {
                            if (isList && !property.type().isList()) {
                                settings.problem(origin + ": " + name + ": found a list; allowed: "
                                        + property.type().allowed());
                            } else {
                                settings.give(property, text, origin);
                            }
                        });
                    }

                    @Override
                    public void nothing(String name, String origin) {
                        boolean begins = byName.keySet().stream().anyMatch(known -> known.startsWith(name + "."));
                        if (begins) return; // what belongs below it is commented out
                        find(name, origin)
                                .ifPresent(property -> settings.problem(origin + ": " + name
                                        + ": has no value (behind a blank, # begins a comment); leave the line out for"
                                        + " the default, or put the value in quotes"));
                    }

                    @Override
                    public void problem(String text) {
                        settings.problem(text);
                    }
                })
                .read(yaml);
    }

    private void readEnvironment(Map<String, String> environment) {
        environment.forEach((variable, value) -> {
            if (!variable.startsWith(ENVIRONMENT_PREFIX)
                    || LAUNCHER_VARIABLES.contains(variable)
                    || SERVICE_VARIABLE.matcher(variable).matches()
                    || SERVICE_ADDRESS.matcher(value).matches()) {
                return;
            }
            String origin = "environment variable " + variable;
            ConfigProperty<?> property = byEnvironmentName.get(variable);
            if (property == null) {
                settings.problem(origin + ": no such property; did you mean "
                        + NearestName.of(variable, byEnvironmentName.keySet()) + "?");
            } else {
                settings.give(property, value, origin);
            }
        });
    }

    private void readSet(String set) {
        int equals = set.indexOf('=');
        if (equals <= 0) {
            settings.problem("--set " + set + ": expected name=value, for instance --set port=6379");
            return;
        }
        String name = set.substring(0, equals).strip();
        find(name, "--set").ifPresent(property -> settings.give(property, set.substring(equals + 1), "--set"));
    }

    private Optional<ConfigProperty<?>> find(String name, String origin) {
        ConfigProperty<?> property = byName.get(name);
        if (property == null) {
            settings.problem(origin + ": " + name + ": no such property; did you mean "
                    + NearestName.of(name, byName.keySet()) + "?");
        }
        return Optional.ofNullable(property);
    }
}
