package dev.tidar.auto;

import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.step.GroupWidth;

/** Who drafts in a layout: drafts of one kind are accepted alike, whatever the draft length and the outcomes. */
enum DraftKind {
    NONE,
    FULL_GROUPS,
    SHORT_GROUPS,
    TWO_PASS,
    MODEL;

    static DraftKind of(StepLayout layout) {
        if (layout instanceof StepLayout.SinglePass single) {
            return single.groups() == GroupWidth.SHORT ? SHORT_GROUPS : FULL_GROUPS;
        }
        if (layout instanceof WithDraftModel) {
            return MODEL;
        }
        return layout instanceof StepLayout.TwoPass ? TWO_PASS : NONE;
    }
}
