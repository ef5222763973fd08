package dev.tidar.text.jinja;

import dev.tidar.text.jinja.library.Functions;
import dev.tidar.text.jinja.syntax.StatementParser;
import dev.tidar.text.jinja.tree.Rendering;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.TemplateException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat template, in the subset of Jinja2 that model folders use and configured as in transformers (trim_blocks,
 * lstrip_blocks, break and continue, {@code tojson} without HTML escaping, {@code raise_exception},
 * {@code strftime_now}).
 *
 * <p>A template can reach nothing but the given variables: it has no reflection and no access to files, and text in a
 * variable is never parsed as a template. Immutable; several threads can render one template.
 */
public final class Template {

    /** Maximum size of a source, in bytes of UTF-8. */
    public static final int MAX_SOURCE_BYTES = 1 << 16;

    private final StatementParser.Parsed parsed;

    private Template(StatementParser.Parsed parsed) {
        this.parsed = parsed;
    }

    /**
     * Parses a template. Unknown tags, filters, tests and functions are errors here, not only when a rendering reaches
     * them.
     *
     * @throws TemplateException with line and column, if the source is not a template or is larger than
     *     {@link #MAX_SOURCE_BYTES}
     */
    public static Template parse(String source) {
        boolean tooLarge =
                source.length() > MAX_SOURCE_BYTES || source.getBytes(StandardCharsets.UTF_8).length > MAX_SOURCE_BYTES;
        if (tooLarge) {
            throw new TemplateException(
                    new TemplateException.Position(1, 1),
                    "a template must have at most %d bytes, but has more".formatted(MAX_SOURCE_BYTES));
        }
        return new Template(StatementParser.parse(source));
    }

    /** Whether an expression of the template reads a variable of this name. */
    public boolean reads(String variable) {
        return parsed.reads().contains(variable);
    }

    /** Whether this text occurs in the text between the tags of the template or in a string literal of a tag. */
    public boolean mentions(String text) {
        return parsed.literals().stream().anyMatch(literal -> literal.contains(text));
    }

    /** Renders the template within {@link Budget.Limits#DEFAULT}. */
    public String render(Map<String, ? extends @Nullable Object> variables, LocalDateTime now) {
        return render(variables, now, Budget.Limits.DEFAULT);
    }

    /**
     * Renders the template.
     *
     * @param variables the variables that the template can use: strings, booleans, integers, doubles, null, and lists
     *     and maps of them; maps keep their order
     * @param now the time that {@code strftime_now} formats
     * @throws TemplateException.Raised if the template rejects the variables
     * @throws TemplateException if it cannot be rendered, or exceeds the limits
     * @throws IllegalArgumentException if a variable is of another type, or nests too deeply
     */
    public String render(Map<String, ? extends @Nullable Object> variables, LocalDateTime now, Budget.Limits limits) {
        Budget budget = new Budget(limits);
        Rendering rendering = new Rendering(new Variables(budget).convert(variables), new Functions(now), budget);
        parsed.body().execute(rendering);
        return rendering.out().toString();
    }
}
