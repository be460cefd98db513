package io.kvorum.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NumberTypeTest {
    @ParameterizedTest
    @CsvSource({
        "0,0,0",
        "7,7,7",
        "7b,7,7",
        "1k,1000,1000",
        "1kb,1024,1kb",
        "1KiB,1024,1kb",
        "64mb,67108864,64mb",
        "64MB,67108864,64mb",
        "64MiB,67108864,64mb",
        "1m,1000000,1000000",
        "2gb,2147483648,2gb",
        "1g,1000000000,1000000000",
        " 5 mb ,5242880,5mb"
    })
    void sizes_are_read_as_redis_reads_them(String text, long bytes, String written) {
        ConfigType<Long> type = NumberType.bytes(0, Long.MAX_VALUE);
        assertThat(type.parse(text)).isEqualTo(bytes);
        assertThat(type.format(bytes)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0",
        "0s,0,0",
        "250us,250000,250us",
        "500ms,500000000,500ms",
        "1s,1000000000,1s",
        "90s,90000000000,90s",
        "2m,120000000000,2m",
        "24h,86400000000000,24h",
        "1d,86400000000000,24h"
    })
    void durations_have_a_unit(String text, long nanos, String written) {
        ConfigType<Duration> type = NumberType.duration(Duration.ZERO, Duration.ofDays(400));
        assertThat(type.parse(text)).isEqualTo(Duration.ofNanos(nanos));
        assertThat(type.format(Duration.ofNanos(nanos))).isEqualTo(written);
    }
}
