package io.kvorum.storage.version;

/**
 * A counter's number: the number in the value and all sums, in 128 bits, so that the order of adding does not matter.
 * Mutable: owned by the method that adds.
 */
final class Total {
    /** Digits and sign of any signed 64-bit number. */
    static final int TEXT_BYTES_MAX = 20;

    private long high;
    private long low;
    private boolean number = true;

    void add(long term) {
        long sum = low + term;
        high += (term >> 63) + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        low = sum;
    }

    Total add(Sibling sibling) {
        for (int i = 2; i < sibling.increments.length; i += 3) {
            add(sibling.increments[i]);
        }
        addText(sibling.source, sibling.valueAt, Math.max(0, sibling.valueLength));
        return this;
    }

    Total add(SiblingCursor sibling) {
        for (int i = 0; i < sibling.incrementCount; i++) {
            add(sibling.incrementSum(i));
        }
        addText(sibling.record, sibling.valueAt, sibling.valueLength);
        return this;
    }

    /** Adds a number in Redis's strict form: an optional minus, no leading zero, nothing else. */
    private void addText(byte[] array, int offset, int length) {
        boolean negative = length > 0 && array[offset] == '-';
        int digitsAt = negative ? 1 : 0;
        if (length == digitsAt || length > TEXT_BYTES_MAX) {
            number = false;
            return;
        }
        if (array[offset + digitsAt] == '0' && length > 1) {
            number = false;
            return;
        }
        long value = 0;
        for (int i = digitsAt; i < length; i++) {
            int digit = array[offset + i] - '0';
            // Counted downwards, since the smallest number has no positive twin.
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                number = false;
                return;
            }
            value = (value * 10) - digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            number = false;
            return;
        }
        add(negative ? value : -value);
    }

    /** Whether every value was a number; an empty or missing one is none. */
    boolean isNumber() {
        return number;
    }

    /** Whether it is a signed 64-bit number. */
    boolean fits() {
        return high == low >> 63;
    }

    /** The number, or the nearest that fits. */
    long saturated() {
        if (fits()) {
            return low;
        }
        return high < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** Writes a number's text to the end of an array; returns where it begins. */
    static int putText(long value, byte[] array) {
        int at = array.length;
        long rest = value;
        do {
            array[--at] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            array[--at] = '-';
        }
        return at;
    }
}
