#include "target/login.h"

#include <inttypes.h>
#include <stdio.h>

#define SIGNATURE 16 // hex digits

static struct gs_text slice(const struct gs_buf *b)
{
    return (struct gs_text){b->data, b->len};
}

// ---- cookies

// The next cookie of the request: *header and *rest keep the place (begin with -1 and nothing).
static bool next_cookie(const struct gs_parse *request, int *header, struct gs_text *rest,
                        struct gs_parse_field *cookie)
{
    while (rest->len == 0) {
        if (++*header >= request->header_count)
            return false;
        if (gs_text_like(request->headers[*header].name, GS_TEXT("cookie")))
            *rest = request->headers[*header].value;
    }
    cookie->value = gs_text_trim(gs_text_cut(rest, ';'));
    cookie->name = gs_text_cut(&cookie->value, '=');
    return true;
}

void gs_login_cookies(struct gs_visit *visit)
{
    struct gs_buf json = GS_BUF_EMPTY;
    struct gs_parse_field cookie;
    struct gs_text rest = {NULL, 0};
    const char *comma = "";
    gs_buf_str(&json, "{\"cookies\": {");
    for (int i = -1; next_cookie(visit->request, &i, &rest, &cookie);) {
        gs_buf_str(&json, comma);
        gs_text_json(&json, cookie.name);
        gs_buf_str(&json, ": ");
        gs_text_json(&json, cookie.value);
        comma = ", ";
    }
    gs_buf_str(&json, "}}\n");
    gs_answer_json(visit, 200, &json);
}

// What a cookie may hold; a break of line or of cookie is none of it.
static bool is_cookie_text(struct gs_text s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] < ' ' || s.data[i] == ';' || s.data[i] == 0x7f)
            return false;
    return true;
}

// Answers with one Set-Cookie for each field of the query.
static void answer_cookies(struct gs_visit *visit, bool remove)
{
    struct gs_text query = visit->request->query;
    struct gs_buf text = GS_BUF_EMPTY, line = GS_BUF_EMPTY;
    gs_answer_start(visit, 302);
    while (query.len) {
        struct gs_text field = gs_text_cut(&query, '&');
        struct gs_text name = gs_text_cut(&field, '=');
        text.len = line.len = 0;
        gs_text_decode(&text, name, true);
        gs_buf_str(&text, "=");
        if (!remove)
            gs_text_decode(&text, field, true);
        if (!is_cookie_text(slice(&text)))
            continue;
        gs_buf_add(&line, text.data, text.len);
        gs_buf_str(&line, remove ? "; Path=/; Max-Age=0" : "; Path=/");
        gs_buf_add(&line, "", 1);
        gs_answer_field(visit, "Set-Cookie", line.data);
    }
    gs_answer_field(visit, "Location", "/cookies");
    gs_answer_empty(visit);
    gs_buf_fini(&text);
    gs_buf_fini(&line);
}

void gs_login_set_cookies(struct gs_visit *visit)
{
    answer_cookies(visit, false);
}

void gs_login_delete_cookies(struct gs_visit *visit)
{
    answer_cookies(visit, true);
}

// ---- the form

// Not cryptography: it only has to tell what this target gave out from what it did not.
static uint64_t sign(const struct gs_target *target, struct gs_text text)
{
    struct gs_rng rng = {target->secret};
    for (size_t i = 0; i < text.len; i++)
        rng.state = gs_rng_next(&rng) ^ (unsigned char)text.data[i];
    return gs_rng_next(&rng);
}

static void put_signed(struct gs_buf *out, const struct gs_target *target, struct gs_text text)
{
    gs_buf_add(out, text.data, text.len);
    gs_buf_printf(out, ".%016" PRIx64, sign(target, text));
}

// Cuts a good signature off; false when it is none.
static bool check_signed(const struct gs_target *target, struct gs_text *text)
{
    char wanted[SIGNATURE + 2];
    if (text->len < SIGNATURE + 1)
        return false;
    struct gs_text name = {text->data, text->len - SIGNATURE - 1};
    snprintf(wanted, sizeof wanted, ".%016" PRIx64, sign(target, name));
    if (memcmp(text->data + name.len, wanted, SIGNATURE + 1) != 0)
        return false;
    *text = name;
    return true;
}

static void show_form(struct gs_visit *visit)
{
    struct gs_buf html = GS_BUF_EMPTY;
    char nonce[20];
    int n = snprintf(nonce, sizeof nonce, "%016" PRIx64, gs_rng_next(&visit->target->rng));
    gs_buf_str(&html, "<!doctype html>\n<title>Log in</title>\n"
                      "<form action=\"/login\" method=\"post\">\n"
                      "<input name=\"user\"><input name=\"password\" type=\"password\">\n"
                      "<input type=\"hidden\" name=\"token\" value=\"");
    put_signed(&html, visit->target, (struct gs_text){nonce, (size_t)n});
    gs_buf_str(&html, "\">\n<button>Log in</button>\n</form>\n");
    gs_answer_start(visit, 200);
    gs_answer_body(visit, "text/html; charset=utf-8", slice(&html));
    gs_buf_fini(&html);
}

