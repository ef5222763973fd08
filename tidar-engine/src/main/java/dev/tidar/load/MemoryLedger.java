package dev.tidar.load;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * What the engines of this JVM have planned and not taken yet, so that two that load at the same time, or one that
 * loads while another has yet to grow, do not count on the same memory. Thread-safe.
 */
final class MemoryLedger {

    /** The one ledger of a JVM: its engines share its heap and its devices. */
    static final MemoryLedger OF_THIS_JVM = new MemoryLedger();

    private final Map<String, Set<Entry>> entries = new HashMap<>();

    /** The plan of one engine. Closing it gives back what it has not taken. */
    final class Entry implements AutoCloseable {
        private final String place;
        private final MemoryPlan plan;
        private long outstanding;

        private Entry(String place, MemoryPlan plan) {
            this.place = place;
            this.plan = plan;
            this.outstanding = plan.bytes() + plan.room().reserve();
        }

        MemoryPlan plan() {
            return plan;
        }

        /** Records how much of the plan is not allocated yet. */
        void outstanding(long bytes) {
            synchronized (MemoryLedger.this) {
                outstanding = bytes;
            }
        }

        @Override
        public void close() {
            synchronized (MemoryLedger.this) {
                entries.getOrDefault(place, Set.of()).remove(this);
            }
        }
    }

    /**
     * Makes a plan with the memory that is free and that no other engine has planned, and enters it.
     *
     * @param place the memory
     * @param free the bytes that are free in it, whether or not they are planned
     * @param planner makes a plan from the bytes that it may use; what it throws is thrown, and nothing is entered
     */
    synchronized Entry enter(String place, LongSupplier free, LongFunction<MemoryPlan> planner) {
        Set<Entry> others = entries.computeIfAbsent(place, name -> new HashSet<>());
        Entry entry = new Entry(place, planner.apply(free.getAsLong() - outstanding(place)));
        others.add(entry);
        return entry;
    }

    /** The bytes that are planned in a memory and not taken yet. */
    synchronized long outstanding(String place) {
        return entries.getOrDefault(place, Set.of()).stream()
                .mapToLong(entry -> entry.outstanding)
                .sum();
    }
}
