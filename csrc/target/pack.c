#include "target/pack.h"

#include <stdlib.h>
#include <zlib.h>

#define PLAIN_MAX 16000000
#define GZIP_BITS (15 + 16)
#define MIB (1U << 20)

// Compresses in one go, appended to *out; false without memory.
static bool pack(struct gs_buf *out, const char *data, size_t len, int bits)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data, .avail_in = (uInt)len};
    if (deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t bound = deflateBound(&z, len);
    int rc = Z_MEM_ERROR;
    if (gs_buf_reserve(out, bound) == 0) {
        z.next_out = (unsigned char *)out->data + out->len;
        z.avail_out = (uInt)bound;
        rc = deflate(&z, Z_FINISH);
        out->len += z.total_out;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END;
}

// A JSON text of exactly len bytes, if 40 or more.
static void make_text(struct gs_buf *text, size_t len)
{
    gs_buf_str(text, "{\"compressed\": true, \"pad\": \"");
    while (text->len + 3 < len) {
        size_t n = len - 3 - text->len;
        if (gs_buf_add(text, gs_answer_pattern(), n < GS_PATTERN_LEN ? n : GS_PATTERN_LEN) != 0)
            break;
    }
    gs_buf_str(text, "\"}\n");
}

static void answer_packed(struct gs_visit *visit, const char *encoding, struct gs_text body)
{
    gs_answer_start(visit, 200);
    gs_answer_field(visit, "Content-Encoding", encoding);
    gs_answer_body(visit, "application/json", body);
}

static void answer_text(struct gs_visit *visit, const char *encoding, int bits)
{
    struct gs_buf text = GS_BUF_EMPTY, packed = GS_BUF_EMPTY;
    uint64_t len = 1000;
    if (visit->rest.len && !gs_text_number(visit->rest, PLAIN_MAX, &len)) {
        gs_answer_text(visit, 400, "the length is 0 to 16000000\n");
        return;
    }
    make_text(&text, (size_t)len);
    if (pack(&packed, text.data, text.len, bits))
        answer_packed(visit, encoding, (struct gs_text){packed.data, packed.len});
    else
        gs_answer_text(visit, 503, "out of memory\n");
    gs_buf_fini(&text);
    gs_buf_fini(&packed);
}

void gs_pack_gzip(struct gs_visit *visit)
{
    answer_text(visit, "gzip", GZIP_BITS);
}

void gs_pack_deflate(struct gs_visit *visit)
{
    answer_text(visit, "deflate", 15);
}

void gs_pack_deflate_raw(struct gs_visit *visit)
{
    answer_text(visit, "deflate", -15);
}

void gs_pack_broken(struct gs_visit *visit)
{
    struct gs_buf text = GS_BUF_EMPTY, packed = GS_BUF_EMPTY;
    make_text(&text, 1000);
    pack(&packed, text.data, text.len, GZIP_BITS);
    for (size_t i = 20; i < packed.len && i < 30; i++)
        packed.data[i] ^= 0x55;
    answer_packed(visit, "gzip", (struct gs_text){packed.data, packed.len / 2});
    gs_buf_fini(&text);
    gs_buf_fini(&packed);
}

// ---- the bomb

// One MiB of zeros as blocks of deflate that stand for themselves wherever they are put.
static bool pack_zeros(struct gs_buf *out)
{
    unsigned char *zeros = calloc(1, MIB);
    z_stream z = {.next_in = zeros, .avail_in = MIB};
    bool good = zeros && deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK;
    if (good) {
        good = gs_buf_reserve(out, 65536) == 0;
        z.next_out = (unsigned char *)out->data;
        z.avail_out = 65536;
        good = good && deflate(&z, Z_FULL_FLUSH) == Z_OK && z.avail_in == 0;
        out->len = z.total_out;
        deflateEnd(&z);
    }
    free(zeros);
    return good;
}

static void put_le32(struct gs_buf *out, uint32_t number)
{
    for (int i = 0; i < 4; i++, number >>= 8) {
        char byte = (char)(number & 255);
        gs_buf_add(out, &byte, 1);
    }
}

// CRC of 1 GiB of zeros: that of 1 MiB, doubled ten times.
static uint32_t crc_of_zeros(void)
{
    static const unsigned char zeros[1024];
    uLong crc = crc32(0, zeros, sizeof zeros);
    for (uint64_t len = sizeof zeros; len < 1ULL << 30; len *= 2)
        crc = crc32_combine(crc, crc, (z_off_t)len);
    return (uint32_t)crc;
}

static void make_bomb(struct gs_buf *bomb)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
    static const char last_block[] = "\x03";
    struct gs_buf block = GS_BUF_EMPTY;
    if (pack_zeros(&block)) {
        gs_buf_add(bomb, head, 10);
        for (int i = 0; i < 1024; i++)
            gs_buf_add(bomb, block.data, block.len);
        gs_buf_add(bomb, last_block, 2);
        put_le32(bomb, crc_of_zeros());
        put_le32(bomb, 1U << 30);
    }
    gs_buf_fini(&block);
}

void gs_pack_bomb(struct gs_visit *visit)
{
    struct gs_buf *bomb = &visit->target->bomb;
    if (bomb->len == 0)
        make_bomb(bomb);
    answer_packed(visit, "gzip", (struct gs_text){bomb->data, bomb->len});
}
