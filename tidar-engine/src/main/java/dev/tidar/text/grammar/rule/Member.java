package dev.tidar.text.grammar.rule;

/**
 * A member of an object.
 *
 * @param key its name and the colon
 * @param required whether each object has this member; only declared members can be required
 */
public record Member(Rule key, Rule value, boolean required) {

    int cost() {
        return Rule.sum(key.cost(), value.cost());
    }
}
