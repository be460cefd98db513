package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class SimMapTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("file");
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;
    private static final int LENGTH = 4 * PAGE;

    @Test
    void what_is_put_is_read_and_what_is_written_is_in_the_map() throws IOException {
        SimDisk disk = disk(1);
        DiskFile file = preallocated(disk);
        DiskMap map = file.map(PAGE + 100);

        assertThat(map.buffer().capacity()).isEqualTo(PAGE + 100);
        assertThat(map.buffer().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        map.buffer().putLong(PAGE - 4, 0x0102030405060708L);
        ByteBuffer read = ByteBuffer.allocate(Long.BYTES);
        file.read(read, PAGE - 4);
        assertThat(read.getLong(0)).isEqualTo(0x0102030405060708L);

        write(file, "written", PAGE - 3);
        assertThat(get(map, PAGE - 3, 7)).isEqualTo("written");

        write(file, "longer", 2 * LENGTH);
        map.buffer().put(0, (byte) 'x');
        assertThat(disk.readAll(FILE)).hasSize(2 * LENGTH + 6).startsWith('x').endsWith('g', 'e', 'r');

        map.close();
        map.close();
        assertThat(text(disk, PAGE - 3, 7)).isEqualTo("written");
        assertThat(file.size()).isEqualTo(2L * LENGTH + 6);
    }

    @Test
    void the_end_of_the_process_loses_nothing_that_was_put_and_takes_nothing_more() throws IOException {
        SimDisk disk = disk(1);
        DiskMap map = preallocated(disk).map(LENGTH);
        put(map, "before", 3 * PAGE);
        disk.processEnds();
        put(map, "after!", 3 * PAGE);

        assertThat(text(disk, 3 * PAGE, 6)).isEqualTo("before");
        map.touch(0, LENGTH);
        map.close();

        DiskMap next = disk.open(FILE).map(LENGTH);
        assertThat(get(next, 3 * PAGE, 6)).isEqualTo("before");
        map.close();
        put(next, "living", 3 * PAGE);
        assertThat(text(disk, 3 * PAGE, 6)).isEqualTo("living");
    }

    @Test
    void a_power_failure_leaves_every_sector_that_was_not_forced_old_or_new_or_torn_between() throws IOException {
        BitSet kinds = new BitSet();
        for (long seed = 0; seed < 50; seed++) {
            SimDisk disk = disk(seed);
            DiskFile file = preallocated(disk);
            DiskMap map = file.map(LENGTH);
            fill(map, 0, LENGTH, 'o');
            file.force();
            fill(map, 0, LENGTH, 'n');
            disk.powerFails();
            byte[] left = disk.readAll(FILE);
            for (int sector = 0; sector < LENGTH; sector += SECTOR) {
                int turns = 0;
                for (int i = sector; i < sector + SECTOR; i++) {
                    assertThat(left[i]).as("seed %d", seed).isIn((byte) 'o', (byte) 'n');
                    turns += i > sector && left[i] != left[i - 1] ? 1 : 0;
                }
                kinds.set(turns == 0 ? left[sector] : turns);
            }
        }

        assertThat(kinds.stream()).containsExactlyInAnyOrder(1, 2, (int) 'n', (int) 'o');
    }

    @Test
    void a_failing_force_saves_some_pages_and_the_others_stay_unsaved_whatever_is_forced_later() throws IOException {
        Set<Integer> saved = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            SimDisk disk = disk(seed);
            DiskFile file = preallocated(disk);
            DiskMap map = file.map(LENGTH);
            fill(map, 0, 2 * PAGE, 'n');
            disk.failForces(1);
            assertThatThrownBy(file::force).hasMessage("Input/output error");
            fill(map, 2 * PAGE, LENGTH - 2 * PAGE, 'n');
            file.force();
            file.force();
            disk.powerFails();
            byte[] left = disk.readAll(FILE);

            assertThat(Arrays.copyOfRange(left, 2 * PAGE, LENGTH))
                    .as("seed %d", seed)
                    .containsOnly('n');
            saved.add((isAll(left, 0, 'n') ? 1 : 0) + (isAll(left, PAGE, 'n') ? 2 : 0));
        }

        assertThat(saved).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void what_was_forced_is_there_whatever_else_was_done() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            SimDisk disk = disk(seed);
            DiskFile file = preallocated(disk);
            DiskMap map = file.map(LENGTH);
            byte[] certain = new byte[LENGTH];
            byte[] open = new byte[LENGTH];
            BitSet changed = new BitSet();
            for (int i = 0; i < 200; i++) {
                int at = random.nextInt(LENGTH);
                int length = random.nextInt(Math.min(LENGTH - at, 2 * PAGE));
                byte value = (byte) random.nextInt(1, 100);
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        fill(map, at, length, (char) value);
                        Arrays.fill(open, at, at + length, value);
                        changed.set(at, at + length);
                    }
                    case 2 -> {
                        byte[] bytes = new byte[length];
                        Arrays.fill(bytes, value);
                        file.write(ByteBuffer.wrap(bytes), at);
                        Arrays.fill(open, at, at + length, value);
                        changed.set(at, at + length);
                    }
                    case 3 -> {
                        file.force();
                        System.arraycopy(open, 0, certain, 0, LENGTH);
                        changed.clear();
                    }
                    default -> map.touch(at, length);
                }
            }
            assertThat(disk.readAll(FILE)).as("seed %d", seed).isEqualTo(open);
            disk.powerFails();
            byte[] left = disk.readAll(FILE);

            assertThat(left).as("seed %d", seed).hasSize(LENGTH);
            for (int i = changed.nextClearBit(0); i < LENGTH; i = changed.nextClearBit(i + 1)) {
                assertThat(left[i]).as("seed %d at %d", seed, i).isEqualTo(certain[i]);
            }
        }
    }

    @Test
    void puts_need_no_room_and_preallocation_does_and_takes_what_there_is() throws IOException {
        SimDisk disk = disk(1);
        disk.limitSpace(LENGTH + 1000);
        DiskFile file = preallocated(disk);
        DiskMap map = file.map(LENGTH);
        assertThatThrownBy(() -> file.preallocate(2 * LENGTH)).hasMessage("No space left on device");
        assertThat(file.size()).isEqualTo(LENGTH + 1000);
        put(map, "fits", LENGTH - 4);
        file.force();
        map.close();

        assertThatThrownBy(() -> file.map(2 * LENGTH)).isInstanceOf(IllegalStateException.class);
        disk.limitSpace(Long.MAX_VALUE);
        file.preallocate(2 * LENGTH);
        assertThat(get(file.map(2 * LENGTH), LENGTH - 4, 4)).isEqualTo("fits");
    }

    @Test
    void what_was_preallocated_is_as_long_after_a_power_failure_and_can_be_mapped() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            SimDisk disk = disk(seed);
            preallocated(disk).close();
            disk.powerFails();
            DiskFile file = disk.open(FILE);

            assertThat(file.size()).as("seed %d", seed).isEqualTo(LENGTH);
            assertThat(file.map(LENGTH).buffer().capacity()).isEqualTo(LENGTH);
        }
    }

    @Test
    void a_map_takes_no_second_beside_it_and_no_cut_through_it() throws IOException {
        SimDisk disk = disk(1);
        DiskFile file = preallocated(disk);
        DiskMap map = file.map(LENGTH);

        assertThatThrownBy(() -> disk.open(FILE).map(PAGE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> file.truncate(LENGTH - 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> disk.create(FILE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> map.touch(1, LENGTH)).isInstanceOf(IndexOutOfBoundsException.class);
        map.close();
        file.truncate(LENGTH - 1);
        assertThatThrownBy(() -> file.map(LENGTH)).isInstanceOf(IllegalStateException.class);
        file.preallocate(LENGTH);
        file.map(LENGTH).close();
    }

    private static boolean isAll(byte[] bytes, int page, char value) {
        for (int i = page; i < page + PAGE; i++) {
            if (bytes[i] != value) {
                return false;
            }
        }
        return true;
    }

    private static SimDisk disk(long seed) throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(seed));
        disk.createDirectories(DIRECTORY);
        return disk;
    }

    private static DiskFile preallocated(SimDisk disk) throws IOException {
        DiskFile file = disk.create(FILE);
        file.preallocate(LENGTH);
        disk.forceDirectory(DIRECTORY);
        return file;
    }

    private static void fill(DiskMap map, int at, int length, char value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        map.buffer().put(at, bytes);
    }

    private static void put(DiskMap map, String text, int at) {
        map.buffer().put(at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String get(DiskMap map, int at, int length) {
        byte[] bytes = new byte[length];
        map.buffer().get(at, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static void write(DiskFile file, String text, long at) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), at);
    }

    private static String text(SimDisk disk, int at, int length) throws IOException {
        return new String(disk.readAll(FILE), at, length, StandardCharsets.US_ASCII);
    }
}
