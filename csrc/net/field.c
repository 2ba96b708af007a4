#include "net/field.h"

#include <string.h>
#include <strings.h>

const char *gs_field_find(struct gs_slice fields, struct gs_slice name, size_t *len)
{
    for (size_t at = 0; at + name.len < fields.len;) {
        const char *line = fields.data + at;
        const char *stop = memchr(line, '\n', fields.len - at);
        size_t size = stop ? (size_t)(stop - line) + 1 : fields.len - at;
        if (size > name.len && line[name.len] == ':' &&
            strncasecmp(line, name.data, name.len) == 0) {
            *len = size;
            return line;
        }
        at += size;
    }
    return NULL;
}

int gs_field_add(struct gs_buf *out, struct gs_slice name, struct gs_slice value)
{
    return gs_buf_add(out, name.data, name.len) != 0 || gs_buf_add(out, ": ", 2) != 0 ||
                           gs_buf_add(out, value.data, value.len) != 0 ||
                           gs_buf_add(out, "\r\n", 2) != 0
                   ? -1
                   : 0;
}

static bool is_token(struct gs_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("!#$%&'*+.^_`|~-", c)))
            return false;
    }
    return name.len > 0;
}

static bool is_text(struct gs_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c == '\r' || c == '\n' || c == '\0' || c > 126)
            return false;
    }
    return value.len == 0 || (unsigned char)value.data[0] > ' ';
}

bool gs_field_is_plain(struct gs_slice name, struct gs_slice value)
{
    return is_token(name) && is_text(value) && !gs_slice_is(name, "host") &&
           !gs_slice_is(name, "cookie") && !gs_slice_is(name, "content-length") &&
           !gs_slice_is(name, "transfer-encoding");
}
