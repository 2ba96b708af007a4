#include "plan/json.h"

#include <math.h>

#include "plan/append.h"
#include "plan/known.h"
#include "plan/number.h"
#include "plan/token.h"
#include "plan/utf8.h"

#define DEEPEST 200

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *skip_space(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at <= ' ' && is_space(*at))
        at++;
    return at;
}

// ---- words ------------------------------------------------------------------------------------

// Behind `word` if it stands here, and gives what it means (but to NULL); or NULL.
static inline const char *read_word(const char *at, const char *end, const char *word, size_t len,
                                    struct gs_value meant, struct gs_value *out)
{
    if ((size_t)(end - at) < len || memcmp(at, word, len) != 0)
        return NULL;
    if (out)
        *out = meant;
    return at + len;
}

// Behind a number or word.
static inline const char *read_plain(const char *at, const char *end, struct gs_value *out)
{
    switch (*at) {
    case 't':
        return read_word(at, end, "true", 4, GS_BOOL_VALUE(1), out);
    case 'f':
        return read_word(at, end, "false", 5, GS_BOOL_VALUE(0), out);
    case 'n':
        return read_word(at, end, "null", 4, GS_NONE_VALUE, out);
    case 'N':
        return read_word(at, end, "NaN", 3, GS_FLOAT_VALUE(NAN), out);
    case 'I':
        return read_word(at, end, "Infinity", 8, GS_FLOAT_VALUE(HUGE_VAL), out);
    case '-':
        if (end - at > 1 && at[1] == 'I')
            return read_word(at, end, "-Infinity", 9, GS_FLOAT_VALUE(-HUGE_VAL), out);
    }
    return gs_token_number(at, end, out);
}

// ---- checking ---------------------------------------------------------------------------------

static inline bool stands(const struct gs_token_scan *scan, const char *at, char c)
{
    return at < scan->end && *at == c;
}

static inline const char *skip(const struct gs_token_scan *scan, const char *at)
{
    return skip_space(at, scan->end);
}

// Behind a colon and the space around it.
static inline const char *skip_colon(const struct gs_token_scan *scan, const char *at)
{
    at = skip(scan, at);
    return stands(scan, at, ':') ? skip(scan, at + 1) : NULL;
}

// What follows a member: the next one, or the end (*closed, at which this is behind the bracket).
static inline const char *skip_comma(const struct gs_token_scan *scan, const char *at, char close,
                                     bool *closed)
{
    at = skip(scan, at);
    *closed = stands(scan, at, close);
    if (*closed)
        return at + 1;
    return stands(scan, at, ',') ? skip(scan, at + 1) : NULL;
}

static const char *check_value(struct gs_token_scan *scan, const char *at, int depth);

static const char *check_text(struct gs_token_scan *scan, const char *at)
{
    unsigned traits = 0;
    at = gs_token_string(scan, at, &traits);
    return at ? at + 1 : NULL;
}

// From behind the bracket to behind the closing one.
static const char *check_object(struct gs_token_scan *scan, const char *at, int depth)
{
    bool closed = stands(scan, at = skip(scan, at), '}');
    if (closed)
        return at + 1;
    while (at && !closed) {
        at = stands(scan, at, '"') ? check_text(scan, at + 1) : NULL;
        at = at ? skip_colon(scan, at) : NULL;
        at = at ? check_value(scan, at, depth) : NULL;
        at = at ? skip_comma(scan, at, '}', &closed) : NULL;
    }
    return at;
}

static const char *check_array(struct gs_token_scan *scan, const char *at, int depth)
{
    bool closed = stands(scan, at = skip(scan, at), ']');
    if (closed)
        return at + 1;
    while (at && !closed) {
        at = check_value(scan, at, depth);
        at = at ? skip_comma(scan, at, ']', &closed) : NULL;
    }
    return at;
}

// Behind a value; `depth` containers stand around it.
static const char *check_value(struct gs_token_scan *scan, const char *at, int depth)
{
    if (at == scan->end)
        return NULL;
    switch (*at) {
    case '"':
        return check_text(scan, at + 1);
    case '{':
        return depth < DEEPEST ? check_object(scan, at + 1, depth + 1) : NULL;
    case '[':
        return depth < DEEPEST ? check_array(scan, at + 1, depth + 1) : NULL;
    default:
        return read_plain(at, scan->end, NULL);
    }
}

