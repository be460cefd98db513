package io.kvorum.server.command;

/** The chapter of the command reference, and the ACL category, that a command belongs to. */
public enum CommandGroup {
    CONNECTION("connection", "connection"),
    STRING("string", "string"),
    BITMAP("bitmap", "bitmap"),
    GENERIC("generic", "keyspace"),
    SERVER("server", "dangerous"),
    CLUSTER("cluster", "dangerous"),
    TRANSACTIONS("transactions", "transaction"),
    PUBSUB("pubsub", "pubsub"),
    SCRIPTING("scripting", "scripting"),
    KVORUM("kvorum", "keyspace");

    private final String title;
    private final String category;

    CommandGroup(String title, String category) {
        this.title = title;
        this.category = category;
    }

    /** The group's name in COMMAND DOCS. */
    public String title() {
        return title;
    }

    /** The name of its ACL category, without the sign. */
    public String category() {
        return category;
    }
}
