package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class VersionTokenTest {
    private static final int VERSIONS = 1_000;
    private static final byte[] KEY = {1};

    @Test
    void tokens_are_positive_since_some_clients_read_them_as_signed_numbers_and_differ_with_each_version() {
        Set<Long> tokens = new HashSet<>();
        for (int stamp = 1; stamp <= VERSIONS; stamp++) {
            Draft draft = new Draft().key(KEY, 0, 1).value(KEY, 0, 1).dot(-7, stamp);
            long token = VersionToken.of(Versions.write(null, draft));
            assertThat(token).isPositive();
            tokens.add(token);
        }
        assertThat(tokens).hasSize(VERSIONS);
    }
}
