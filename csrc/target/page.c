#include "target/page.h"

#include <inttypes.h>

#include "target/send.h"

#define BYTES_MAX 100000000
#define JSON_MAX 16000000
#define CHUNK_MAX 1000000

void gs_page_small(struct gs_visit *visit)
{
    gs_answer_text(visit, 200, "ok, goose\n");
}

void gs_page_not_found(struct gs_visit *visit)
{
    gs_answer_text(visit, 404, "no such path\n");
}

void gs_page_bytes(struct gs_visit *visit)
{
    uint64_t len;
    if (!gs_text_number(visit->rest, BYTES_MAX, &len)) {
        gs_answer_text(visit, 400, "/bytes/N: N is 0 to 100000000\n");
        return;
    }
    gs_answer_start(visit, 200);
    gs_answer_pattern_body(visit, len);
}

// {"id": .., "token": .., "items": [..], "pad": ".."} of exactly N bytes, if N is 80 or more.
void gs_page_json(struct gs_visit *visit)
{
    static const char tail[] = "], \"pad\": \"\"}\n";
    struct gs_buf json = GS_BUF_EMPTY;
    uint64_t len;
    if (!gs_text_number(visit->rest, JSON_MAX, &len)) {
        gs_answer_text(visit, 400, "/json/N: N is 0 to 16000000\n");
        return;
    }
    gs_buf_str(&json, "{\"id\": 7, \"token\": \"0123456789abcdef\", \"items\": [");
    for (unsigned i = 0; json.len + sizeof tail + 40 < len; i++)
        gs_buf_printf(&json, "%s{\"id\": %u, \"name\": \"item %u\"}", i ? ", " : "", i, i);
    gs_buf_str(&json, tail);
    size_t pad = json.len < len ? (size_t)len - json.len : 0;
    json.len -= 3; // inside the quotes of "pad"
    gs_buf_add(&json, gs_answer_pattern(), pad < GS_PATTERN_LEN ? pad : GS_PATTERN_LEN);
    gs_buf_str(&json, "\"}\n");
    gs_answer_json(visit, 200, &json);
}

void gs_page_status(struct gs_visit *visit)
{
    uint64_t status;
    if (!gs_text_number(visit->rest, 999, &status) || status < 200) {
        gs_answer_text(visit, 400, "/status/N: N is 200 to 999\n");
        return;
    }
    gs_answer_text(visit, (unsigned)status, gs_answer_reason((unsigned)status));
}

// One chunk with its frame, to be sent again and again. Takes nothing, gives an owned block.
static bool make_chunk(struct gs_peer_stream *stream, size_t size)
{
    struct gs_buf chunk = GS_BUF_EMPTY;
    gs_buf_printf(&chunk, "%zx\r\n", size);
    for (size_t n; size; size -= n) {
        n = size < GS_PATTERN_LEN ? size : GS_PATTERN_LEN;
        gs_buf_add(&chunk, gs_answer_pattern(), n);
    }
    if (gs_buf_str(&chunk, "\r\n") != 0) {
        gs_buf_fini(&chunk);
        return false;
    }
    stream->block = stream->owned = chunk.data;
    stream->block_len = chunk.len;
    return true;
}

void gs_page_chunked(struct gs_visit *visit)
{
    struct gs_peer_stream stream = {.tail = "0\r\n\r\n"};
    struct gs_text size = visit->rest;
    struct gs_text number = gs_text_cut(&size, '/');
    uint64_t chunks, each;
    if (!gs_text_number(number, BYTES_MAX, &chunks) || !gs_text_number(size, CHUNK_MAX, &each) ||
        each == 0 || chunks * each > BYTES_MAX) {
        gs_answer_text(visit, 400, "/chunked/N/SIZE: SIZE is 1 to 1000000, in all 100000000\n");
        return;
    }
    gs_answer_start(visit, 200);
    gs_answer_field(visit, "Content-Type", "application/octet-stream");
    gs_buf_str(&visit->target->out, "Transfer-Encoding: chunked\r\n\r\n");
    if (visit->peer->head_only)
        return;
    if (!make_chunk(&stream, (size_t)each)) {
        visit->peer->end = GS_PEER_RESET;
        return;
    }
    stream.left = chunks * stream.block_len;
    gs_send_stream(visit->peer, &stream);
}

void gs_page_close(struct gs_visit *visit)
{
    visit->peer->end = GS_PEER_CLOSE;
    gs_answer_text(visit, 200, "closing\n");
}

void gs_page_close_delimited(struct gs_visit *visit)
{
    uint64_t len;
    visit->peer->end = GS_PEER_CLOSE;
    if (!gs_text_number(visit->rest, BYTES_MAX, &len)) {
        gs_answer_text(visit, 400, "/close-delimited/N: N is 0 to 100000000\n");
        return;
    }
    gs_answer_count(visit, 200);
    gs_buf_str(&visit->target->out, "HTTP/1.0 200 OK\r\nServer: goose-target\r\n"
                                    "Content-Type: application/octet-stream\r\n\r\n");
    gs_answer_pattern_bytes(visit, len);
}