bool gs_json_check(const char *text, size_t len)
{
    if (len == 0)
        return false;
    struct gs_token_scan scan = gs_token_scan(text, len);
    const char *at = check_value(&scan, skip(&scan, text), 0);
    return at && skip(&scan, at) == scan.end;
}

// ---- parsing ----------------------------------------------------------------------------------

#define UNSET ((struct gs_value){.tag = GS_UNSET})

#define KEYS 32 // power of two

// Keys come again and again: the last ones are kept, so that they are made once.
struct parse {
    struct gs_token_scan scan;
    struct gs_value keys[KEYS];
};

// *out is set where this does not give NULL.
static const char *parse_value(struct parse *parse, const char *at, int depth,
                               struct gs_value *out);

// The text between quotes as a str; GS_UNSET without memory.
static struct gs_value make_text(const char *from, const char *to, unsigned traits)
{
    size_t len = (size_t)(to - from);
    if (!traits)
        return gs_str_new(from, len, len);
    if (!(traits & GS_TOKEN_ESCAPED))
        return gs_str_of_utf8(from, len);
    struct gs_str *s = gs_str_room(len, 0, GS_STR);
    if (!s)
        return UNSET;
    s->len = (uint32_t)gs_token_decode(from, len, s->data);
    s->chars = (uint32_t)gs_utf8_count(s->data, s->len);
    s->data[s->len] = '\0';
    return GS_VALUE(GS_STR, str, s);
}

static const char *parse_text(struct parse *parse, const char *at, struct gs_value *out)
{
    unsigned traits = 0;
    const char *stop = gs_token_string(&parse->scan, at, &traits);
    *out = stop ? make_text(at, stop, traits) : UNSET;
    return out->tag == GS_UNSET ? NULL : stop + 1;
}

// A key, from behind the quote.
static const char *parse_key(struct parse *parse, const char *at, struct gs_value *out)
{
    unsigned traits = 0;
    const char *stop = gs_token_string(&parse->scan, at, &traits);
    if (!stop)
        return NULL;
    size_t len = (size_t)(stop - at);
    struct gs_value *kept = &parse->keys[((unsigned char)*at * 5 + len) % KEYS];
    bool same = !(traits & GS_TOKEN_ESCAPED) && kept->tag == GS_STR && kept->str->len == len &&
                memcmp(kept->str->data, at, len) == 0;
    if (!same)
        gs_put(kept, make_text(at, stop, traits));
    *out = gs_keep(*kept);
    return out->tag == GS_UNSET ? NULL : stop + 1;
}

// One pair, from the key on.
static const char *parse_pair(struct parse *parse, const char *at, int depth, struct gs_dict *dict)
{
    struct gs_value key, value = UNSET;
    at = stands(&parse->scan, at, '"') ? parse_key(parse, at + 1, &key) : NULL;
    if (!at)
        return NULL;
    at = skip_colon(&parse->scan, at);
    at = at ? parse_value(parse, at, depth, &value) : NULL;
    if (at && !gs_dict_set(dict, key, value))
        at = NULL;
    gs_drop(key);
    gs_drop(value);
    return at;
}

static const char *parse_pairs(struct parse *parse, const char *at, int depth, struct gs_dict *dict)
{
    bool closed = stands(&parse->scan, at = skip(&parse->scan, at), '}');
    if (closed)
        return at + 1;
    while (at && !closed) {
        at = parse_pair(parse, at, depth, dict);
        at = at ? skip_comma(&parse->scan, at, '}', &closed) : NULL;
    }
    return at;
}

static const char *parse_items(struct parse *parse, const char *at, int depth, struct gs_list *list)
{
    bool closed = stands(&parse->scan, at = skip(&parse->scan, at), ']');
    if (closed)
        return at + 1;
    while (at && !closed) {
        struct gs_value item;
        at = parse_value(parse, at, depth, &item);
        if (!at || !gs_list_push(list, item))
            return NULL;
        at = skip_comma(&parse->scan, at, ']', &closed);
    }
    return at;
}

static const char *parse_object(struct parse *parse, const char *at, int depth,
                                struct gs_value *out)
{
    struct gs_dict *dict = depth <= DEEPEST ? gs_dict_new() : NULL;
    at = dict ? parse_pairs(parse, at, depth, dict) : NULL;
    if (at)
        *out = GS_VALUE(GS_DICT, dict, dict);
    else if (dict)
        gs_drop(GS_VALUE(GS_DICT, dict, dict));
    return at;
}

