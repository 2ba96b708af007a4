// A way into a document (the first bytes choose it), then the document: checking, parsing, finding
// and writing agree with one another.
#include "plan/json.h"

#include "base/fuzz.h"
#include "plan/text.h"

struct way {
    struct gs_value steps[GS_FUZZ_CUTS];
    uint32_t count;
    struct gs_value end; // borrowed; GS_UNSET: it leads nowhere
};

static struct gs_pair *pair_number(const struct gs_dict *dict, uint32_t number)
{
    uint32_t at = 0;
    struct gs_pair *pair = gs_dict_next(dict, &at);
    for (; number > 0; number--)
        pair = gs_dict_next(dict, &at);
    return pair;
}

// One step further as `choice` says. False: no further.
static bool go_on(struct way *way, uint8_t choice)
{
    struct gs_value *step = &way->steps[way->count];
    if (way->end.tag == GS_DICT && way->end.dict->count > 0) {
        struct gs_pair *pair = pair_number(way->end.dict, choice % way->end.dict->count);
        *step = pair->key;
        way->end = pair->value;
    } else if (way->end.tag == GS_LIST && way->end.list->count > 0) {
        uint32_t count = way->end.list->count, index = choice % count;
        *step = GS_INT_VALUE(choice & 0x80 ? (int64_t)index - count : index);
        way->end = way->end.list->items[index];
    } else {
        if (choice % 4)
            return false;
        *step = GS_INT_VALUE((int8_t)choice); // into nothing, a scalar or an empty one
        way->end = (struct gs_value){.tag = GS_UNSET};
    }
    way->count++;
    return way->end.tag != GS_UNSET;
}

static void write(struct gs_buf *out, struct gs_value v)
{
    REQUIRE(gs_json_write(out, v));
}

static void check_written_back(struct gs_value v)
{
    struct gs_buf once = GS_BUF_EMPTY, twice = GS_BUF_EMPTY;
    struct gs_value again;
    write(&once, v);
    char *copy = gs_fuzz_copy(once.data, once.len);
    REQUIRE(gs_json_check(copy, once.len));
    REQUIRE(gs_json_parse(copy, once.len, &again));
    write(&twice, again);
    REQUIRE(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    free(copy);
    gs_drop(again);
    gs_buf_fini(&once);
    gs_buf_fini(&twice);
}

static void check_found(const struct gs_view *view, struct gs_value document, const uint8_t *data)
{
    struct way way = {.end = document};
    for (int i = 0; i < GS_FUZZ_CUTS && data[i] != 0xff; i++)
        if (!go_on(&way, data[i]))
            break;
    struct gs_value found;
    bool is_there = gs_json_find(view, way.steps, way.count, &found);
    REQUIRE(is_there == (way.end.tag != GS_UNSET));
    if (!is_there)
        return;
    struct gs_buf one = GS_BUF_EMPTY, other = GS_BUF_EMPTY;
    write(&one, found);
    write(&other, way.end);
    REQUIRE(one.len == other.len && memcmp(one.data, other.data, one.len) == 0);
    gs_drop(found);
    gs_buf_fini(&one);
    gs_buf_fini(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < GS_FUZZ_CUTS)
        return 0;
    size_t len = size - GS_FUZZ_CUTS;
    char *text = gs_fuzz_copy(data + GS_FUZZ_CUTS, len);
    struct gs_value v;
    bool parsed = gs_json_parse(text, len, &v);
    REQUIRE(parsed == gs_json_check(text, len));
    if (parsed) {
        struct gs_view view = {.text = text, .len = len};
        REQUIRE(gs_utf8_valid(text, len));
        check_written_back(v);
        check_found(&view, v, data);
        struct gs_buf repr = GS_BUF_EMPTY;
        gs_text_repr(&repr, v);
        gs_buf_fini(&repr);
        gs_drop(v);
    }
    free(text);
    return 0;
}
