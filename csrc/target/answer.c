#include "target/answer.h"

#include <inttypes.h>

#include "target/send.h"

#define SMALL 16384 // bodies up to this are written at once, longer ones streamed

static const struct {
    unsigned status;
    const char *reason;
} reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {418, "I'm a teapot"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
};

const char *gs_answer_reason(unsigned status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unnamed";
}

void gs_answer_count(struct gs_visit *visit, unsigned status)
{
    struct gs_count *count = &visit->target->count;
    visit->status = status;
    if (visit->peer->epoch != count->epoch)
        return;
    count->answered++;
    gs_count_status(gs_count_at(count, visit->peer->row), status, 1);
}

void gs_answer_start(struct gs_visit *visit, unsigned status)
{
    struct gs_buf *out = &visit->target->out;
    gs_answer_count(visit, status);
    if (status == 200)
        gs_buf_str(out, "HTTP/1.1 200 OK\r\n");
    else
        gs_buf_printf(out, "HTTP/1.1 %u %s\r\n", status, gs_answer_reason(status));
    gs_buf_str(out, "Server: goose-target\r\n");
    if (visit->peer->end == GS_PEER_CLOSE)
        gs_buf_str(out, "Connection: close\r\n");
    else if (visit->peer->old)
        gs_buf_str(out, "Connection: keep-alive\r\n");
    visit->bodiless = status < 200 || status == 204 || status == 304;
}

void gs_answer_field(struct gs_visit *visit, const char *name, const char *value)
{
    struct gs_buf *out = &visit->target->out;
    gs_buf_str(out, name);
    gs_buf_str(out, ": ");
    gs_buf_str(out, value);
    gs_buf_str(out, "\r\n");
}

static void put_length(struct gs_buf *out, uint64_t len)
{
    char digits[24];
    char *at = digits + sizeof digits;
    do {
        *--at = (char)('0' + len % 10);
        len /= 10;
    } while (len);
    gs_buf_str(out, "Content-Length: ");
    gs_buf_add(out, at, (size_t)(digits + sizeof digits - at));
    gs_buf_str(out, "\r\n\r\n");
}

void gs_answer_body(struct gs_visit *visit, const char *type, struct gs_text body)
{
    struct gs_buf *out = &visit->target->out;
    if (visit->bodiless) {
        gs_answer_empty(visit);
        return;
    }
    gs_answer_field(visit, "Content-Type", type);
    put_length(out, body.len);
    if (!visit->peer->head_only)
        gs_buf_add(out, body.data, body.len);
}

void gs_answer_empty(struct gs_visit *visit)
{
    if (visit->bodiless)
        gs_buf_str(&visit->target->out, "\r\n");
    else
        put_length(&visit->target->out, 0);
}

void gs_answer_text(struct gs_visit *visit, unsigned status, const char *text)
{
    gs_answer_start(visit, status);
    gs_answer_body(visit, "text/plain", (struct gs_text){text, strlen(text)});
}

void gs_answer_json(struct gs_visit *visit, unsigned status, struct gs_buf *json)
{
    gs_answer_start(visit, status);
    gs_answer_body(visit, "application/json", (struct gs_text){json->data, json->len});
    gs_buf_fini(json);
}

void gs_answer_redirect(struct gs_visit *visit, unsigned status, const char *location)
{
    gs_answer_start(visit, status);
    gs_answer_field(visit, "Location", location);
    gs_answer_empty(visit);
}

static char pattern[GS_PATTERN_LEN];
static uv_once_t pattern_once = UV_ONCE_INIT;

static void make_pattern(void)
{
    for (int i = 0; i < GS_PATTERN_LEN; i++)
        pattern[i] = (char)('a' + i % 26);
}

const char *gs_answer_pattern(void)
{
    uv_once(&pattern_once, make_pattern);
    return pattern;
}

void gs_answer_pattern_bytes(struct gs_visit *visit, uint64_t len)
{
    const char *block = gs_answer_pattern();
    if (visit->peer->head_only || visit->bodiless)
        return;
    if (len <= SMALL) {
        gs_buf_add(&visit->target->out, block, (size_t)len);
        return;
    }
    struct gs_peer_stream stream = {.block = block, .block_len = GS_PATTERN_LEN, .left = len};
    gs_send_stream(visit->peer, &stream);
}

void gs_answer_pattern_body(struct gs_visit *visit, uint64_t len)
{
    gs_answer_field(visit, "Content-Type", "application/octet-stream");
    put_length(&visit->target->out, len);
    gs_answer_pattern_bytes(visit, len);
}