static const char *parse_array(struct parse *parse, const char *at, int depth, struct gs_value *out)
{
    struct gs_list *list = depth <= DEEPEST ? gs_list_new(GS_LIST, 0) : NULL;
    at = list ? parse_items(parse, at, depth, list) : NULL;
    if (at)
        *out = GS_VALUE(GS_LIST, list, list);
    else if (list)
        gs_drop(GS_VALUE(GS_LIST, list, list));
    return at;
}

static const char *parse_value(struct parse *parse, const char *at, int depth, struct gs_value *out)
{
    if (at == parse->scan.end)
        return NULL;
    switch (*at) {
    case '"':
        return parse_text(parse, at + 1, out);
    case '{':
        return parse_object(parse, at + 1, depth + 1, out);
    case '[':
        return parse_array(parse, at + 1, depth + 1, out);
    default:
        return read_plain(at, parse->scan.end, out);
    }
}

// Behind the value at `at`.
static const char *parse_one(const char *at, const char *end, struct gs_value *out)
{
    struct parse parse = {.scan = gs_token_scan(at, (size_t)(end - at))};
    at = parse_value(&parse, skip(&parse.scan, at), 0, out);
    for (int i = 0; i < KEYS; i++)
        gs_drop(parse.keys[i]);
    return at;
}

bool gs_json_parse(const char *text, size_t len, struct gs_value *out)
{
    struct gs_value v = UNSET;
    if (len == 0)
        return false;
    const char *end = text + len, *at = parse_one(text, end, &v);
    if (!at || skip_space(at, end) != end) {
        if (at)
            gs_drop(v);
        return false;
    }
    *out = v;
    return true;
}

bool gs_json_touch(struct gs_view *view)
{
    return view->value.tag != GS_UNSET || gs_json_parse(view->text, view->len, &view->value);
}

// ---- finding ----------------------------------------------------------------------------------

// A way into a checked document.
struct path {
    const struct gs_value *steps;
    uint32_t count;
    const char *end;
    const char *found; // the value there; NULL: none
};

// Behind the value at `at`, from which the path goes on. Unless that is asked for (`behind`) what
// it gives means nothing.
static const char *seek(struct path *path, const char *at, uint32_t step, bool behind);

// From behind the opening quote to the closing one.
static const char *skip_string(const char *at, const char *end, bool *escaped)
{
    for (;;) {
        unsigned quotes = gs_block_quotes(gs_block_load(at, end));
        if (!quotes) {
            at += GS_BLOCK;
            continue;
        }
        at += __builtin_ctz(quotes);
        if (*at == '"')
            return at;
        *escaped = true;
        at += 2;
    }
}

// From within `depth` containers to behind the last of them, 64 bytes at a time.
static const char *skip_nest(const char *at, const char *end, int depth)
{
    struct gs_block_nest nest;
    uint64_t inside = 0, escape = 0;
    for (;; at += 64) {
        gs_block_nest_load(&nest, at, end, &inside, &escape);
        int closes = __builtin_popcountll(nest.closes);
        if (closes < depth) {
            depth += __builtin_popcountll(nest.opens) - closes;
            continue;
        }
        for (uint64_t bits = nest.opens | nest.closes; bits; bits &= bits - 1) {
            depth += nest.opens & bits & -bits ? 1 : -1;
            if (depth == 0)
                return at + __builtin_ctzll(bits) + 1;
        }
    }
}

static const char *skip_value(const char *at, const char *end)
{
    bool escaped;
    if (*at == '"')
        return skip_string(at + 1, end, &escaped) + 1;
    if (*at == '{' || *at == '[')
        return skip_nest(at + 1, end, 1);
    while (at < end && *at != ',' && *at != '}' && *at != ']' && (unsigned char)*at > ' ')
        at++;
    return at;
}

static bool is_key(const char *from, const char *to, bool escaped, const struct gs_str *key)
{
    size_t len = (size_t)(to - from);
    if (escaped)
        return gs_token_means(from, len, key->data, key->len);
    return len == key->len && memcmp(from, key->data, len) == 0;
}

