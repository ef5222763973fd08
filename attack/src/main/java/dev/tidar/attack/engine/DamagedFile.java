package dev.tidar.attack.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A file of a model folder that is damaged, and how. */
public enum DamagedFile {
    SAFETENSORS_HEADER("model-00001-of-00002.safetensors") {
        @Override
        byte[] damaged(byte[] good, SplittableRandom random) {
            return Damage.header(good, random);
        }
    },
    CONFIG("config.json"),
    INDEX("model.safetensors.index.json"),
    TOKENIZER("tokenizer.json"),
    TOKENIZER_CONFIG("tokenizer_config.json"),
    CHAT_TEMPLATE("tokenizer_config.json") {
        @Override
        byte[] damaged(byte[] good, SplittableRandom random) {
            return Damage.template(new String(good, StandardCharsets.UTF_8), random)
                    .getBytes(StandardCharsets.UTF_8);
        }
    },
    ADAPTER_CONFIG("draft_adapter/adapter_config.json"),
    ADAPTER_TENSORS("draft_adapter/adapter_model.safetensors") {
        @Override
        byte[] damaged(byte[] good, SplittableRandom random) {
            return random.nextBoolean() ? Damage.header(good, random) : Damage.bytes(good, random);
        }
    };

    private final String file;

    DamagedFile(String file) {
        this.file = file;
    }

    /** Its name in the folder. */
    String file() {
        return file;
    }

    /** The file with some damage: of its bytes in one of four cases, else of its JSON. */
    byte[] damaged(byte[] good, SplittableRandom random) {
        return random.nextInt(4) == 0
                ? Damage.bytes(good, random)
                : DamagedJson.of(new String(good, StandardCharsets.UTF_8), random)
                        .getBytes(StandardCharsets.UTF_8);
    }

    /** Damage that needs no knowledge of the content. */
    static final class Damage {

        private static final String[] SNIPPETS = {
            "{{ 'a' * 1000000000 }}",
            "{% for i in range(1000000000) %}x{% endfor %}",
            "{% for m in messages %}{% for n in range(99999) %}{% for o in range(99999) %}{{ o }}{% endfor %}{% endfor %}{% endfor %}",
            "{{ messages.__class__.__mro__ }}",
            "{% set x = '\u00df' * 60000 %}{% for i in range(300) %}{% set x = x | upper %}{% endfor %}{{ x | length }}",
            "{% set x = 'ab' %}{% for i in range(64) %}{% set x = x + x %}{% endfor %}{{ x }}",
            "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
            "{{ ([1] * 100000) | join('x' * 1000) }}",
            "{{ 'x' | replace('', 'y' * 100000) | replace('y', 'z' * 100000) }}",
            "{{ 'x' | center(2000000000) }}",
            "{{ '%999999999d' % 1 }}",
            "{{ 'x' | indent(2000000000) }}",
            "{{ messages | tojson(indent=2000000000) }}",
            "{{ 9 ** 9 ** 9 }}",
            "{{ 1 // 0 }}",
            "{{ (9 ** 300) | int }}",
            "{{ 'a'.split('') }}",
            "{{ messages[999999999999999999999] }}",
            "{{ strftime_now('%" + "Y".repeat(5000) + "') }}",
            "{{ raise_exception('\u0007" + "x".repeat(5000) + "') }}",
            "{% include '/etc/passwd' %}",
            "{# " + "{# ".repeat(2000),
            "{{ " + "(".repeat(20000) + "1" + ")".repeat(20000) + " }}",
            "{{ " + "[".repeat(5000) + " }}",
            "{{ not ".repeat(3000),
            "{{ " + "-".repeat(20000) + "1 }}",
            "{{ 1" + " + 1".repeat(50000) + " }}",
            "{% if true %}".repeat(3000) + "{% endif %}".repeat(3000),
            "{{ x" + ".y".repeat(50000) + " }}",
            "{{ 'x'" + " | upper".repeat(30000) + " }}",
            "{%- generation -%}",
            "{{ '\\ud800' }}",
            "{{ namespace(a=1).__init__ }}",
            "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + ns.l + [i] %}{% endfor %}",
        };

        private Damage() {}

        /** Bits flipped, the file cut, a piece moved, or control characters put in. */
        static byte[] bytes(byte[] good, SplittableRandom random) {
            byte[] bytes = good.clone();
            int structure = Math.min(bytes.length, random.nextBoolean() ? 4000 : Integer.MAX_VALUE);
            switch (random.nextInt(4)) {
                case 0 -> {
                    return Arrays.copyOf(bytes, random.nextInt(bytes.length));
                }
                case 1 -> {
                    int from = random.nextInt(bytes.length);
                    int length = random.nextInt(bytes.length - from);
                    System.arraycopy(good, from, bytes, random.nextInt(bytes.length - length), length);
                }
                case 2 -> {
                    for (int i = random.nextInt(1, 9); i > 0; i--) {
                        bytes[random.nextInt(structure)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                default -> {
                    for (int i = random.nextInt(1, 9); i > 0; i--) {
                        bytes[random.nextInt(structure)] = (byte) random.nextInt(32);
                    }
                }
            }
            return bytes;
        }

        /** A safetensors file whose header is damaged: its length, its bytes or its JSON. */
        static byte[] header(byte[] good, SplittableRandom random) {
            ByteBuffer file = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
            int length = (int) file.getLong(0);
            if (random.nextInt(8) == 0) {
                long[] lengths = {
                    0,
                    1,
                    7,
                    length - 1L,
                    length + 1L,
                    good.length,
                    Integer.MAX_VALUE,
                    1L << 32,
                    Long.MAX_VALUE,
                    -1,
                    Long.MIN_VALUE
                };
                byte[] bytes = good.clone();
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, lengths[random.nextInt(lengths.length)]);
                return bytes;
            }
            byte[] header = Arrays.copyOfRange(good, 8, 8 + length);
            byte[] changed = random.nextInt(3) == 0
                    ? bytes(header, random)
                    : DamagedJson.of(new String(header, StandardCharsets.UTF_8), random)
                            .getBytes(StandardCharsets.UTF_8);
            ByteBuffer whole = ByteBuffer.allocate(8 + changed.length + good.length - 8 - length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            whole.putLong(changed.length).put(changed).put(good, 8 + length, good.length - 8 - length);
            return whole.array();
        }

        /** A tokenizer_config.json whose chat template has something hostile in it, or a piece less. */
        static String template(String config, SplittableRandom random) {
            String start = "\"chat_template\": \"";
            int from = config.indexOf(start) + start.length();
            int to = config.lastIndexOf('"');
            String template = config.substring(from, to);
            int at = random.nextInt(template.length());
            String piece = SNIPPETS[random.nextInt(SNIPPETS.length)]
                    .replace("\\", "\\\\")
                    .replace("\u0007", "\\u0007");
            String changed = switch (random.nextInt(6)) {
                case 0 -> template.substring(0, at);
                case 1 ->
                    template.substring(0, at)
                            + template.substring(Math.min(template.length(), at + random.nextInt(1, 6)));
                case 2 ->
                    template.substring(0, at) + "{}%#|.()[]'-~*".charAt(random.nextInt(14)) + template.substring(at);
                case 3 -> template.substring(0, at) + piece + template.substring(at);
                case 4 -> piece + template;
                default -> piece.substring(0, random.nextInt(piece.length()) + 1) + template;
            };
            if (changed.endsWith("\\") && !changed.endsWith("\\\\")) {
                changed += "n";
            }
            return config.substring(0, from) + changed + config.substring(to);
        }
    }
}
