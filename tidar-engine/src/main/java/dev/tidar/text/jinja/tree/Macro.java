package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro, or the block of a {@code call}, together with the scope in which it was defined. */
public final class Macro implements Value.Callable {

    /**
     * A parameter of a macro.
     *
     * @param otherwise the default value; empty if the argument is required
     */
    public record Parameter(String name, Optional<Expression> otherwise) {}

    /**
     * The definition of a macro as it is written.
     *
     * @param usesCaller whether the macro can be called with a block
     */
    public record Definition(String name, List<Parameter> parameters, Statement.Body body, boolean usesCaller) {

        List<String> parameterNames() {
            return parameters.stream().map(Parameter::name).toList();
        }
    }

    private final Definition definition;
    private final Rendering rendering;
    private final Rendering.Scope closure;

    /** Creates a macro that closes over the current scope of a rendering. */
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

    /** Moves the block of a {@code call} from the arguments into the scope, if the macro uses it. */
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