void gs_page_no_content(struct gs_visit *visit)
{
    gs_answer_start(visit, 204);
    gs_answer_empty(visit);
}

void gs_page_utf8(struct gs_visit *visit)
{
    gs_answer_start(visit, 200);
    gs_answer_body(visit, "text/html; charset=utf-8",
                   GS_TEXT("<p>Gr\xc3\xbc\xc3\x9f Gott, \xce\xa9\xce\xbc\xce\xad\xce\xb3\xce\xb1, "
                           "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e, \xf0\x9f\xaa\xbf</p>\n"));
}

void gs_page_latin1(struct gs_visit *visit)
{
    gs_answer_start(visit, 200);
    gs_answer_body(visit, "text/plain; charset=iso-8859-1", GS_TEXT("Gr\xfc\xdf Gott, \xa7 1\n"));
}

// A name that is a token and a value without control characters.
static bool is_field(struct gs_text name, const struct gs_buf *value)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || strchr("()<>@,;:\\\"/[]?={}%\x7f", name.data[i]))
            return false;
    for (size_t i = 0; i < value->len; i++)
        if ((unsigned char)value->data[i] < ' ' || value->data[i] == 0x7f)
            return false;
    return name.len > 0;
}

// Adds the query's fields as headers; false when one cannot be one.
static bool put_fields(struct gs_buf *out, struct gs_text query)
{
    struct gs_buf value = GS_BUF_EMPTY;
    bool good = true;
    while (good && query.len) {
        struct gs_text field = gs_text_cut(&query, '&');
        struct gs_text name = gs_text_cut(&field, '=');
        value.len = 0;
        gs_text_decode(&value, field, true);
        good = is_field(name, &value);
        gs_buf_add(out, name.data, name.len);
        gs_buf_str(out, ": ");
        gs_buf_add(out, value.data, value.len);
        gs_buf_str(out, "\r\n");
    }
    gs_buf_fini(&value);
    return good;
}

void gs_page_set_header(struct gs_visit *visit)
{
    struct gs_buf fields = GS_BUF_EMPTY;
    if (put_fields(&fields, visit->request->query)) {
        gs_answer_start(visit, 200);
        gs_buf_add(&visit->target->out, fields.data, fields.len);
        gs_answer_body(visit, "text/plain", GS_TEXT("headers set\n"));
    } else {
        gs_answer_text(visit, 400, "/set-header?Name=value: not a header\n");
    }
    gs_buf_fini(&fields);
}

// ---- redirects

// The status asked for in the query, or 302.
static unsigned redirect_status(struct gs_visit *visit)
{
    struct gs_buf text = GS_BUF_EMPTY;
    uint64_t status = 302;
    if (gs_text_field(visit->request->query, "status", &text) &&
        (!gs_text_number((struct gs_text){text.data, text.len}, 399, &status) || status < 300))
        status = 302;
    gs_buf_fini(&text);
    return (unsigned)status;
}

void gs_page_redirect(struct gs_visit *visit)
{
    struct gs_text query = visit->request->query;
    struct gs_buf location = GS_BUF_EMPTY;
    uint64_t hops;
    if (!gs_text_number(visit->rest, BYTES_MAX, &hops)) {
        gs_answer_text(visit, 400, "/redirect/N: N is the number of hops\n");
        return;
    }
    if (hops == 0) {
        gs_answer_text(visit, 200, "arrived\n");
        return;
    }
    gs_buf_printf(&location, "/redirect/%" PRIu64 "%s%.*s", hops - 1, query.len ? "?" : "",
                  (int)query.len, query.data);
    gs_buf_add(&location, "", 1);
    gs_answer_redirect(visit, redirect_status(visit), location.data);
    gs_buf_fini(&location);
}

void gs_page_redirect_to(struct gs_visit *visit)
{
    struct gs_buf url = GS_BUF_EMPTY;
    if (gs_text_field(visit->request->query, "url", &url) && is_field(GS_TEXT("x"), &url)) {
        gs_buf_add(&url, "", 1);
        gs_answer_redirect(visit, redirect_status(visit), url.data);
    } else {
        gs_answer_text(visit, 400, "/redirect-to?url=..&status=3xx\n");
    }
    gs_buf_fini(&url);
}

// ---- counters

void gs_page_counters(struct gs_visit *visit)
{
    struct gs_buf json = GS_BUF_EMPTY;
    gs_count_json(&visit->target->count, &json);
    gs_answer_json(visit, 200, &json);
}

void gs_page_reset(struct gs_visit *visit)
{
    if (!gs_text_is(visit->request->method, "POST")) {
        gs_answer_text(visit, 405, "POST only\n");
        return;
    }
    gs_count_reset(&visit->target->count);
    for (int i = 0; i < GS_STATE_MEMOS; i++)
        visit->target->memos[i].head_len = 0; // its row is gone
    gs_answer_text(visit, 200, "reset\n");
}
