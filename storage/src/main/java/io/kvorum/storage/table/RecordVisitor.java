package io.kvorum.storage.table;

/** Takes the records of a scan, one by one. */
@FunctionalInterface
public interface RecordVisitor {
    /**
     * Takes one record, as it was when the scan came by.
     *
     * @param record shared and never to be changed
     */
    void visit(byte[] record);
}
