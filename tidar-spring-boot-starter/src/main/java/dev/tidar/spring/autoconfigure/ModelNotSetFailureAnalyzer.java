package dev.tidar.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Advises how to set a model, or how to start without one. */
final class ModelNotSetFailureAnalyzer extends AbstractFailureAnalyzer<ModelNotSetException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelNotSetException cause) {
        return new FailureAnalysis(cause.getMessage() + ".", """
                Set tidar.model to a folder with config.json, tokenizer.json and the safetensors files of a model, to \
                one on the class path, or to the name of a model that is downloaded:

                    tidar.model=/opt/models/my-tidar-model
                    tidar.model=classpath:models/my-tidar-model
                    tidar.model=hf:organization/my-tidar-model

                If this application should use another chat model, set spring.ai.model.chat to its name, or to none:

                    spring.ai.model.chat=none""", cause);
    }
}
