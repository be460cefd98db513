package io.kvorum.server.command.admin;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What CONFIG GET shows and CONFIG SET takes. Safe from every thread.
 *
 * <p>Three kinds: properties of the node, which hold from its start to its end; a few that change at once; and what Redis has
 * beyond these, which means nothing to a node. That is remembered until it ends, and shown as it was set, since tools and
 * frameworks that tune a Redis when they start stop at the first refusal; the log says once of each that it has no effect.
 */
final class ConfigParameters {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigParameters.class);
    private static final String IN_THE_FILE =
            "can't set immutable config; set it in the node's configuration file and restart the node";

    private final ConfigView view;
    private final SortedMap<String, RedisParameter> others = RedisParameter.all();

    /** By names of {@link #others} alone, which bounds it. */
    private final Map<String, String> remembered = new ConcurrentHashMap<>();

    ConfigParameters(ConfigView view) {
        this.view = view;
    }

    /** A parameter that changes at once. */
    interface Live {
        /** As it is. */
        long value();

        /** Changes it to a number between the bounds. */
        void set(long number);

        /** The least it can be. */
        long least();

        /** The most it can be. */
        long most();
    }

    /** All of them, with those that change at once. */
    SortedMap<String, String> values(Map<String, Live> live) {
        SortedMap<String, String> values = new TreeMap<>();
        others.forEach((name, parameter) -> {
            RedisParameter meant = meant(parameter);
            values.put(name, remembered.getOrDefault(meant.name(), meant.initial()));
        });
        values.putAll(view.values());
        live.forEach((name, parameter) -> values.put(name, Long.toString(parameter.value())));
        return values;
    }

    /** Whether there is one of this name, in lower case. */
    boolean has(String name, Map<String, Live> live) {
        return live.containsKey(name) || view.values().containsKey(name) || others.containsKey(name);
    }

    /** Why one that there is cannot have this value; null if it can. */
    @Nullable
    String problemOf(String name, String value, Map<String, Live> live) {
        Live changing = live.get(name);
        if (changing != null) {
            return RedisParameter.problemOfNumber(value, changing.least(), changing.most());
        }
        String inEffect = view.values().get(name);
        if (inEffect != null) {
            return inEffect.equalsIgnoreCase(value) ? null : IN_THE_FILE;
        }
        RedisParameter other = others.get(name);
        return other == null ? "no such parameter" : meant(other).problemOf(value);
    }

    /** Sets one to a value without a problem. */
    void set(String name, String value, Map<String, Live> live) {
        Live changing = live.get(name);
        RedisParameter other = others.get(name);
        if (changing != null) {
            changing.set(Long.parseLong(value));
        } else if (other != null && !view.values().containsKey(name)) {
            RedisParameter meant = meant(other);
            if (remembered.put(meant.name(), meant.shown(value)) == null) {
                LOG.info("a client sets {}, which has no effect here; what it sets is shown to it until the end", name);
            }
        }
    }

    private RedisParameter meant(RedisParameter parameter) {
        RedisParameter other = parameter.kind() == RedisParameter.Kind.ALIAS
                ? others.get(parameter.details().get(0))
                : parameter;
        if (other == null) {
            throw new IllegalStateException(parameter + " is the name of nothing");
        }
        return other;
    }
}
