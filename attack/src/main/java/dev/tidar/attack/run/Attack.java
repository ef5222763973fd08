package dev.tidar.attack.run;

/**
 * One kind of attack.
 *
 * @param name name to select it by
 * @param about what is tried, in one sentence
 * @param cases how many cases a full run has
 * @param body tries them
 */
public record Attack(String name, String about, int cases, Body body) {

    /** Tries so many cases, drawn from a seed. */
    @FunctionalInterface
    public interface Body {
        void run(int cases, long seed, Tally tally) throws Exception;
    }

    /** Runs all of its cases, or as many as are asked for. An attack that breaks down itself is a failed case. */
    public Tally run(int count, long seed) throws InterruptedException {
        var tally = new Tally();
        try {
            body.run(count, seed, tally);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            tally.failed("the attack broke down: " + e);
        }
        return tally;
    }
}
