package dev.tidar.backend.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel set that a backend uses, chosen once when the backend is made. Immutable.
 *
 * <p>The sets are a ladder, fastest first. For each step, one place lists every reason for not taking it. The first
 * step without such a reason is taken, and the reasons for not taking the steps before it are logged and reported as
 * degradations.
 */
public final class KernelChoice {

    private static final Logger log = LoggerFactory.getLogger(KernelChoice.class);

    /**
     * A step of the ladder.
     *
     * @param name for degradations
     * @param title for the log
     * @param loss what a lower step costs, for the log
     * @param rejection looks for a reason not to take the step
     * @param set makes the set; none of its classes is loaded before
     */
    private record Step(
            String name, String title, String loss, Supplier<Optional<Rejection>> rejection, Supplier<KernelSet> set) {}

    /**
     * The steps, fastest first, so kernels in native code belong before the vector kernels. The last step has no
     * rejection.
     */
    private static final List<Step> LADDER = List.of(
            new Step(
                    "vector kernels",
                    "vector kernels",
                    "several times slower than it could",
                    VectorRejections::find,
                    () -> new VectorKernels()),
            new Step("plain loops", "plain Java loops", "", Optional::empty, () -> new PlainKernels()));

    private final KernelSet kernels;
    private final List<String> degradations;

    private KernelChoice(KernelSet kernels, List<String> degradations) {
        this.kernels = kernels;
        this.degradations = List.copyOf(degradations);
    }

    /** The fastest set that this JVM can run, with a warning that names the remedy for each faster one. */
    public static KernelChoice automatic() {
        Map<Step, Rejection> rejections = new LinkedHashMap<>();
        for (Step step : LADDER) {
            Optional<Rejection> rejection = step.rejection().get();
            if (rejection.isEmpty()) {
                return new KernelChoice(step.set().get(), report(step, rejections));
            }
            rejections.put(step, rejection.get());
        }
        throw new IllegalStateException("the last kernel set must have no rejection, but has " + rejections);
    }

    /** Logs why faster steps are not taken, and returns these as degradations. */
    private static List<String> report(Step taken, Map<Step, Rejection> rejections) {
        List<String> degradations = new ArrayList<>();
        rejections.forEach((faster, rejection) -> {
            log.warn("TiDAR runs on {}, {}: {}", taken.title(), faster.loss(), rejection.message());
            degradations.add("%s instead of %s: %s".formatted(taken.name(), faster.name(), rejection.remedy()));
        });
        return degradations;
    }

    /** Vector kernels; the JVM must have been started with the vector module. */
    public static KernelChoice vector() {
        return new KernelChoice(new VectorKernels(), List.of());
    }

    /** Plain loops, because they were asked for and not as a fallback. */
    public static KernelChoice plain() {
        return new KernelChoice(new PlainKernels(), List.of());
    }

    KernelSet kernels() {
        return kernels;
    }

    /** The name for logs: {@code vector-512} or {@code plain}. */
    public String name() {
        return kernels.name();
    }

    /** The degradations: what is lost, and what would end each of them. */
    public List<String> degradations() {
        return degradations;
    }
}
