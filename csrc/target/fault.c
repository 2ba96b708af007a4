#include "target/fault.h"

#include <stdlib.h>

#include "base/clock.h"
#include "target/pack.h"
#include "target/send.h"

#define OK "HTTP/1.1 200 OK\r\nServer: goose-target\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

// What follows the bytes of a fault. The connection stays open where that is possible: a client
// must see what is wrong without being helped by a close.
enum after { STAY, CLOSE };

// Answers given byte by byte, and repeated without end where `endless` is set.
static const struct {
    const char *name;
    uint16_t status; // counted; 0: none was sent
    uint8_t after;
    const char *bytes;
    const char *endless;
} answers[] = {
        {"bad-status", 0, STAY, "HTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-status/number", 0, STAY, "HTTP/1.1 abc OK\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-status/short", 0, STAY, "HTTP/1.1 20\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-status/version", 0, STAY, "HTTP/3.7 200 OK\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-header", 200, STAY, OK "No colon here\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-header/name", 200, STAY, OK "Bad name: x\r\nContent-Length: 3\r\n\r\nok\n", NULL},
        {"bad-header/fold", 200, STAY, OK "X-Folded: a\r\n b\r\nContent-Length: 3\r\n\r\nok\n",
         NULL},
        {"bad-length/neg", 200, STAY, OK "Content-Length: -5\r\n\r\nok\n", NULL},
        {"bad-length/dup", 200, STAY, OK "Content-Length: 3\r\nContent-Length: 3\r\n\r\nok\n",
         NULL},
        {"bad-length/huge", 200, STAY, OK "Content-Length: 99999999999999999999\r\n\r\nok\n", NULL},
        {"bad-length/text", 200, STAY, OK "Content-Length: three\r\n\r\nok\n", NULL},
        {"bad-length/empty", 200, STAY, OK "Content-Length:\r\n\r\nok\n", NULL},
        {"bad-length/differ", 200, STAY, OK "Content-Length: 3\r\nContent-Length: 4\r\n\r\nok\n",
         NULL},
        {"bad-length/long", 200, CLOSE, OK "Content-Length: 1000000000000\r\n\r\nok\n", NULL},
        {"bad-length/chunked", 200, CLOSE,
         OK "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n", NULL},
        {"bad-encoding", 200, STAY, OK "Transfer-Encoding: frob\r\n\r\nok\n", NULL},
        {"bad-chunk", 200, STAY, CHUNKED "zz\r\nok\n\r\n0\r\n\r\n", NULL},
        {"bad-chunk/neg", 200, STAY, CHUNKED "-3\r\nok\n\r\n0\r\n\r\n", NULL},
        {"bad-chunk/huge", 200, STAY, CHUNKED "ffffffffffffffffff\r\nok\n\r\n0\r\n\r\n", NULL},
        {"bad-chunk/no-crlf", 200, STAY, CHUNKED "3\r\nok\nXX0\r\n\r\n", NULL},
        {"bad-chunk/empty", 200, STAY, CHUNKED "\r\nok\n\r\n0\r\n\r\n", NULL},
        {"bad-chunk/cut", 200, CLOSE, CHUNKED "3\r\nok\n\r\n5\r\nab", NULL},
        {"bad-chunk/no-end", 200, CLOSE, CHUNKED "3\r\nok\n\r\n", NULL},
        {"bad-chunk/endless", 200, STAY, CHUNKED "3;", "extension"},
        {"bad-trailer/endless", 200, STAY, CHUNKED "3\r\nok\n\r\n0\r\n", "X-Trailer: goose\r\n"},
        {"101", 101, STAY,
         "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: goose\r\n\r\n", NULL},
        {"1xx-endless", 200, STAY, "", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"},
        {"surplus", 200, STAY, OK "Content-Length: 3\r\n\r\nok\nand more", NULL},
        {"surplus/answer", 200, STAY,
         OK "Content-Length: 3\r\n\r\nok\n" OK "Content-Length: 6\r\n\r\nwrong\n", NULL},
        {"redirect-loop", 302, STAY,
         "HTTP/1.1 302 Found\r\nLocation: /fault/redirect-loop\r\nContent-Length: 0\r\n\r\n", NULL},
        {"bad-location", 302, STAY,
         "HTTP/1.1 302 Found\r\nLocation: http://[::bad:99999/\r\nContent-Length: 0\r\n\r\n", NULL},
        {"bad-location/scheme", 302, STAY,
         "HTTP/1.1 302 Found\r\nLocation: gopher://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", NULL},
        {"bad-location/port", 302, STAY,
         "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\nContent-Length: 0\r\n\r\n",
         NULL},
        {"bad-location/none", 302, STAY, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", NULL},
        {"headers-endless", 200, STAY, OK, "X-Endless: goose\r\n"},
        {"header-huge", 200, STAY, OK "X-Huge: ", "goose "},
        {"status-endless", 0, STAY, "HTTP/1.1 200 ", "goose "},
        {"body-endless", 200, STAY, OK "Content-Type: text/plain\r\n\r\n", "goose\n"},
        {"chunks-endless", 200, STAY, CHUNKED, "6\r\ngoose\n\r\n"},
        {"garbage", 0, STAY, "\x16\x03\x01\x02\x01\xff\xfe goose\r\n\r\n", NULL},
        {"close", 0, CLOSE, "", NULL},
};

#define REPEATS 512 // of the endless bytes in one block

static void answer_endless(struct gs_visit *visit, const char *bytes)
{
    struct gs_buf block = GS_BUF_EMPTY;
    for (int i = 0; i < REPEATS; i++)
        gs_buf_str(&block, bytes);
    struct gs_peer_stream stream = {
            .block = block.data, .owned = block.data, .block_len = block.len, .left = GS_NEVER};
    gs_send_stream(visit->peer, &stream);
}

static bool answer_from_table(struct gs_visit *visit)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (!gs_text_is(visit->rest, answers[i].name))
            continue;
        if (answers[i].status)
            gs_answer_count(visit, answers[i].status);
        gs_buf_str(&visit->target->out, answers[i].bytes);
        if (answers[i].after == CLOSE)
            visit->peer->end = GS_PEER_CLOSE;
        if (answers[i].endless)
            answer_endless(visit, answers[i].endless);
        return true;
    }
    return false;
}

