#include "plan/reply.h"

#include "plan/known.h"
#include "plan/value_rig.h"

// A reply that borrows these bytes.
static struct gs_reply *reply_of(const char *head, const char *body, size_t body_len)
{
    struct gs_reply *reply = gs_reply_new();
    reply->status = 200;
    reply->head = head;
    reply->head_len = strlen(head);
    reply->body = body;
    reply->body_len = body_len;
    reply->borrowed = true;
    return reply;
}

static struct gs_value value_of(struct gs_reply *reply)
{
    return GS_VALUE(GS_REPLY, reply, reply);
}

// ---- fields -----------------------------------------------------------------------------------

static void fields_are_found(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type:  text/html ; x \r\nX-Empty:\r\n"
                               "x-Bare: no cr\nX-Two: a\r\nX-Two: b\r\nX-Last: end";
    static const struct {
        const char *name, *value; // NULL: there is none
    } rows[] = {{"content-type", "text/html ; x"},
                {"x-empty", ""},
                {"x-bare", "no cr"},
                {"x-two", "a"},
                {"x-last", "end"},
                {"x-las", NULL},
                {"last", NULL},
                {"http/1.1 200 ok", NULL},
                {"x-none", NULL}};
    struct gs_reply *reply = reply_of(head, "", 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len = 999;
        const char *value = gs_reply_field(reply, rows[i].name, &len);
        CHECK_EQ(value != NULL, rows[i].value != NULL);
        if (value && rows[i].value)
            CHECK_TEXT(value, len, rows[i].value);
    }
    gs_drop(value_of(reply));
}

// A head may be cut anywhere; nothing is read behind it.
static void cut_heads_are_not_read_beyond(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    for (size_t len = 0; len < sizeof head; len++) {
        char *copy = malloc(len + 1);
        memcpy(copy, head, len);
        char *exact = realloc(copy, len ? len : 1);
        struct gs_reply *reply = reply_of("", "x", 1);
        struct gs_value out;
        size_t found;
        reply->head = exact;
        reply->head_len = len;
        gs_reply_field(reply, "content-type", &found);
        if (gs_reply_reason(reply, &out))
            gs_drop(out);
        if (gs_reply_text(reply, &out))
            gs_drop(out);
        gs_drop(value_of(reply));
        free(exact);
    }
    struct gs_reply *none = gs_reply_new(); // no answer at all
    size_t len;
    CHECK(gs_reply_field(none, "x", &len) == NULL);
    gs_drop(value_of(none));
}

static void reasons_are_told(void)
{
    static const struct {
        const char *head, *reason; // NULL: declines
    } rows[] = {{"HTTP/1.1 404 Not Found\r\n\r\n", "'Not Found'"},
                {"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "'OK'"},
                {"HTTP/1.1 200 OK\n\n", "'OK'"},
                {"HTTP/1.1 200 \r\n\r\n", "''"},
                {"HTTP/1.1 200\r\n\r\n", "''"},
                {"HTTP/1.1 200 Tr\xc3\xa8s bien\r\n\r\n", NULL}};
    struct gs_value out;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_reply *reply = reply_of(rows[i].head, "", 0);
        bool done = gs_reply_reason(reply, &out);
        CHECK_EQ(done, rows[i].reason != NULL);
        if (done) {
            CHECK_REPR(out, rows[i].reason);
            gs_drop(out);
        }
        gs_drop(value_of(reply));
    }
    struct gs_reply *none = gs_reply_new();
    CHECK(gs_reply_reason(none, &out) && out.tag == GS_NONE);
    gs_drop(value_of(none));
}

// ---- text and content -------------------------------------------------------------------------

