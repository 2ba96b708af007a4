// test: the frame of a C test: functions that CHECK, and a TEST_MAIN that lists them. Main.
#ifndef GS_BASE_TEST_H
#define GS_BASE_TEST_H

#include <stdio.h>
#include <string.h>

static int gs_test_failures;

// Counts a failure and goes on: one run shows all that is wrong.
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            gs_test_failures++;                                                                    \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
        }                                                                                          \
    } while (0)

// For integers of any kind.
#define CHECK_EQ(a, b)                                                                             \
    do {                                                                                           \
        long long gs_test_a = (long long)(a), gs_test_b = (long long)(b);                          \
        if (gs_test_a != gs_test_b) {                                                              \
            gs_test_failures++;                                                                    \
            fprintf(stderr, "%s:%d: %s is %lld, %s is %lld\n", __FILE__, __LINE__, #a, gs_test_a,  \
                    #b, gs_test_b);                                                                \
        }                                                                                          \
    } while (0)

// For `len` bytes against a string; each argument is worked out once, in this order.
#define CHECK_TEXT(data, len, text)                                                                \
    do {                                                                                           \
        const char *gs_test_data = (data);                                                         \
        size_t gs_test_len = (len);                                                                \
        const char *gs_test_text = (text);                                                         \
        if (gs_test_len != strlen(gs_test_text) ||                                                 \
            (gs_test_len && memcmp(gs_test_data, gs_test_text, gs_test_len) != 0)) {               \
            gs_test_failures++;                                                                    \
            fprintf(stderr, "%s:%d: %s is \"%.*s\", not \"%s\"\n", __FILE__, __LINE__, #data,      \
                    (int)gs_test_len, gs_test_data, gs_test_text);                                 \
        }                                                                                          \
    } while (0)

struct gs_test {
    const char *name;
    void (*run)(void);
};

#define TEST(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }

// TEST_MAIN(TEST(one), TEST(two))
#define TEST_MAIN(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        static const struct gs_test tests[] = {__VA_ARGS__};                                       \
        setvbuf(stdout, NULL, _IOLBF, 0); /* so that all is told of a run that crashes */          \
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {                                \
            int before = gs_test_failures;                                                         \
            tests[i].run();                                                                        \
            printf("%s %s\n", gs_test_failures == before ? "ok" : "FAILED", tests[i].name);        \
        }                                                                                          \
        return gs_test_failures != 0;                                                              \
    }

#endif
