// PTX text as characters, words and lines: PTX ISA 8.0, chapter 4.
#pragma once

#include "ptx_text.h"

#include <cctype>
#include <cstring>

namespace emulated::ptx {

/** The text, character by character, without comments. */
class Characters {
public:
    explicit Characters(const char* text) : at(text) { skip(); }

    char peek() const { return *at; }
    int line() const { return number; }

    char next() {
        char c = *at;
        if (c != 0) {
            at++;
            number += c == '\n';
        }
        return c;
    }

    /** Over white space and comments. */
    void skip() {
        while (true) {
            if (isspace(static_cast<unsigned char>(peek()))) {
                next();
            } else if (strncmp(at, "//", 2) == 0) {
                while (peek() != 0 && peek() != '\n') {
                    next();
                }
            } else {
                return;
            }
        }
    }

    bool take(char c) {
        if (peek() != c) {
            return false;
        }
        next();
        skip();
        return true;
    }

    void expect(char c) {
        if (!take(c)) {
            throw Invalid(line(), std::string("expected '") + c + "', found '" + peek() + "'");
        }
    }

    /** Letters, digits and what else stands in names, numbers and opcodes. */
    std::string word() {
        std::string result;
        while (isalnum(static_cast<unsigned char>(peek())) || (peek() != 0 && strchr("_$%.:-", peek()) != nullptr)) {
            if (peek() == ':' && at[1] != ':' && result.back() != ':') {
                break; // after a label
            }
            result += next();
        }
        skip();
        if (result.empty()) {
            throw Invalid(line(), std::string("unexpected '") + peek() + "'");
        }
        return result;
    }

    std::string until(char end) {
        std::string result;
        while (peek() != 0 && peek() != end) {
            result += next();
        }
        expect(end);
        return result;
    }

    void skipLine() {
        while (peek() != 0 && peek() != '\n') {
            next();
        }
        skip();
    }

private:
    const char* at;
    int number = 1;
};

} // namespace emulated::ptx
