package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.WeekFields;
import java.util.Locale;

/** C's {@code strftime} in English, for the directives that chat templates use. */
final class DateFormat {

    private DateFormat() {}

    static Value format(String format, LocalDateTime time, Budget budget) {
        Output out = new Output(budget);
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            boolean bare = i + 1 < format.length() && format.charAt(i + 1) == '-';
            i += bare ? 2 : 1;
            if (i >= format.length()) {
                throw new TemplateException("a date format must not end inside a directive");
            }
            String field = field(format.charAt(i), time);
            out.append(bare ? withoutPadding(field) : field);
        }
        return out.toValue();
    }

    private static String withoutPadding(String field) {
        int start = 0;
        while (start < field.length() - 1 && (field.charAt(start) == '0' || field.charAt(start) == ' ')) {
            start++;
        }
        return field.substring(start);
    }

    private static String field(char directive, LocalDateTime time) {
        return switch (directive) {
            case 'Y' -> Integer.toString(time.getYear());
            case 'y' -> digits(2, time.getYear() % 100);
            case 'm' -> digits(2, time.getMonthValue());
            case 'd' -> digits(2, time.getDayOfMonth());
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'j' -> digits(3, time.getDayOfYear());
            case 'H' -> digits(2, time.getHour());
            case 'I' -> digits(2, (time.getHour() + 11) % 12 + 1);
            case 'M' -> digits(2, time.getMinute());
            case 'S' -> digits(2, time.getSecond());
            case 'f' -> digits(6, time.getNano() / 1000);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' ->
                time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' ->
                time.getDayOfWeek()
                        .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                        .substring(0, 3);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'V' -> digits(2, time.get(WeekFields.ISO.weekOfWeekBasedYear()));
            case 'F' -> field('Y', time) + "-" + field('m', time) + "-" + field('d', time);
            case 'T' -> field('R', time) + ":" + field('S', time);
            case 'R' -> field('H', time) + ":" + field('M', time);
            case '%' -> "%";
            default -> throw new TemplateException("a date format knows no directive %" + directive);
        };
    }

    private static String digits(int width, int number) {
        return ("%0" + width + "d").formatted(number);
    }
}
