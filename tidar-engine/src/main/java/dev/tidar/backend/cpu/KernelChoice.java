package dev.tidar.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernel set a backend uses, chosen once when it is made. Immutable.
 *
 * <p>The sets are a ladder, fastest first. Each step has one place that lists every reason for not taking it; the first
 * step without such a reason is taken, and the reasons of those before it are logged and reported as degradations.
 */
public final class KernelChoice {

    private static final Logger log = LoggerFactory.getLogger(KernelChoice.class);

    /**
     * A step of the ladder.
     *
     * @param name for degradations
     * @param title for the log
     * @param refusal looks for a reason not to take the step
     * @param set loads the classes of the set, which may not be loaded before
     */
    private record Step(
            String name, String title, Supplier<Optional<Refusal>> refusal, Supplier<KernelSet> set) {}

    /** Fastest first, so kernels in native code belong before the vector kernels. The last step has no refusal. */
    private static final List<Step> LADDER = List.of(
            new Step("vector kernels", "vector kernels", VectorRefusals::find, () -> new VectorKernels()),
            new Step("plain loops", "plain Java loops", Optional::empty, () -> new PlainKernels()));

    private final KernelSet kernels;
    private final List<String> degradations;

    private KernelChoice(KernelSet kernels, List<String> degradations) {
        this.kernels = kernels;
        this.degradations = List.copyOf(degradations);
    }

    /** The fastest set that this JVM can run, with a warning that names the remedy for each faster one. */
    public static KernelChoice automatic() {
        List<Step> refused = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        for (Step step : LADDER) {
            Optional<Refusal> refusal = step.refusal().get();
            if (refusal.isEmpty()) {
                return after(refused, refusals, step);
            }
            refused.add(step);
            refusals.add(refusal.get());
        }
        throw new IllegalStateException("the last kernel set must have no refusal, but has " + refusals);
    }

    private static KernelChoice after(List<Step> refused, List<Refusal> refusals, Step taken) {
        List<String> degradations = new ArrayList<>();
        for (int i = 0; i < refused.size(); i++) {
            log.warn("TiDAR runs on {}, {}", taken.title(), refusals.get(i).message());
            degradations.add("%s instead of %s: %s"
                    .formatted(taken.name(), refused.get(i).name(), refusals.get(i).remedy()));
        }
        return new KernelChoice(taken.set().get(), degradations);
    }

    /** Vector kernels; the JVM must have been started with the vector module. */
    public static KernelChoice vector() {
        return new KernelChoice(new VectorKernels(), List.of());
    }

    /** Plain loops, by wish and not as a fallback. */
    public static KernelChoice plain() {
        return new KernelChoice(new PlainKernels(), List.of());
    }

    KernelSet kernels() {
        return kernels;
    }

    /** For logs: {@code vector-512} or {@code plain}. */
    public String name() {
        return kernels.name();
    }

    /** What is lost and what would end it. */
    public List<String> degradations() {
        return degradations;
    }
}
