package io.kvorum.tools.bench;

import java.nio.charset.StandardCharsets;

/**
 * What stands around the key of a GET and of a SET; the value and a line end follow the SET's. Protocols that differ
 * in no more than that share the {@link CommandWriter}.
 */
record CommandForm(byte[] getHead, byte[] getTail, byte[] setHead, byte[] setTail) {
    static CommandForm of(String getHead, String getTail, String setHead, String setTail) {
        return new CommandForm(ascii(getHead), ascii(getTail), ascii(setHead), ascii(setTail));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
