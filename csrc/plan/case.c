#include "plan/case.h"

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
    return is_upper(c) || is_lower(c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_alpha(c) || is_digit(c);
}

static char to_upper(char c)
{
    return is_lower(c) ? (char)(c - 32) : c;
}

static char to_lower(char c)
{
    return is_upper(c) ? (char)(c + 32) : c;
}

// ---- changing -----------------------------------------------------------------------------------

// Room for what becomes of args[0], or NULL.
static struct gs_str *begin(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 1 || !gs_method_plain(args[0].str))
        return NULL;
    struct gs_str *s = gs_str_room(args[0].str->len, args[0].str->chars, args[0].tag);
    if (s)
        *out = (struct gs_value){.str = s, .tag = args[0].tag};
    return s;
}

bool gs_case_upper(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_str *s = begin(args, count, out);
    for (uint32_t i = 0; s && i < s->len; i++)
        s->data[i] = to_upper(args[0].str->data[i]);
    return s != NULL;
}

bool gs_case_lower(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_str *s = begin(args, count, out);
    for (uint32_t i = 0; s && i < s->len; i++)
        s->data[i] = to_lower(args[0].str->data[i]);
    return s != NULL;
}

bool gs_case_swapcase(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_str *s = begin(args, count, out);
    for (uint32_t i = 0; s && i < s->len; i++) {
        char c = args[0].str->data[i];
        s->data[i] = is_upper(c) ? to_lower(c) : to_upper(c);
    }
    return s != NULL;
}

bool gs_case_title(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_str *s = begin(args, count, out);
    bool inside = false;
    for (uint32_t i = 0; s && i < s->len; i++) {
        char c = args[0].str->data[i];
        s->data[i] = inside ? to_lower(c) : to_upper(c);
        inside = is_alpha(c);
    }
    return s != NULL;
}

bool gs_case_capitalize(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_str *s = begin(args, count, out);
    for (uint32_t i = 0; s && i < s->len; i++) {
        char c = args[0].str->data[i];
        s->data[i] = i ? to_lower(c) : to_upper(c);
    }
    return s != NULL;
}

// ---- asking -------------------------------------------------------------------------------------

// Whether there are characters and `is` holds for all.
static bool all(const struct gs_value *args, uint32_t count, bool (*is)(char), struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    if (count != 1 || !gs_method_plain(s))
        return false;
    bool held = s->len > 0;
    for (uint32_t i = 0; held && i < s->len; i++)
        held = is(s->data[i]);
    *out = GS_BOOL_VALUE(held);
    return true;
}

bool gs_case_isdigit(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return all(args, count, is_digit, out);
}

bool gs_case_isalpha(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return all(args, count, is_alpha, out);
}

bool gs_case_isalnum(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return all(args, count, is_alnum, out);
}

static bool is_byte_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_space(char c)
{
    return is_byte_space(c) || (c >= 0x1c && c <= 0x1f);
}

bool gs_case_isspace(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return all(args, count, args[0].tag == GS_BYTES ? is_byte_space : is_space, out);
}

// Whether there are letters of one case, and none of the other.
static bool one_case(const struct gs_value *args, uint32_t count, bool (*is)(char),
                     bool (*is_not)(char), struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    if (count != 1 || !gs_method_plain(s))
        return false;
    bool any = false, other = false;
    for (uint32_t i = 0; i < s->len; i++) {
        any = any || is(s->data[i]);
        other = other || is_not(s->data[i]);
    }
    *out = GS_BOOL_VALUE(any && !other);
    return true;
}

bool gs_case_isupper(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return one_case(args, count, is_upper, is_lower, out);
}

bool gs_case_islower(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return one_case(args, count, is_lower, is_upper, out);
}

bool gs_case_istitle(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    if (count != 1 || !gs_method_plain(s))
        return false;
    bool any = false, inside = false, right = true;
    for (uint32_t i = 0; i < s->len; i++) {
        char c = s->data[i];
        right = right && !(inside ? is_upper(c) : is_lower(c));
        inside = is_alpha(c);
        any = any || inside;
    }
    *out = GS_BOOL_VALUE(any && right);
    return true;
}

bool gs_case_isascii(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    bool wide = false;
    for (uint32_t i = 0; i < s->len; i++)
        wide = wide || (unsigned char)s->data[i] >= 0x80;
    *out = GS_BOOL_VALUE(!wide);
    return count == 1;
}

static bool is_printable(char c)
{
    return c >= ' ' && c < 0x7f;
}

bool gs_case_isprintable(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (!all(args, count, is_printable, out))
        return false;
    *out = GS_BOOL_VALUE(out->i || args[0].str->len == 0);
    return true;
}

static bool is_word(char c)
{
    return is_alnum(c) || c == '_';
}

bool gs_case_isidentifier(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (!all(args, count, is_word, out))
        return false;
    *out = GS_BOOL_VALUE(out->i && !is_digit(args[0].str->data[0]));
    return true;
}