// Whether the key may stand once more: as it is, or with escapes, of which there are none mostly.
static bool may_recur(const char *at, const char *end, const struct gs_str *key)
{
    char first = key->len ? key->data[0] : '"';
    for (; at < end; at += GS_BLOCK) {
        unsigned starts =
                gs_block_starts(gs_block_load(at, end), gs_block_load(at + 1, end), first);
        for (; starts; starts &= starts - 1) {
            const char *start = at + __builtin_ctz(starts), *text = start + 1;
            if (*start == '\\' || (end - text > key->len && text[key->len] == '"' &&
                                   memcmp(text, key->data, key->len) == 0))
                return true;
        }
    }
    return false;
}

// Where a key stands twice the last one counts: all keys are looked at, unless it is sure that
// there is no other like it.
static const char *seek_key(struct path *path, const char *at, uint32_t step, bool behind)
{
    const struct gs_str *key = path->steps[step].str;
    const char *end = path->end;
    at = skip_space(at, end);
    while (*at != '}') {
        bool escaped = false;
        const char *from = at + 1;
        const char *to = skip_string(from, end, &escaped);
        at = skip_space(skip_space(to + 1, end) + 1, end);
        if (!is_key(from, to, escaped, key)) {
            at = skip_value(at, end);
        } else {
            if (!behind && !may_recur(at, end, key))
                return seek(path, at, step + 1, false);
            behind = true;
            path->found = NULL;
            at = seek(path, at, step + 1, true);
        }
        at = skip_space(at, end);
        if (*at == ',')
            at = skip_space(at + 1, end);
    }
    return at + 1;
}

// Item number `index`; -1: none of them. *count: how many were passed.
static const char *seek_item(struct path *path, const char *at, uint32_t step, int64_t index,
                             int64_t *count, bool behind)
{
    const char *end = path->end;
    *count = 0;
    at = skip_space(at, end);
    while (*at != ']') {
        if ((*count)++ == index) {
            at = seek(path, at, step + 1, behind);
            return behind ? skip_nest(at, end, 1) : at;
        }
        at = skip_space(skip_value(at, end), end);
        if (*at == ',')
            at = skip_space(at + 1, end);
    }
    return at + 1;
}

static const char *seek_index(struct path *path, const char *at, uint32_t step, bool behind)
{
    int64_t index = path->steps[step].i, count;
    if (index < 0) {
        const char *after = seek_item(path, at, step, -1, &count, true);
        index += count;
        if (index < 0)
            return after;
    }
    return seek_item(path, at, step, index, &count, behind);
}

static const char *seek(struct path *path, const char *at, uint32_t step, bool behind)
{
    uint8_t tag = step < path->count ? path->steps[step].tag : GS_UNSET;
    if (*at == '{' && tag == GS_STR)
        return seek_key(path, at + 1, step, behind);
    if (*at == '[' && (tag == GS_INT || tag == GS_BOOL))
        return seek_index(path, at + 1, step, behind);
    if (step == path->count)
        path->found = at;
    return behind ? skip_value(at, path->end) : at;
}

// What stands at `at` in checked text; a scalar without the preparations for many.
static bool give_found(const char *at, const char *end, struct gs_value *out)
{
    if (*at == '{' || *at == '[')
        return parse_one(at, end, out) != NULL;
    if (*at != '"')
        return read_plain(at, end, out) != NULL;
    bool escaped = false;
    const char *stop = skip_string(at + 1, end, &escaped);
    *out = make_text(at + 1, stop, GS_TOKEN_WIDE | (escaped ? GS_TOKEN_ESCAPED : 0));
    return out->tag != GS_UNSET;
}

bool gs_json_find(const struct gs_view *view, const struct gs_value *steps, uint32_t count,
                  struct gs_value *out)
{
    const char *end = view->text + view->len;
    struct path path = {.steps = steps, .count = count, .end = end};
    struct gs_known_doc *doc = view->doc && view->doc->stamp == view->stamp ? view->doc : NULL;
    uint32_t at;
    if (count > DEEPEST)
        return false;
    if (doc && gs_known_place_find(doc, steps, count, &at))
        return give_found(view->text + at, end, out);
    seek(&path, skip_space(view->text, end), 0, false);
    if (!path.found)
        return false;
    if (doc)
        gs_known_place_keep(doc, steps, count, (size_t)(path.found - view->text));
    return give_found(path.found, end, out);
}

// ---- writing ----------------------------------------------------------------------------------

static bool write_value(struct gs_buf *out, struct gs_value v, int depth);

