package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro, or the block of a {@code call}, with the scope that it was defined in. */
public final class Macro implements Value.Callable {

    /**
     * A parameter of a macro.
     *
     * @param otherwise its default; empty where the argument is required
     */
    public record Parameter(String name, Optional<Expression> otherwise) {}

    /**
     * A macro as it is written.
     *
     * @param usesCaller whether it can be given a block
     */
    public record Definition(String name, List<Parameter> parameters, Statement.Body body, boolean usesCaller) {

        List<String> parameterNames() {
            return parameters.stream().map(Parameter::name).toList();
        }
    }

    private final Definition definition;
    private final Rendering rendering;
    private final Rendering.Scope closure;

    /** Closes over the present scope of a rendering. */
    Macro(Definition definition, Rendering rendering) {
        this.definition = definition;
        this.rendering = rendering;
        this.closure = rendering.scope();
    }

    @Override
    public String type() {
        return "macro";
    }

    @Override
    public Value call(Arguments arguments, Budget budget) {
        Rendering.Scope scope = closure.inner();
        Arguments bound = withoutCaller(arguments, scope).bind(definition.name(), definition.parameterNames());
        return rendering.within(scope, () -> {
            for (int i = 0; i < bound.count(); i++) {
                scope.set(definition.parameters().get(i).name(), argument(bound, i));
            }
            return rendering.capture(scope, definition.body());
        });
    }

    /** Moves the block that a {@code call} gives into the scope, for a macro that uses it. */
    private Arguments withoutCaller(Arguments arguments, Rendering.Scope scope) {
        Value caller = arguments.named().get("caller");
        if (!definition.usesCaller() || caller == null) {
            return arguments;
        }
        scope.set("caller", caller);
        Map<String, Value> others = new HashMap<>(arguments.named());
        others.remove("caller");
        return new Arguments(arguments.owner(), arguments.positional(), others);
    }

    private Value argument(Arguments bound, int place) {
        Parameter parameter = definition.parameters().get(place);
        return bound.find(place)
                .or(() -> parameter.otherwise().map(rendering::evaluate))
                .orElseGet(() -> new Value.Undefined("parameter '" + parameter.name() + "'"));
    }
}
