#include "plan/encode.h"

#include <stdint.h>

int gs_encode_base64(struct gs_buf *out, const char *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)(unsigned char)data[i] << 16;
        if (left > 1)
            bits |= (uint32_t)(unsigned char)data[i + 1] << 8;
        if (left > 2)
            bits |= (unsigned char)data[i + 2];
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        left > 1 ? digits[bits >> 6 & 63] : '=',
                        left > 2 ? digits[bits & 63] : '='};
        if (gs_buf_add(out, four, 4) != 0)
            return -1;
    }
    return 0;
}

static bool is_bare(unsigned char c, bool plus)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || (c == '/' && !plus);
}

int gs_encode_percent(struct gs_buf *out, const char *data, size_t len, bool plus)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
        int rc = is_bare(c, plus)   ? gs_buf_add(out, &data[i], 1)
                 : c == ' ' && plus ? gs_buf_add(out, "+", 1)
                                    : gs_buf_add(out, escape, 3);
        if (rc != 0)
            return rc;
    }
    return 0;
}
