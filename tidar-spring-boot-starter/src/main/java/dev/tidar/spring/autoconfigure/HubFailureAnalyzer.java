package dev.tidar.spring.autoconfigure;

import dev.tidar.api.HubException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Advises on a model by name that cannot be downloaded. */
final class HubFailureAnalyzer extends AbstractFailureAnalyzer<HubException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, HubException cause) {
        return new FailureAnalysis(
                "The model cannot be brought to this machine:%n%n    %s".formatted(cause.getMessage()),
                advice(cause),
                cause);
    }

    private static String advice(HubException cause) {
        return switch (cause.fault()) {
            case NOT_CACHED ->
                "To download the model, remove tidar.hub.offline (or HF_HUB_OFFLINE=1) and set"
                        + " tidar.hub.pull-model-strategy=when-missing. On a machine without a network, copy the cache of one"
                        + " that has downloaded it, and set tidar.hub.cache to the copy.";
            case NOT_FOUND ->
                "Write tidar.model as the page of the model shows its name, hf:organization/name, with a branch, a tag"
                        + " or a commit after @ if you need another than main. A private model needs tidar.hub.token.";
            case NO_ACCESS ->
                "Ask for access on the page of the model, and set tidar.hub.token, or the environment variable HF_TOKEN,"
                        + " to a token of the account that has it. The token needs the right to read.";
            case RATE_LIMITED ->
                "Start again after the time that the message gives; what was downloaded is kept. A token"
                        + " (tidar.hub.token) has higher limits, and a mirror (tidar.hub.endpoint) its own.";
            case UNREACHABLE ->
                "Check the network and start again: what was downloaded is kept and continued. Behind a proxy, start the"
                        + " JVM with -Dhttps.proxyHost and -Dhttps.proxyPort. For a mirror set tidar.hub.endpoint, for a slow hub"
                        + " tidar.hub.read-timeout. Without a network the model must be in the cache: tidar.hub.offline=true.";
            case WRONG_ANSWER ->
                "Check tidar.hub.endpoint (or HF_ENDPOINT), and what lies between this machine and the hub: a login page, a"
                        + " proxy or a virus scanner that changes answers. Nothing of the wrong answer was kept.";
            case CACHE ->
                "Set tidar.hub.cache, or the environment variable HF_HUB_CACHE, to a folder that this user can write, on a"
                        + " disk with room for the model.";
        };
    }
}
