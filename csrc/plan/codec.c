#include "plan/codec.h"

#include <string.h>
#include <strings.h>

#include "plan/utf8.h"

enum coding { UTF8, ASCII, LATIN1, OTHER };

static enum coding coding_named(const struct gs_str *name)
{
    static const struct {
        const char *name;
        enum coding coding;
    } known[] = {{"utf-8", UTF8},       {"utf8", UTF8},      {"ascii", ASCII},
                 {"us-ascii", ASCII},   {"latin-1", LATIN1}, {"latin1", LATIN1},
                 {"iso-8859-1", LATIN1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == name->len && strcasecmp(known[i].name, name->data) == 0)
            return known[i].coding;
    return OTHER;
}

// args[1], a str of that name; args[2] may only say what is usual.
static enum coding read_coding(const struct gs_value *args, uint32_t count)
{
    if (count > 3 || (count > 1 && args[1].tag != GS_STR))
        return OTHER;
    if (count > 2 && (args[2].tag != GS_STR || strcmp(args[2].str->data, "strict") != 0))
        return OTHER;
    return count > 1 ? coding_named(args[1].str) : UTF8;
}

static bool is_ascii(const struct gs_str *s)
{
    uint32_t high = 0;
    for (uint32_t i = 0; i < s->len; i++)
        high |= (unsigned char)s->data[i];
    return high < 0x80;
}

static bool give(struct gs_value v, struct gs_value *out)
{
    if (v.tag == GS_UNSET)
        return false;
    *out = v;
    return true;
}

static bool encode_latin1(const struct gs_str *s, struct gs_value *out)
{
    struct gs_str *bytes = gs_str_room(s->chars, s->chars, GS_BYTES);
    const char *at = s->data, *end = at + s->len;
    for (char *to = bytes ? bytes->data : NULL; to && at < end;) {
        unsigned point = gs_utf8_take(&at);
        if (point > 0xff) {
            gs_drop(GS_VALUE(GS_BYTES, str, bytes));
            return false;
        }
        *to++ = (char)point;
    }
    if (bytes)
        *out = GS_VALUE(GS_BYTES, str, bytes);
    return bytes != NULL;
}

bool gs_codec_encode(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    enum coding coding = read_coding(args, count);
    if (coding == OTHER || (coding == ASCII && s->len != s->chars))
        return false;
    if (coding == LATIN1)
        return encode_latin1(s, out);
    return give(gs_bytes_new(s->data, s->len), out);
}

static bool decode_latin1(const struct gs_str *s, struct gs_value *out)
{
    size_t high = 0;
    for (uint32_t i = 0; i < s->len; i++)
        high += (unsigned char)s->data[i] >> 7;
    struct gs_str *text = gs_str_room(s->len + high, s->len, GS_STR);
    char *to = text ? text->data : NULL;
    for (uint32_t i = 0; to && i < s->len; i++)
        to += gs_utf8_put(to, (unsigned char)s->data[i]);
    if (text)
        *out = GS_VALUE(GS_STR, str, text);
    return text != NULL;
}

bool gs_codec_decode(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    enum coding coding = read_coding(args, count);
    if (coding == OTHER || (coding == ASCII && !is_ascii(s)) ||
        (coding == UTF8 && !gs_utf8_valid(s->data, s->len)))
        return false;
    if (coding == LATIN1)
        return decode_latin1(s, out);
    return give(gs_str_of_utf8(s->data, s->len), out);
}

bool gs_codec_hex(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    static const char hex[] = "0123456789abcdef";
    const struct gs_str *s = args[0].str;
    struct gs_str *text = count == 1 ? gs_str_room(2 * s->len, 2 * s->len, GS_STR) : NULL;
    if (!text)
        return false;
    for (uint32_t i = 0; i < s->len; i++) {
        text->data[2 * i] = hex[(unsigned char)s->data[i] >> 4];
        text->data[2 * i + 1] = hex[s->data[i] & 15];
    }
    *out = GS_VALUE(GS_STR, str, text);
    return true;
}
