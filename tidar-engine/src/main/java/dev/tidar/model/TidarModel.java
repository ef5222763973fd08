package dev.tidar.model;

import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;

/** The network as the decode loop sees it: known rows in, a few integers out. Confined to the engine thread. */
public interface TidarModel {

    /**
     * Runs one forward and verifies and drafts as the inputs ask. Keys and values of the exact rows are written to
     * their blocks; nothing is kept of drafting rows. If it throws, no sequence has changed.
     */
    StepResult step(StepInputs inputs);
}
