package dev.tidar.load;

import dev.tidar.api.InvalidModelException;
import dev.tidar.backend.Backend;
import dev.tidar.checkpoint.Checkpoint;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/** Brings the networks of an engine to its device, as its memory plan says, and enters in the ledger what they take. */
final class NetworkPacker {

    private final Backend backend;
    private final MemoryPlanner memory;
    private final MemoryLedger.Entry entry;
    private final LoadStages stages;

    NetworkPacker(Backend backend, MemoryPlanner memory, MemoryLedger.Entry entry, LoadStages stages) {
        this.backend = backend;
        this.memory = memory;
        this.entry = entry;
        this.stages = stages;
    }

    /**
     * What was packed.
     *
     * @param model the model that is served
     * @param draft the draft model; empty where there is none
     */
    record Networks(PackedNetwork model, Optional<PackedNetwork> draft) {}

    /** Packs the model, and then the draft model, if there is one. */
    Networks pack(Checkpoints checkpoints, WidestStep widest) {
        double share = checkpoints
                .draft()
                .map(draft -> share(checkpoints.model(), draft))
                .orElse(1.0);
        PackedNetwork model = pack(checkpoints.model(), widest.rows(), part -> packed("packing weights", share * part));
        requireActing(model);
        Optional<PackedNetwork> draft = checkpoints
                .draft()
                .map(checkpoint -> pack(
                        checkpoint,
                        widest.draftRows(),
                        part -> packed("packing the draft model", share + (1 - share) * part)));
        entry.outstanding(entry.plan().later());
        return new Networks(model, draft);
    }

    /** The part of the parameters of both that is the model's. */
    private static double share(Checkpoint model, Checkpoint draft) {
        return model.parameters() / (double) (model.parameters() + draft.parameters());
    }

    private PackedNetwork pack(Checkpoint checkpoint, int maxRows, DoubleConsumer progress) {
        return PackedNetwork.pack(
                checkpoint, backend, memory.geometry(checkpoint.config(), backend), entry.plan(), maxRows, progress);
    }

    /** Enters in the ledger what is taken, once this part of all weights is packed. */
    private void packed(String stage, double part) {
        MemoryPlan plan = entry.plan();
        long left = plan.bytes() - plan.kvBytes() + plan.room().reserve();
        long layers = plan.need().weights() + plan.need().adapters();
        entry.outstanding(left - (long) (part * layers));
        stages.begin(stage, 0.05 + 0.75 * part);
    }

    /** Fails if the draft adapter changes nothing: drafts that are worse than they should be are a silent loss. */
    private void requireActing(PackedNetwork model) {
        if (model.checkpoint().draftAdapter().isPresent()
                && !model.transformer().adapterActs()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "%s: the draft adapter must change a result, but on %s no linear layer computes anything else with it;"
                                    .formatted(
                                            model.checkpoint().folder(),
                                            backend.facts().device())
                            + " train it, or remove its folder");
        }
    }
}