static size_t put_unit(char *to, unsigned unit)
{
    static const char hex[] = "0123456789abcdef";
    memcpy(to, "\\u", 2);
    for (int i = 0; i < 4; i++)
        to[2 + i] = hex[unit >> (12 - 4 * i) & 15];
    return 6;
}

// What stands for the character at `at`, which moves behind it.
static size_t put_escape(char to[12], const char **at)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    unsigned point = gs_utf8_take(at);
    const char *found = point && point < 0x80 ? strchr(plain, (int)point) : NULL;
    if (found) {
        to[0] = '\\';
        to[1] = letters[found - plain];
        return 2;
    }
    if (point < 0x10000)
        return put_unit(to, point);
    point -= 0x10000;
    return put_unit(to, 0xd800 + (point >> 10)) + put_unit(to + 6, 0xdc00 + (point & 0x3ff));
}

// Behind what can be copied as it is.
static const char *skip_safe(const char *at, const char *end)
{
    while (at < end) {
        unsigned unsafe = gs_block_unsafe(gs_block_load(at, end));
        if (unsafe)
            return at + __builtin_ctz(unsafe); // the zeros at the end are
        at += GS_BLOCK;
    }
    return end;
}

static bool write_text(struct gs_buf *out, const struct gs_str *s)
{
    const char *at = s->data, *end = at + s->len;
    if (gs_buf_reserve(out, (size_t)s->len + 2) != 0 || !GS_APPEND(out, "\""))
        return false;
    while (at < end) {
        const char *stop = skip_safe(at, end);
        if (!gs_append(out, at, (size_t)(stop - at)))
            return false;
        at = stop;
        char escape[12];
        if (at < end && !gs_append(out, escape, put_escape(escape, &at)))
            return false;
    }
    return GS_APPEND(out, "\"");
}

static bool write_float(struct gs_buf *out, double f)
{
    char text[32];
    if (isnan(f))
        return GS_APPEND(out, "NaN");
    if (isinf(f))
        return f > 0 ? GS_APPEND(out, "Infinity") : GS_APPEND(out, "-Infinity");
    return gs_append(out, text, gs_number_repr(f, text));
}

static bool write_whole(struct gs_buf *out, int64_t i)
{
    char text[24];
    return gs_append(out, text, gs_number_whole(i, text));
}

static bool write_list(struct gs_buf *out, const struct gs_list *list, int depth)
{
    if (gs_is_gone(&list->object) || !GS_APPEND(out, "["))
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        if ((i && !GS_APPEND(out, ", ")) || !write_value(out, list->items[i], depth))
            return false;
    return GS_APPEND(out, "]");
}

static bool write_key(struct gs_buf *out, struct gs_value key)
{
    if (key.tag == GS_STR)
        return write_text(out, key.str);
    return GS_APPEND(out, "\"") && write_value(out, key, DEEPEST) && GS_APPEND(out, "\"");
}

static bool write_dict(struct gs_buf *out, const struct gs_dict *dict, int depth)
{
    if (gs_is_gone(&dict->object) || !GS_APPEND(out, "{"))
        return false;
    uint32_t at = 0;
    const char *between = "";
    for (struct gs_pair *pair; (pair = gs_dict_next(dict, &at)); between = ", ")
        if (!gs_append(out, between, strlen(between)) || !write_key(out, pair->key) ||
            !GS_APPEND(out, ": ") || !write_value(out, pair->value, depth))
            return false;
    return GS_APPEND(out, "}");
}

static bool write_value(struct gs_buf *out, struct gs_value v, int depth)
{
    switch (v.tag) {
    case GS_NONE:
        return GS_APPEND(out, "null");
    case GS_BOOL:
        return v.i ? GS_APPEND(out, "true") : GS_APPEND(out, "false");
    case GS_INT:
        return write_whole(out, v.i);
    case GS_FLOAT:
        return write_float(out, v.f);
    case GS_STR:
        return write_text(out, v.str);
    case GS_LIST:
    case GS_TUPLE:
        return depth < DEEPEST && write_list(out, v.list, depth + 1);
    case GS_DICT:
        return depth < DEEPEST && write_dict(out, v.dict, depth + 1);
    case GS_VIEW:
        return gs_json_touch(v.view) && write_value(out, v.view->value, depth);
    default:
        return false;
    }
}

bool gs_json_write(struct gs_buf *out, struct gs_value v)
{
    return write_value(out, v, 0);
}
