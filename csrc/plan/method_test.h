// method_test: the frame of the tests of methods: rows of a call and what is expected of it. Main.
#ifndef GS_PLAN_METHOD_TEST_H
#define GS_PLAN_METHOD_TEST_H

#include "base/test.h"
#include "plan/json.h"
#include "plan/method.h"
#include "plan/text.h"

struct gs_call_row {
    const char *method;
    const char *args;     // as a JSON array; the first one is the text
    const char *expected; // repr() of what is given; NULL: declines
};

// A new value: what `v` is with bytes for str.
static struct gs_value gs_test_bytes(struct gs_value v)
{
    if (v.tag == GS_STR)
        return gs_bytes_new(v.str->data, v.str->len);
    if (v.tag != GS_LIST)
        return gs_keep(v);
    struct gs_list *list = gs_list_new(GS_LIST, v.list->count);
    for (uint32_t i = 0; i < v.list->count; i++)
        gs_list_push(list, gs_test_bytes(v.list->items[i]));
    return GS_VALUE(GS_LIST, list, list);
}

static void gs_test_call(const struct gs_call_row *row, struct gs_value args)
{
    struct gs_buf text = GS_BUF_EMPTY;
    struct gs_value out;
    gs_method *method = gs_method_find(row->method, strlen(row->method), args.list->items[0].tag);
    bool done = method && method(args.list->items, args.list->count, &out);
    if (done) {
        CHECK(gs_text_repr(&text, out));
        gs_drop(out);
    }
    if (done != (row->expected != NULL) ||
        (done &&
         (text.len != strlen(row->expected) || memcmp(text.data, row->expected, text.len) != 0))) {
        gs_test_failures++;
        fprintf(stderr, "%s%s is %.*s, not %s\n", row->method, row->args, (int)text.len,
                done ? text.data : "", row->expected ? row->expected : "to be done here");
    }
    gs_buf_fini(&text);
}

// Calls all, with bytes instead of str if that is asked for.
static void gs_test_calls(const struct gs_call_row *rows, size_t count, bool bytes)
{
    for (size_t i = 0; i < count; i++) {
        struct gs_value args;
        CHECK(gs_json_parse(rows[i].args, strlen(rows[i].args), &args));
        if (bytes) {
            struct gs_value as_bytes = gs_test_bytes(args);
            gs_drop(args);
            args = as_bytes;
        }
        gs_test_call(&rows[i], args);
        gs_drop(args);
    }
}

#define CHECK_CALLS(rows, bytes) gs_test_calls(rows, sizeof rows / sizeof *rows, bytes)

#endif