static void text_follows_the_charset(void)
{
    static const struct {
        const char *type; // NULL: no field
        const char *body, *text;
    } rows[] = {{NULL, "a\xc3\xa9", "'a\xc3\xa9'"},
                {"application/json", "\xc3\xa9", "'\xc3\xa9'"},
                {"text/plain", "abc", "'abc'"},
                {"text/plain", "a\xe9", "'a\xc3\xa9'"}, // ISO-8859-1
                {"text/plain; charset=utf-8", "\xc3\xa9", "'\xc3\xa9'"},
                {"text/plain; CHARSET=UTF8", "\xc3\xa9", "'\xc3\xa9'"},
                {"text/plain; charset=\"utf-8\"", "\xc3\xa9", "'\xc3\xa9'"},
                {"text/plain; charset=utf-8; x=y", "\xc3\xa9", "'\xc3\xa9'"},
                {"text/plain;charset='latin-1'", "\xe9\xff", "'\xc3\xa9\xc3\xbf'"},
                {"application/x; charset=ISO-8859-1", "\xe9", "'\xc3\xa9'"},
                {"text/plain; charset=utf-8", "\xe9", NULL}, // is not what it says
                {"text/plain; charset=koi8-r", "abc", NULL},
                {"text/plain; charset", "abc", "'abc'"},
                {NULL, "\xff\xfe", NULL},
                {"text/plain", "", "''"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char head[200] = "HTTP/1.1 200 OK\r\n";
        struct gs_value out, again;
        if (rows[i].type)
            snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n", rows[i].type);
        strcat(head, "\r\n");
        struct gs_reply *reply = reply_of(head, rows[i].body, strlen(rows[i].body));
        bool done = gs_reply_text(reply, &out);
        if (done != (rows[i].text != NULL)) {
            gs_test_failures++;
            fprintf(stderr, "%s: text %s\n", rows[i].type, done ? "is given" : "declines");
        }
        if (done && rows[i].text) {
            CHECK_REPR(out, rows[i].text);
            CHECK_EQ(out.str->chars, gs_utf8_count(out.str->data, out.str->len));
            CHECK(gs_reply_text(reply, &again)); // made once
            CHECK(again.str == out.str);
            gs_drop(again);
        }
        if (done)
            gs_drop(out);
        gs_drop(value_of(reply));
    }
}

static void text_outlives_its_reply(void)
{
    struct gs_value out;
    struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", "body", 4);
    CHECK(gs_reply_text(reply, &out));
    gs_drop(value_of(reply));
    CHECK_REPR(out, "'body'");
    CHECK_EQ(rig_refs(out), 1);
    gs_drop(out);
}

static void content_is_bytes(void)
{
    struct gs_value out;
    struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", "\0\xff", 2);
    CHECK(gs_reply_content(reply, &out));
    CHECK(out.tag == GS_BYTES && out.str->len == 2 && memcmp(out.str->data, "\0\xff", 2) == 0);
    gs_drop(out);
    gs_drop(value_of(reply));
}

// Of a body that is not whole, not decoded yet, or Python's nothing is told.
static void odd_bodies_are_declined(void)
{
    for (int i = 0; i < 3; i++) {
        struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", "[1]", 3);
        struct gs_value out;
        reply->cut = i == 0;
        reply->encoded = i == 1;
        reply->object.gone = i == 2;
        CHECK(!gs_reply_text(reply, &out));
        CHECK(!gs_reply_content(reply, &out));
        CHECK(!gs_reply_json(reply, NULL, &out));
        CHECK_EQ(reply->object.refs, 1);
        gs_drop(value_of(reply));
    }
}

// ---- JSON -------------------------------------------------------------------------------------

static void json_is_parsed_when_it_is_json(void)
{
    static const struct {
        const char *body;
        size_t len;
        const char *expected; // NULL: declines
    } rows[] = {
#define BODY(text) text, sizeof text - 1
            {BODY("{\"a\": [1, 2.5, null, true]}"), "{'a': [1, 2.5, None, True]}"},
            {BODY("[]"), "[]"},
            {BODY("1"), "1"},
            {BODY("12"), "12"},
            {BODY("123"), "123"},
            {BODY("\"\""), "''"},
            {BODY("null"), "None"},
            {BODY(" [1]\n"), "[1]"},
            {BODY("\"\xc3\xa9\""), "'\xc3\xa9'"},
            {BODY("[\"\xc3\xa9\"]"), "['\xc3\xa9']"},
            {BODY(""), NULL},
            {BODY("{"), NULL},
            {BODY("[1] 2"), NULL},
            {BODY("\xef\xbb\xbf[1]"), NULL}, // a byte order mark
            {BODY("[\0001\0]\0"), NULL},     // UTF-16
            {BODY("\0[\0001"), NULL},
            {BODY("[\"\xff\"]"), NULL},
            {BODY("1\0"), NULL},
            {BODY("\"\\ud800\""), NULL},          // a lone surrogate
            {BODY("99999999999999999999"), NULL}, // beyond 64 bits
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *body = malloc(rows[i].len ? rows[i].len : 1);
        memcpy(body, rows[i].body, rows[i].len);
        struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", body, rows[i].len);
        struct gs_value out;
        bool done = gs_reply_json(reply, NULL, &out);
        // short ones that are not ASCII may be left to Python
        if (done != (rows[i].expected != NULL) && !(!done && rows[i].len < 5)) {
            gs_test_failures++;
            fprintf(stderr, "row %zu: json %s\n", i, done ? "is given" : "declines");
        }
        if (done) {
            CHECK_EQ(out.tag, GS_VIEW);
            CHECK(gs_json_touch(out.view));
            CHECK_REPR(out.view->value, rows[i].expected);
            gs_drop(out);
        }
        gs_drop(value_of(reply));
        free(body);
    }
}

// Whether the lane's bytes are gone: they are written over and freed.
static void spoil(char **head, char **body)
{
    memset(*head, '#', strlen(*head));
    memset(*body, '#', strlen(*body));
    free(*head);
    free(*body);
    *head = *body = NULL;
}

static void views_go_on_over_owned_bytes(void)
{
    char *head = strdup("HTTP/1.1 200 Fine\r\nX: y\r\n\r\n"), *body = strdup("{\"k\": [1, \"x\"]}");
    struct gs_reply *reply = reply_of(head, body, strlen(body));
    struct gs_value touched, fresh, gone, found, key = rig_value("'k'"), text;
    CHECK(gs_reply_json(reply, NULL, &touched) && gs_reply_json(reply, NULL, &fresh) &&
          gs_reply_json(reply, NULL, &gone));
    CHECK(gs_json_touch(touched.view));
    CHECK_EQ(reply->object.refs, 4); // they keep it
    gs_drop(gone);                   // the one that was made last ...
    CHECK(gs_reply_own(reply));
    CHECK(!reply->borrowed);
    spoil(&head, &body);
    CHECK(gs_reply_own(reply)); // nothing more to do
    CHECK(gs_json_find(fresh.view, &key, 1, &found));
    CHECK_REPR(found, "[1, 'x']");
    gs_drop(found);
    gs_drop(touched); // ... and one in the middle
    CHECK(gs_json_touch(fresh.view));
    CHECK_REPR(fresh.view->value, "{'k': [1, 'x']}");
    CHECK(gs_reply_text(reply, &text));
    CHECK_REPR(text, "'{\"k\": [1, \"x\"]}'");
    gs_drop(text);
    size_t len;
    const char *field = gs_reply_field(reply, "x", &len);
    CHECK(field != NULL);
    CHECK_TEXT(field, len, "y");
    gs_drop(value_of(reply)); // the view is the last to hold it
    CHECK_EQ(reply->object.refs, 1);
    CHECK(reply->views == fresh.view);
    gs_drop(fresh);
    gs_drop(key);
}

// What was parsed while the bytes were borrowed stays when they go.
static void parsed_values_are_their_own(void)
{
    char *head = strdup("HTTP/1.1 200 OK\r\n\r\n"), *body = strdup("[\"text\", {\"k\": \"v\"}]");
    struct gs_reply *reply = reply_of(head, body, strlen(body));
    struct gs_value view, at = GS_INT_VALUE(0), found;
    CHECK(gs_reply_json(reply, NULL, &view));
    CHECK(gs_json_find(view.view, &at, 1, &found));
    CHECK(gs_json_touch(view.view));
    gs_drop(value_of(reply));
    CHECK(gs_reply_own(reply)); // the view's
    spoil(&head, &body);
    CHECK_REPR(found, "'text'");
    CHECK_REPR(view.view->value, "['text', {'k': 'v'}]");
    gs_drop(found);
    gs_drop(view);
}

// Bytes that came before are not checked again, and what was found in them is found where it is.
static void documents_that_come_again(void)
{
    static const char *const bodies[] = {
            "{\"id\": 1, \"pad\": \"012345678901234567890123456789012345678901234567890123\"}",
            "{\"id\": 2, \"pad\": \"012345678901234567890123456789012345678901234567890123\"}",
            "{\"pad\": \"012345678901234567890123456789012345678901234567890123\", \"id\": 3}",
    };
    struct gs_known *known = gs_known_new();
    struct gs_value key = rig_value("'id'"), view, found;
    key.object->refs = GS_IMMORTAL; // as the constants of a program
    for (int round = 0; round < 9; round++) {
        const char *body = bodies[round % 3 ? round % 3 : round % 2];
        struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", body, strlen(body));
        CHECK(gs_reply_json(reply, known, &view));
        CHECK(view.view->doc != NULL);
        CHECK(gs_json_find(view.view, &key, 1, &found));
        CHECK_EQ(found.i, 1 + (body == bodies[1]) + 2 * (body == bodies[2]));
        gs_drop(view);
        gs_drop(value_of(reply));
    }
    const char *broken = "{\"id\": 1, \"pad\": \"0123456789012345678901234567890123456789012345\"";
    struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", broken, strlen(broken));
    CHECK(!gs_reply_json(reply, known, &view));
    CHECK(!gs_reply_json(reply, known, &view));
    gs_drop(value_of(reply));
    key.object->refs = 1;
    gs_drop(key);
    gs_known_free(known);
}

// ---- lives ------------------------------------------------------------------------------------

static int left_count;

static void left(struct gs_reply *reply)
{
    left_count++;
    CHECK(reply->url.tag == GS_STR); // it is whole yet
}

static void all_that_it_holds_is_freed(void)
{
    struct gs_pyref *trash = NULL;
    struct gs_value url = rig_value("'/x'"), failure = rig_value("'bad'"), out;
    struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", "x", 1);
    left_count = 0;
    reply->left = left;
    reply->url = gs_keep(url);
    reply->failure = gs_keep(failure);
    reply->python = rig_python(&trash).pyref;
    CHECK(gs_reply_own(reply));
    CHECK(gs_reply_text(reply, &out));
    gs_drop(out);
    gs_keep(value_of(reply));
    gs_drop(value_of(reply));
    CHECK_EQ(left_count, 0);
    gs_drop(value_of(reply));
    CHECK_EQ(left_count, 1);
    CHECK_EQ(rig_refs(url), 1);
    CHECK_EQ(rig_refs(failure), 1);
    CHECK_EQ(rig_empty(&trash), 1);
    gs_drop(url);
    gs_drop(failure);
}

// Another takes the bytes: they are not freed with it.
static void a_bare_reply_has_forgotten_its_bytes(void)
{
    struct gs_reply *reply = reply_of("HTTP/1.1 200 OK\r\n\r\n", "body", 4);
    CHECK(gs_reply_own(reply));
    struct gs_buf head = reply->own_head, body = reply->own_body;
    gs_reply_bare(reply);
    CHECK(reply->head == NULL && reply->body == NULL && !reply->borrowed);
    CHECK_EQ(reply->head_len + reply->body_len, 0);
    CHECK(gs_reply_own(reply)); // of nothing
    gs_drop(value_of(reply));
    CHECK_TEXT(body.data, body.len, "body");
    gs_buf_fini(&head);
    gs_buf_fini(&body);
}

TEST_MAIN(TEST(fields_are_found), TEST(cut_heads_are_not_read_beyond), TEST(reasons_are_told),
          TEST(text_follows_the_charset), TEST(text_outlives_its_reply), TEST(content_is_bytes),
          TEST(odd_bodies_are_declined), TEST(json_is_parsed_when_it_is_json),
          TEST(views_go_on_over_owned_bytes), TEST(parsed_values_are_their_own),
          TEST(documents_that_come_again), TEST(all_that_it_holds_is_freed),
          TEST(a_bare_reply_has_forgotten_its_bytes))
