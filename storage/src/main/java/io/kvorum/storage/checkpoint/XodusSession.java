package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import jetbrains.exodus.core.dataStructures.Pair;
import jetbrains.exodus.core.dataStructures.Priority;
import jetbrains.exodus.core.execution.Job;
import jetbrains.exodus.core.execution.JobProcessorAdapter;
import jetbrains.exodus.core.execution.LatchJob;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.EnvironmentImpl;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.Transaction;
import jetbrains.exodus.gc.GarbageCollector;
import jetbrains.exodus.io.DataReader;
import jetbrains.exodus.io.DataReaderWriterProvider;
import jetbrains.exodus.io.DataWriter;
import jetbrains.exodus.log.DataCorruptionException;
import jetbrains.exodus.log.LogConfig;
import org.jspecify.annotations.Nullable;

/** Xodus from one opening to the next. Reads by any thread, writes by one at a time. */
final class XodusSession {
    /** Of a file's bytes so many per cent are in use, on the average, or there is something to collect. */
    private static final int UTILIZATION_MIN_PERCENT = 50;

    /** The newest files are left alone: what they have is replaced soon. */
    private static final int FILES_SPARED = 2;

    /** After an unclean end Xodus counts anew what is in use; the load of the records goes first. */
    private static final int COUNT_IN_MILLIS = 60_000;

    private static final int LATCH_SPIN_MILLIS = 100;

    /** A tree of prefixes finds a key without reading others: with few of its pages in the cache that decides. */
    private static final StoreConfig WITH_PREFIXES = StoreConfig.WITHOUT_DUPLICATES_WITH_PREFIXING;

    private final EnvironmentImpl environment;
    private final LogFiles files;
    private final LogWriter writer;
    private final Store records;
    private final Store parts;
    private final Store meta;
    private volatile boolean utilizationKnown;
    private volatile @Nullable Throwable failure;

    private XodusSession(EnvironmentImpl environment, LogFiles files, LogWriter writer) {
        this.environment = environment;
        this.files = files;
        this.writer = writer;
        Transaction transaction = environment.beginExclusiveTransaction();
        try {
            records = environment.openStore("records", WITH_PREFIXES, transaction);
            parts = environment.openStore("parts", WITH_PREFIXES, transaction);
            meta = environment.openStore("meta", WITH_PREFIXES, transaction);
            boolean committed = transaction.flush();
            if (!committed) {
                throw new IllegalStateException("the trees were not made");
            }
        } finally {
            transaction.abort();
        }
    }

    static XodusSession open(Disk disk, Path directory, long cacheBytes, long cutAt) throws IOException {
        LogFiles files = LogFiles.open(disk, directory, cutAt);
        LogWriter writer = new LogWriter(files);
        EnvironmentImpl environment = null;
        boolean opened = false;
        try {
            environment = (EnvironmentImpl)
                    Environments.newInstance(new OurLogConfig(files, writer), environmentConfig(cacheBytes));
            environment.suspendGC();
            XodusSession session = new XodusSession(environment, files, writer);
            session.awaitUtilization();
            opened = true;
            return session;
        } catch (RuntimeException thrown) {
            throw ioException("opening", directory, thrown);
        } finally {
            if (!opened) {
                close(environment, files, writer, true);
            }
        }
    }

    private static EnvironmentConfig environmentConfig(long cacheBytes) {
        return new EnvironmentConfig()
                .setLogDataReaderWriterProvider(OurProvider.class.getName())
                .setLogFileSize(LogFiles.FILE_BYTES >> 10)
                .setLogCachePageSize(LogSums.PAGE_BYTES)
                .setLogCacheShared(false)
                .setMemoryUsage(cacheBytes)
                // Each commit is forced, and nothing is between commits.
                .setLogDurableWrite(true)
                .setLogSyncPeriod(Long.MAX_VALUE >> 1)
                // What is collected and when is decided here: by itself it finds nothing that would be worth it.
                .setGcMinUtilization(1)
                .setGcStartIn(COUNT_IN_MILLIS)
                .setGcFilesDeletionDelay(0)
                .setGcTransactionTimeout(0)
                .setEnvGatherStatistics(false)
                .setEnvMonitorTxnsExpirationTimeout(0)
                .setManagementEnabled(false);
    }

    /** Notes when Xodus knows how much of each file is in use: at once, unless it has to count. */
    private void awaitUtilization() {
        JobProcessorAdapter cleaner = environment.getGC().getCleanerJobProcessor();
        if (cleaner.pendingTimedJobs() == 0) {
            utilizationKnown = true;
            return;
        }
        Job known = new Job() {
            @Override
            protected void execute() {
                utilizationKnown = true;
            }
        };
        cleaner.queueAt(known, environment.getCreated() + COUNT_IN_MILLIS + 1);
    }

    Store records() {
        return records;
    }

    Store parts() {
        return parts;
    }

    Store meta() {
        return meta;
    }

    LogFiles files() {
        return files;
    }

    /** What made it unfit for writes, or null. */
    @Nullable
    Throwable failure() {
        Throwable ours = failure;
        return ours != null ? ours : writer.failure();
    }

    <T> @Nullable T reading(Reading<T> work) throws IOException {
        try {
            Transaction transaction = environment.beginReadonlyTransaction();
            try {
                return work.run(this, transaction);
            } finally {
                transaction.abort();
            }
        } catch (VisitorThrew visitor) {
            throw visitor.thrown;
        } catch (RuntimeException thrown) {
            throw ioException("a read of", files.directory(), thrown);
        }
    }

