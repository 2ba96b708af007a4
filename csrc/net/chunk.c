#include "net/chunk.h"

#include <string.h>

#define LINE_MAX_BYTES 4096
#define TRAILERS_MAX_BYTES 65536

enum { SIZE, EXTENSION, DATA, DATA_CR, DATA_LF, TRAILER, END };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// One byte of a chunk's size line. False when it cannot be there.
static int size_byte(struct gs_chunk *chunk, char c)
{
    if (++chunk->line > LINE_MAX_BYTES)
        return 0;
    int digit = hex(c);
    if (chunk->state == SIZE && digit >= 0) {
        if (chunk->left > UINT64_MAX >> 8 || chunk->line > 32)
            return 0;
        chunk->left = chunk->left * 16 + (unsigned)digit;
        return 1;
    }
    if (chunk->line == 1)
        return 0; // no digit at all
    if (c == '\n') {
        chunk->state = chunk->left ? DATA : TRAILER;
        chunk->line = 0;
        return 1;
    }
    if (chunk->state == SIZE && c != ';' && c != '\r' && c != ' ' && c != '\t')
        return 0;
    chunk->state = EXTENSION;
    return 1;
}

static int trailer_byte(struct gs_chunk *chunk, char c)
{
    if (++chunk->extra > TRAILERS_MAX_BYTES)
        return 0;
    if (c == '\n') {
        if (chunk->line == 0)
            chunk->state = END;
        chunk->line = 0;
    } else if (c != '\r') {
        chunk->line++;
    }
    return 1;
}

enum gs_chunk_result gs_chunk_decode(struct gs_chunk *chunk, char *data, size_t *len, size_t *used)
{
    size_t in = 0, out = 0, end = *len;
    int ok = 1;
    while (in < end && ok && chunk->state != END) {
        switch (chunk->state) {
        case DATA: {
            size_t n = end - in;
            if (n > chunk->left)
                n = (size_t)chunk->left;
            if (out != in)
                memmove(data + out, data + in, n);
            in += n;
            out += n;
            chunk->left -= n;
            if (chunk->left == 0)
                chunk->state = DATA_CR;
            break;
        }
        case DATA_CR:
            ok = data[in] == '\r' || data[in] == '\n';
            chunk->state = data[in++] == '\n' ? SIZE : DATA_LF;
            break;
        case DATA_LF:
            ok = data[in++] == '\n';
            chunk->state = SIZE;
            break;
        case TRAILER:
            ok = trailer_byte(chunk, data[in++]);
            break;
        default:
            ok = size_byte(chunk, data[in++]);
            break;
        }
    }
    *len = out;
    *used = in;
    if (!ok)
        return GS_CHUNK_BAD;
    return chunk->state == END ? GS_CHUNK_END : GS_CHUNK_MORE;
}