// Gives the session cookie to the user, whose name travels in hex: any name is good in a cookie.
static void welcome(struct gs_visit *visit, struct gs_text user)
{
    struct gs_buf name = GS_BUF_EMPTY, cookie = GS_BUF_EMPTY;
    for (size_t i = 0; i < user.len; i++)
        gs_buf_printf(&name, "%02x", (unsigned char)user.data[i]);
    gs_buf_str(&cookie, "session=");
    put_signed(&cookie, visit->target, slice(&name));
    gs_buf_str(&cookie, "; Path=/; HttpOnly");
    gs_buf_add(&cookie, "", 1);
    gs_answer_start(visit, 302);
    gs_answer_field(visit, "Set-Cookie", cookie.data);
    gs_answer_field(visit, "Location", "/account");
    gs_answer_empty(visit);
    gs_buf_fini(&name);
    gs_buf_fini(&cookie);
}

static void check_form(struct gs_visit *visit)
{
    struct gs_buf user = GS_BUF_EMPTY, password = GS_BUF_EMPTY, token = GS_BUF_EMPTY;
    bool named = gs_text_field(visit->body, "user", &user) && user.len;
    bool known = gs_text_field(visit->body, "password", &password) &&
                 !gs_text_is(slice(&password), "wrong");
    struct gs_text given = {NULL, 0};
    bool forged = false;
    if (gs_text_field(visit->body, "token", &token)) {
        given = slice(&token);
        forged = !check_signed(visit->target, &given);
    }
    if (!named)
        gs_answer_text(visit, 400, "user=..&password=.. wanted\n");
    else if (forged)
        gs_answer_text(visit, 403, "the token is none of mine\n");
    else if (!known)
        gs_answer_text(visit, 401, "wrong password\n");
    else
        welcome(visit, slice(&user));
    gs_buf_fini(&user);
    gs_buf_fini(&password);
    gs_buf_fini(&token);
}

void gs_login_form(struct gs_visit *visit)
{
    if (gs_text_is(visit->request->method, "POST"))
        check_form(visit);
    else if (gs_text_is(visit->request->method, "GET") || visit->peer->head_only)
        show_form(visit);
    else
        gs_answer_text(visit, 405, "GET or POST\n");
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

// The name in a session cookie; false when nobody is logged in.
static bool find_user(struct gs_visit *visit, struct gs_buf *user)
{
    struct gs_parse_field cookie;
    struct gs_text rest = {NULL, 0};
    for (int i = -1; next_cookie(visit->request, &i, &rest, &cookie);) {
        if (!gs_text_is(cookie.name, "session") || !check_signed(visit->target, &cookie.value))
            continue;
        for (size_t k = 0; k + 1 < cookie.value.len; k += 2) {
            char c = (char)(hex(cookie.value.data[k]) * 16 + hex(cookie.value.data[k + 1]));
            gs_buf_add(user, &c, 1);
        }
        return true;
    }
    return false;
}

void gs_login_account(struct gs_visit *visit)
{
    struct gs_buf user = GS_BUF_EMPTY, json = GS_BUF_EMPTY;
    if (find_user(visit, &user)) {
        gs_buf_str(&json, "{\"user\": ");
        gs_text_json(&json, slice(&user));
        gs_buf_str(&json, "}\n");
        gs_answer_json(visit, 200, &json);
    } else {
        gs_answer_text(visit, 401, "log in first\n");
    }
    gs_buf_fini(&user);
}

void gs_login_end(struct gs_visit *visit)
{
    gs_answer_start(visit, 302);
    gs_answer_field(visit, "Set-Cookie", "session=; Path=/; Max-Age=0; HttpOnly");
    gs_answer_field(visit, "Location", "/login");
    gs_answer_empty(visit);
}

// ---- basic authentication

// "USER/PASS" of the path as "USER:PASS".
static void put_wanted(struct gs_buf *wanted, struct gs_text rest)
{
    gs_text_decode(wanted, gs_text_cut(&rest, '/'), false);
    gs_buf_str(wanted, ":");
    gs_text_decode(wanted, rest, false);
}

void gs_login_basic(struct gs_visit *visit)
{
    struct gs_buf wanted = GS_BUF_EMPTY, given = GS_BUF_EMPTY, json = GS_BUF_EMPTY;
    struct gs_text value = gs_parse_find(visit->request, "authorization");
    struct gs_text scheme = gs_text_cut(&value, ' ');
    put_wanted(&wanted, visit->rest);
    if (gs_text_like(scheme, GS_TEXT("basic")) && gs_text_unbase64(&given, gs_text_trim(value)) &&
        given.len == wanted.len && memcmp(given.data, wanted.data, given.len) == 0) {
        struct gs_text user = slice(&given);
        gs_buf_str(&json, "{\"authenticated\": true, \"user\": ");
        gs_text_json(&json, gs_text_cut(&user, ':'));
        gs_buf_str(&json, "}\n");
        gs_answer_json(visit, 200, &json);
    } else {
        gs_answer_start(visit, 401);
        gs_answer_field(visit, "WWW-Authenticate", "Basic realm=\"goose\"");
        gs_answer_body(visit, "text/plain", GS_TEXT("not authorized\n"));
    }
    gs_buf_fini(&wanted);
    gs_buf_fini(&given);
}
