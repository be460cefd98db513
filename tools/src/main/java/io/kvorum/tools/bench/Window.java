package io.kvorum.tools.bench;

/**
 * The operations that are on their way on one connection, oldest first, since replies come in the order of requests.
 * Bounded by the pipeline limit. Batched, it has no room from the moment it is full until it is empty. Owned by the loop of its connection.
 */
final class Window {
    private final long[] intendedNanos;
    private final long[] sentNanos;
    private final Operation[] operations;
    private final boolean batched;
    private int head;
    private int size;
    private boolean open;
    private boolean draining;

    Window(int limit, boolean batched) {
        this.batched = batched;
        intendedNanos = new long[limit];
        sentNanos = new long[limit];
        operations = new Operation[limit];
    }

    boolean isOpen() {
        return open;
    }

    void open() {
        open = true;
    }

    void close() {
        open = false;
    }

    boolean hasRoom() {
        return open && !draining && size < sentNanos.length;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(Operation operation, long intended, long sent) {
        int tail = (head + size) % sentNanos.length;
        intendedNanos[tail] = intended;
        sentNanos[tail] = sent;
        operations[tail] = operation;
        size++;
        draining = batched && size == sentNanos.length;
    }

    Operation oldestOperation() {
        return operations[head];
    }

    long oldestIntendedNanos() {
        return intendedNanos[head];
    }

    long oldestSentNanos() {
        return sentNanos[head];
    }

    void removeOldest() {
        if (size == 0) {
            throw new IllegalStateException("a reply to no request");
        }
        head = (head + 1) % sentNanos.length;
        size--;
        draining &= size > 0;
    }
}