    void writing(Consumer<Transaction> work) throws IOException {
        boolean done = false;
        try {
            Transaction transaction = environment.beginExclusiveTransaction();
            try {
                work.accept(transaction);
                done = transaction.flush();
                if (!done) {
                    throw new IllegalStateException("the batch was not committed");
                }
            } finally {
                transaction.abort();
            }
        } catch (RuntimeException thrown) {
            failure = thrown;
            throw ioException("a batch for", files.directory(), thrown);
        } finally {
            if (!done && failure == null) {
                failure = new IllegalStateException("a batch was not committed");
            }
        }
    }

    boolean collect(long budgetNanos, LongSupplier nanoClock) throws IOException {
        if (!utilizationKnown) {
            return false;
        }
        GarbageCollector collector = environment.getGC();
        Collecting job = new Collecting(() -> clean(collector, budgetNanos, nanoClock));
        JobProcessorAdapter cleaner = collector.getCleanerJobProcessor();
        cleaner.waitForLatchJob(job, LATCH_SPIN_MILLIS, Priority.normal);
        RuntimeException thrown = job.thrown;
        if (thrown != null) {
            failure = thrown;
            throw ioException("collecting in", files.directory(), thrown);
        }
        return job.done;
    }

    private boolean clean(GarbageCollector collector, long budgetNanos, LongSupplier nanoClock) {
        long start = nanoClock.getAsLong();
        boolean any = false;
        do {
            long file = mostWasted(collector);
            if (file < 0) {
                return any;
            }
            collector.doCleanFile(file);
            any = true;
        } while (nanoClock.getAsLong() - start < budgetNanos);
        return true;
    }

    private long mostWasted(GarbageCollector collector) {
        long[] newestFirst = environment.getLog().getAllFileAddresses();
        long wasted = 0;
        long most = 0;
        long mostAt = -1;
        for (int i = FILES_SPARED; i < newestFirst.length; i++) {
            long inFile = Math.min(LogFiles.FILE_BYTES, collector.getFileFreeBytes(newestFirst[i]));
            wasted += inFile;
            if (inFile > most) {
                most = inFile;
                mostAt = newestFirst[i];
            }
        }
        long all = (long) Math.max(0, newestFirst.length - FILES_SPARED) * LogFiles.FILE_BYTES;
        return wasted * 100 > all * (100 - UTILIZATION_MIN_PERCENT) ? mostAt : -1;
    }

    /**
     * Ends use.
     *
     * @param abandon whether to write nothing more: after a failure
     */
    void close(boolean abandon) throws IOException {
        close(environment, files, writer, abandon);
    }

    private static void close(@Nullable EnvironmentImpl environment, LogFiles files, LogWriter writer, boolean abandon)
            throws IOException {
        try {
            if (abandon) {
                writer.abandon();
            }
            if (environment != null) {
                environment.getEnvironmentConfig().setEnvCloseForcedly(abandon);
                environment.close();
            }
        } catch (RuntimeException thrown) {
            throw ioException("closing", files.directory(), thrown);
        } finally {
            files.closeFiles();
        }
    }

    /** Where the log ended when it was last sealed. */
    long sealedEnd() {
        return writer.sealedEnd();
    }

    /** What Xodus threw, with the words of the failure of the disk that began it, if there was one. */
    private static IOException ioException(String what, Path directory, RuntimeException thrown) {
        Throwable first = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CheckpointDamagedException damaged) {
                return damaged;
            }
            if (cause instanceof DataCorruptionException gone) {
                return new CheckpointDamagedException(directory, gone);
            }
            if (cause instanceof IOException) {
                first = cause;
            }
        }
        String words = first.getMessage();
        return new IOException(
                what + " the checkpoint in " + directory + " failed: " + (words == null ? first.toString() : words),
                thrown);
    }

    /** Work in a transaction that sees one commit. */
    @FunctionalInterface
    interface Reading<T> {
        @Nullable
        T run(XodusSession now, Transaction transaction);
    }

    /** Carries what a visitor threw past what is made of Xodus's own exceptions. */
    static final class VisitorThrew extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final RuntimeException thrown;

        VisitorThrew(RuntimeException thrown) {
            super(thrown);
            this.thrown = thrown;
        }
    }

    /** A piece of work on Xodus's own thread, which alone may clean. */
    private static final class Collecting extends LatchJob {
        private final BooleanSupplier work;
        private volatile boolean done;
        private volatile @Nullable RuntimeException thrown;

        Collecting(BooleanSupplier work) {
            this.work = work;
        }

        @Override
        protected void execute() {
            try {
                done = work.getAsBoolean();
            } catch (RuntimeException failure) {
                thrown = failure;
            } finally {
                release();
            }
        }
    }

    /** Gives Xodus our files in place of its own. */
    private static final class OurLogConfig extends LogConfig {
        private final DataReaderWriterProvider provider = new OurProvider();

        OurLogConfig(DataReader reader, DataWriter writer) {
            setReaderWriter(reader, writer);
        }

        @Override
        public DataReaderWriterProvider getReaderWriterProvider() {
            return provider;
        }
    }

    /** Only asked what it is: the reader and the writer are given. */
    private static final class OurProvider extends DataReaderWriterProvider {
        @Override
        public Pair<DataReader, DataWriter> newReaderWriter(String location) {
            throw new UnsupportedOperationException(location);
        }
    }
}
