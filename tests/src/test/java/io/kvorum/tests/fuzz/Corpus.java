package io.kvorum.tests.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The inputs of a target that are kept for ever: one a line, in base64; a line that begins with {@code #} says what the
 * inputs below it found. {@code tests/fuzz/run} writes its findings so that they can be added.
 */
final class Corpus {
    private Corpus() {}

    /** The inputs kept of a target; none where there is no file. */
    static List<byte[]> of(FuzzTarget target) {
        List<byte[]> inputs = new ArrayList<>();
        try (InputStream file = Corpus.class.getResourceAsStream(target.name() + ".corpus")) {
            if (file == null) {
                return inputs;
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    inputs.add(Base64.getDecoder().decode(line.strip()));
                }
            }
            return inputs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String line(byte[] input) {
        return Base64.getEncoder().encodeToString(input);
    }
}
