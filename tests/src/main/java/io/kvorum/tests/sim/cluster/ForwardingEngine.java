package io.kvorum.tests.sim.cluster;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.FetchCallback;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.engine.Sweep;
import io.kvorum.storage.table.RecordVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An engine in front of another, for those who want to see or change a part of what it does. */
public class ForwardingEngine implements StorageEngine {
    private final StorageEngine engine;

    /** Stands in front of an engine. */
    public ForwardingEngine(StorageEngine engine) {
        this.engine = engine;
    }

    @Override
    public long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        return engine.update(partition, positionHigh, key, offset, length, mutation);
    }

    @Override
    public void beginFlush(int partition, long upToStamp) {
        engine.beginFlush(partition, upToStamp);
    }

    @Override
    public void flush(int partition, long upToStamp) {
        engine.flush(partition, upToStamp);
    }

    @Override
    public void settle(int partition) {
        engine.settle(partition);
    }

    @Override
    public void start() {
        engine.start();
    }

    @Override
    public void close() {
        engine.close();
    }

    @Override
    public int partitions() {
        return engine.partitions();
    }

    @Override
    public byte @Nullable [] read(int partition, int tableHash, byte[] key, int offset, int length) {
        return engine.read(partition, tableHash, key, offset, length);
    }

    @Override
    public void pace(double share) {
        engine.pace(share);
    }

    @Override
    public boolean evicts() {
        return engine.evicts();
    }

    @Override
    public long evictedCount() {
        return engine.evictedCount();
    }

    @Override
    public boolean hasStubs() {
        return engine.hasStubs();
    }

    @Override
    public void fetch(int partition, long positionHigh, byte[] key, FetchCallback callback) {
        engine.fetch(partition, positionHigh, key, callback);
    }

    @Override
    public byte @Nullable [] readWhole(int partition, long positionHigh, byte[] key) throws IOException {
        return engine.readWhole(partition, positionHigh, key);
    }

    @Override
    public long sweep(int partition, long cursor, int count, Sweep sweep, RecordVisitor staying) {
        return engine.sweep(partition, cursor, count, sweep, staying);
    }

    @Override
    public Durability durability() {
        return engine.durability();
    }

    @Override
    public void whenDurable(long ticket, DurableCallback callback) {
        engine.whenDurable(ticket, callback);
    }

    @Override
    public long actor(int partition) {
        return engine.actor(partition);
    }

    @Override
    public long retireActor(int partition) {
        return engine.retireActor(partition);
    }

    @Override
    public boolean isSettled(int partition) {
        return engine.isSettled(partition);
    }

    @Override
    public void distrust(int partition) {
        engine.distrust(partition);
    }

    @Override
    public void drop(int partition) {
        engine.drop(partition);
    }

    @Override
    public long newestStamp() {
        return engine.newestStamp();
    }

    @Override
    public long flushedUpTo(int partition) {
        return engine.flushedUpTo(partition);
    }

    @Override
    public long scan(int partition, long cursor, int count, RecordVisitor visitor) {
        return engine.scan(partition, cursor, count, visitor);
    }

    @Override
    public long scanLeaf(int partition, int leaf, long cursor, int count, RecordVisitor visitor) {
        return engine.scanLeaf(partition, leaf, cursor, count, visitor);
    }

    @Override
    public int leafCount() {
        return engine.leafCount();
    }

    @Override
    public long root(int partition) {
        return engine.root(partition);
    }

    @Override
    public long leaf(int partition, int leaf) {
        return engine.leaf(partition, leaf);
    }

    @Override
    public long[] leaves(int partition) {
        return engine.leaves(partition);
    }

    @Override
    public int recordCount(int partition) {
        return engine.recordCount(partition);
    }

    @Override
    public long recordCount() {
        return engine.recordCount();
    }

    @Override
    public int liveCount(int partition) {
        return engine.liveCount(partition);
    }

    @Override
    public long liveCount() {
        return engine.liveCount();
    }

    @Override
    public long usedBytes(int partition) {
        return engine.usedBytes(partition);
    }

    @Override
    public long usedBytes() {
        return engine.usedBytes();
    }

    @Override
    public long maxMemoryBytes() {
        return engine.maxMemoryBytes();
    }

    @Override
    public long refusedForMemoryCount() {
        return engine.refusedForMemoryCount();
    }
}
