package dev.tidar.auto;

import dev.tidar.decode.StepLayout;
import dev.tidar.step.GroupWidth;

/** Who drafts in a layout: drafts of one kind are accepted alike, whatever the draft length and the outcomes. */
enum DraftKind {
    NONE,
    FULL_GROUPS,
    SHORT_GROUPS,
    TWO_PASS,
    MODEL;

    static DraftKind of(StepLayout layout) {
        return switch (layout.mode()) {
            case AUTO -> throw new IllegalArgumentException(layout + " has no mode of its own");
            case AUTOREGRESSIVE -> NONE;
            case SINGLE_PASS -> hasShortGroups(layout) ? SHORT_GROUPS : FULL_GROUPS;
            case TWO_PASS -> TWO_PASS;
            case DRAFT_MODEL -> MODEL;
        };
    }

    private static boolean hasShortGroups(StepLayout layout) {
        return layout instanceof StepLayout.SinglePass single && single.groups() == GroupWidth.SHORT;
    }
}
