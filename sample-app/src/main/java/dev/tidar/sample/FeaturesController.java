package dev.tidar.sample;

import dev.tidar.sample.guide.Guide;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the pages what this build of the application can do. */
@RestController
class FeaturesController {

    private final Guide guide;

    FeaturesController(Guide guide) {
        this.guide = guide;
    }

    /** @param guide whether a question can be answered from the guide */
    record Features(boolean guide) {}

    @GetMapping("/api/features")
    Features features() {
        return new Features(guide.isAvailable());
    }
}
