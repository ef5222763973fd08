package dev.tidar.text.jinja.value;

/** Collects text and charges every character to the budget before it is copied. */
public final class Output {

    private final StringBuilder text = new StringBuilder();
    private final Budget budget;

    public Output(Budget budget) {
        this.budget = budget;
    }

    public Budget budget() {
        return budget;
    }

    public Output append(String part) {
        pay(part.length());
        text.append(part);
        return this;
    }

    public Output append(char part) {
        pay(1);
        text.append(part);
        return this;
    }

    public Output appendCodePoint(int part) {
        pay(1);
        text.appendCodePoint(part);
        return this;
    }

    /** Appends the same text {@code count} times; a count below 1 appends nothing. */
    public Output repeat(String part, long count) {
        if (count > 0 && !part.isEmpty()) {
            payProduct(part.length(), count);
            text.append(part.repeat((int) count));
        }
        return this;
    }

    private void payProduct(int length, long count) {
        if (count > budget.maxOutputCharacters() / length) {
            throw tooLong();
        }
        pay(length * count);
    }

    private void pay(long characters) {
        if (text.length() + characters > budget.maxOutputCharacters()) {
            throw tooLong();
        }
        budget.spend(characters);
    }

    private TemplateException tooLong() {
        return new TemplateException(
                "text must have at most %d characters, but gets longer".formatted(budget.maxOutputCharacters()));
    }

    public int length() {
        return text.length();
    }

    public Value toValue() {
        return new Text(text.toString());
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
