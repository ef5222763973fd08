package dev.tidar.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.attack.run.Tally;

/** An attack with few cases, drawn from a fixed seed. */
final class SmallAttack {

    private static final long SEED = 12;

    private SmallAttack() {}

    static void assertNoneFails(String name, int cases) throws InterruptedException {
        Tally tally = Main.named(name).run(cases, SEED);

        assertThat(tally.failures()).isEmpty();
        assertThat(tally.failedCount()).isZero();
        assertThat(tally.tried()).isPositive();
    }
}
