package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.GenerationListener;
import dev.tidar.delivery.Deliveries;
import dev.tidar.delivery.LogLimit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue")
class RequestQueueTest {

    private static final ScheduledSequence.Listeners LISTENERS =
            new ScheduledSequence.Listeners(new Deliveries(), new LogLimit(() -> 0));

    private final RequestQueue queue = new RequestQueue(2);
    private long ids;

    @Test
    void holdsSoManyAndRejectsTheNext() {
        assertThat(queue.offer(request(), 0)).isTrue();
        assertThat(queue.offer(request(), 0)).isTrue();
        assertThat(queue.offer(request(), 0)).isFalse();
        assertThat(queue.size()).isEqualTo(2);
    }

    @Test
    void doesNotCountThoseAsWaitingForWhomThereIsAPlace() {
        for (int i = 0; i < 5; i++) {
            assertThat(queue.offer(request(), 3)).isTrue();
        }
        assertThat(queue.offer(request(), 3)).isFalse();
    }

    @Test
    void alwaysHasAPlaceForOneThatWasPreemptedAndItIsFirst() {
        queue.offer(request(), 0);
        queue.offer(request(), 0);
        ScheduledSequence preempted = request();

        queue.returnFirst(preempted);

        assertThat(queue.first()).contains(preempted);
        assertThat(queue.size()).isEqualTo(3);
    }

    private ScheduledSequence request() {
        Admission admission = Admissible.greedy(List.of(1), 1, 100);
        return new ScheduledSequence(++ids, admission, GenerationListener.NONE, LISTENERS, () -> 0, new Totals());
    }
}
