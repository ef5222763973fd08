package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.RegexParser;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The string formats that are enforced, each as a regular set of strings that is a subset of the format. So what the
 * grammar generates passes every validator of formats, but not every valid string can be generated. There is one
 * exception, for the sake of Java's types: a {@code time} may lack its offset.
 */
final class Formats {

    private static final String MONTH_DAY = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
            + "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])";
    private static final String LEAP_YEAR = "[1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00";
    private static final String DATE = "([1-9][0-9]{3}-(" + MONTH_DAY + ")|(" + LEAP_YEAR + ")-02-29)";
    private static final String LOCAL_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?";
    private static final String OFFSET = "(Z|[+-](0[0-9]|1[0-7]):[0-5][0-9])";
    private static final String LABEL = "[A-Za-z][A-Za-z0-9]{0,15}(-[A-Za-z0-9]{1,15})?";
    private static final String HOST = LABEL + "(\\." + LABEL + "){0,3}";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String CLOCK =
            "T([0-9]{1,4}H([0-9]{1,4}M([0-9]{1,4}S)?)?|[0-9]{1,4}M([0-9]{1,4}S)?|[0-9]{1,4}S)";
    private static final String URI_CHARACTERS = "[A-Za-z0-9._~-]";

    /** Common top-level domains; some validators accept registered domains only. */
    private static final String TOP_DOMAIN =
            "(com|org|net|edu|gov|mil|int|info|biz|name|pro|app|dev|io|ai|co|me|tv|eu|de|uk"
                    + "|us|fr|es|it|nl|be|lu|ch|at|pl|cz|sk|hu|ro|bg|hr|si|rs|gr|pt|ie|dk|se|no|fi|is|ee|lv|lt|ua|ru|tr|il|ae|sa|eg"
                    + "|ma|ng|ke|za|in|pk|bd|lk|cn|hk|tw|jp|kr|sg|my|th|vn|id|ph|au|nz|ca|mx|br|ar|cl|pe|uy)";

    private static final Map<String, Regex> ENFORCED = enforced();

    /** Formats of the specification that are not regular, or that are not worth an automaton. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "idn-email",
            "idn-hostname",
            "iri",
            "iri-reference",
            "regex",
            "relative-json-pointer",
            "uri-reference",
            "uri-template");

    private Formats() {}

    private static Map<String, Regex> enforced() {
        Map<String, String> formats = new HashMap<>();
        formats.put("date", DATE);
        formats.put("time", LOCAL_TIME + OFFSET + "?"); // a LocalTime has none, though the format has one
        formats.put("date-time", DATE + "T" + LOCAL_TIME + OFFSET);
        formats.put("uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
        formats.put("hostname", HOST);
        formats.put(
                "email",
                "[A-Za-z0-9_+-]{1,30}(\\.[A-Za-z0-9_+-]{1,30})?@" + LABEL + "(\\." + LABEL + ")?\\." + TOP_DOMAIN);
        formats.put("ipv4", OCTET + "(\\." + OCTET + "){3}");
        formats.put("ipv6", "(" + GROUP + ":){7}" + GROUP + "|(" + GROUP + ":){1,6}:" + GROUP + "|::" + GROUP + "|::");
        formats.put("duration", "P([0-9]{1,4}D(" + CLOCK + ")?|" + CLOCK + ")"); // what a java.time.Duration can be
        formats.put("json-pointer", "(/([^~/\\x00-\\x1f]|~[01])*)*");
        formats.put(
                "uri",
                "https?://" + HOST + "(:[1-9][0-9]{1,3})?(/" + URI_CHARACTERS + "*)*(\\?" + URI_CHARACTERS + "+="
                        + URI_CHARACTERS + "*)?(#" + URI_CHARACTERS + "*)?");
        Map<String, Regex> parsed = new HashMap<>();
        formats.forEach((name, regex) -> parsed.put(name, RegexParser.parse("format " + name, regex)));
        return Map.copyOf(parsed);
    }

    /**
     * The strings that are generated for the format of a schema; empty for a format that does not constrain strings.
     */
    static Optional<Regex> regex(SchemaNode schema) {
        String format = schema.string("format");
        if (UNSUPPORTED.contains(format)) {
            throw schema.unsupported("format " + format, "");
        }
        return Optional.ofNullable(ENFORCED.get(format));
    }
}
