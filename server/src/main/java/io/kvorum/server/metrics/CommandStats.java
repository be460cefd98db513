package io.kvorum.server.metrics;

/**
 * One command since the start of the node.
 *
 * @param name the command
 * @param calls how often it was answered
 * @param failures how often with an error
 * @param rejections how often it was refused before it ran
 * @param nanos how long all calls took together
 * @param p50Nanos half of the calls took no longer
 * @param p99Nanos 99 of 100 calls took no longer
 * @param p999Nanos 999 of 1000 calls took no longer
 */
public record CommandStats(
        String name,
        long calls,
        long failures,
        long rejections,
        long nanos,
        long p50Nanos,
        long p99Nanos,
        long p999Nanos) {}
