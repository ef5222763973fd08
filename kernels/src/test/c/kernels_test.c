/*
 * Runs every test at every level that this processor has.
 *
 *   kernels_test [brief] [highest]    exits 0 and prints "native kernels: passed", with the levels, if all agree
 *
 * brief: fewer shapes; highest: the highest level only.
 */
#include "check.h"

static const struct {
    int level;
    const char* name;
} LEVELS[] = {
    {LEVEL_PLAIN, "plain C"},
    {LEVEL_AVX2, "AVX2"},
    {LEVEL_AVX_VNNI, "AVX-VNNI"},
    {LEVEL_AVX512_VNNI, "AVX-512 VNNI"},
    {LEVEL_PLAIN_ARM, "plain arm64"},
    {LEVEL_DOTPROD, "dotprod"},
    {LEVEL_I8MM, "i8mm"},
};

int main(int count, char** arguments) {
    char ran[200] = "";
    int highest = 0, levels = supported_levels();
    for (int i = 1; i < count; i++) {
        brief |= strcmp(arguments[i], "brief") == 0;
        highest |= strcmp(arguments[i], "highest") == 0;
    }
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++) {
        if (!(levels >> LEVELS[i].level & 1) || (highest && levels >> LEVELS[i].level > 1)) {
            continue;
        }
        kernels = kernels_of(LEVELS[i].level);
        level_name = LEVELS[i].name;
        test_products();
        test_rows();
        test_attention();
        strcat(strcat(ran, ran[0] ? ", " : ""), level_name);
    }
    if (failures > 0 || !ran[0]) {
        printf("native kernels: %d failures (%s)\n", failures, ran);
        return 1;
    }
    printf("native kernels: passed (%s)\n", ran);
    return 0;
}
