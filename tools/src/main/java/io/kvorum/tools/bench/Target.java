package io.kvorum.tools.bench;

/** A server to put load on. */
public record Target(String host, int port) {
    /**
     * Reads {@code host:port}; the port is what follows the last colon.
     *
     * @throws IllegalArgumentException if there is none, or none from 1 to 65535
     */
    static Target parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not host:port");
        }
        try {
            return new Target(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException notNumber) {
            throw new IllegalArgumentException("'" + text + "' is not host:port", notNumber);
        }
    }

    /** Refuses a port out of range. */
    public Target {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
