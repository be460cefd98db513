package io.kvorum.server.command;

/** The chapter of the command reference that a command belongs to. */
public enum CommandGroup {
    CONNECTION("connection"),
    STRING("string"),
    BITMAP("bitmap"),
    GENERIC("generic"),
    SERVER("server"),
    CLUSTER("cluster"),
    TRANSACTIONS("transactions"),
    PUBSUB("pubsub"),
    SCRIPTING("scripting"),
    KVORUM("kvorum");

    private final String title;

    CommandGroup(String title) {
        this.title = title;
    }

    /** The group's name in COMMAND DOCS. */
    public String title() {
        return title;
    }
}