// ---- those that take a number or time

static void reset(struct gs_visit *visit, double number)
{
    (void)number;
    visit->peer->end = GS_PEER_RESET;
}

static void hang(struct gs_visit *visit, double number)
{
    (void)number;
    gs_peer_hang(visit->peer);
}

// The first bytes of a good answer, its head included.
static void answer_part(struct gs_visit *visit, double number)
{
    struct gs_buf *out = &visit->target->out;
    size_t start = out->len;
    gs_answer_text(visit, 200, "a body of exactly forty-two bytes, no more");
    if ((double)(out->len - start) > number)
        out->len = start + (size_t)number;
}

static void close_half(struct gs_visit *visit, double number)
{
    answer_part(visit, number);
    visit->peer->end = GS_PEER_CLOSE;
}

static void end_by_reset(struct gs_visit *visit)
{
    visit->peer->end = GS_PEER_RESET;
}

// The reset comes a little later, so that the bytes are read before it.
static void reset_half(struct gs_visit *visit, double number)
{
    answer_part(visit, number);
    gs_peer_wait(visit->peer, 5 * GS_MS, end_by_reset);
}

static void end_by_close(struct gs_visit *visit)
{
    visit->peer->end = GS_PEER_CLOSE;
}

// A good answer on a connection that is to be kept, which closes after all a while later.
static void close_idle(struct gs_visit *visit, double number)
{
    gs_answer_text(visit, 200, "ok, goose\n");
    gs_peer_wait(visit->peer, (uint64_t)(number * 1e6), end_by_close);
}

// One byte of what is held, the next after the same time.
static void drip_on(struct gs_visit *visit)
{
    struct gs_peer *peer = visit->peer;
    gs_buf_add(&visit->target->out, peer->held.data + peer->held_at++, 1);
    if (peer->held_at < peer->held.len) {
        gs_peer_wait(peer, peer->drip_ns, drip_on);
        return;
    }
    gs_buf_fini(&peer->held);
    peer->held_at = 0;
}

static void drip(struct gs_visit *visit, double number)
{
    struct gs_buf *out = &visit->target->out;
    struct gs_peer *peer = visit->peer;
    size_t start = out->len;
    gs_answer_text(visit, 200, "ok, goose\n");
    gs_buf_add(&peer->held, out->data + start, out->len - start);
    out->len = start;
    peer->drip_ns = (uint64_t)(number * 1e6);
    gs_peer_wait(peer, peer->drip_ns, drip_on);
}

static void answer_interim(struct gs_visit *visit, double number)
{
    for (int i = 0; i < number && i < 100000; i++)
        gs_buf_str(&visit->target->out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    gs_answer_text(visit, 200, "ok, goose\n");
}

static void answer_bomb(struct gs_visit *visit, double number)
{
    (void)number;
    gs_pack_bomb(visit);
}

static void answer_broken(struct gs_visit *visit, double number)
{
    (void)number;
    gs_pack_broken(visit);
}

static const struct {
    const char *name; // one that ends with a slash wants a number behind it
    void (*answer)(struct gs_visit *visit, double number);
} acts[] = {
        {"reset", reset},
        {"hang", hang},
        {"half/", close_half},
        {"half-reset/", reset_half},
        {"idle-close/", close_idle},
        {"drip/", drip},
        {"1xx/", answer_interim},
        {"gzip-bomb", answer_bomb},
        {"gzip-broken", answer_broken},
};

void gs_fault_any(struct gs_visit *visit)
{
    if (answer_from_table(visit))
        return;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        size_t len = strlen(acts[i].name);
        if (visit->rest.len < len || memcmp(visit->rest.data, acts[i].name, len) != 0)
            continue;
        struct gs_text number = {visit->rest.data + len, visit->rest.len - len};
        double value = 0;
        if (acts[i].name[len - 1] == '/' ? !gs_text_decimal(number, &value) : number.len != 0)
            continue;
        acts[i].answer(visit, value);
        return;
    }
    gs_answer_text(visit, 404, "no such fault\n");
}
