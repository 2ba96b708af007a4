#include "target/echo.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <sys/socket.h>

// ["name", "value"] with both decoded.
static void put_pair(struct gs_buf *json, struct gs_text name, struct gs_text value)
{
    gs_buf_str(json, "[");
    gs_text_json(json, name);
    gs_buf_str(json, ", ");
    gs_text_json(json, value);
    gs_buf_str(json, "]");
}

static void put_args(struct gs_buf *json, struct gs_text query)
{
    struct gs_buf name = GS_BUF_EMPTY, value = GS_BUF_EMPTY;
    const char *comma = "";
    while (query.len) {
        struct gs_text field = gs_text_cut(&query, '&');
        struct gs_text key = gs_text_cut(&field, '=');
        name.len = value.len = 0;
        gs_text_decode(&name, key, true);
        gs_text_decode(&value, field, true);
        gs_buf_str(json, comma);
        put_pair(json, (struct gs_text){name.data, name.len},
                 (struct gs_text){value.data, value.len});
        comma = ", ";
    }
    gs_buf_fini(&name);
    gs_buf_fini(&value);
}

static void put_body(struct gs_buf *json, struct gs_text body)
{
    if (gs_text_utf8(body)) {
        gs_buf_str(json, "\"body\": ");
        gs_text_json(json, body);
    } else {
        gs_buf_str(json, "\"body_base64\": \"");
        gs_text_base64(json, body);
        gs_buf_str(json, "\"");
    }
}

static void put_member(struct gs_buf *json, const char *name, struct gs_text value)
{
    gs_buf_printf(json, "\"%s\": ", name);
    gs_text_json(json, value);
    gs_buf_str(json, ", ");
}

void gs_echo_all(struct gs_visit *visit)
{
    const struct gs_parse *request = visit->request;
    struct gs_buf json = GS_BUF_EMPTY;
    gs_buf_str(&json, "{");
    put_member(&json, "method", request->method);
    put_member(&json, "path", request->path);
    put_member(&json, "query", request->query);
    gs_buf_str(&json, "\"args\": [");
    put_args(&json, request->query);
    gs_buf_printf(&json, "], \"version\": \"%s\", \"headers\": [", request->old ? "1.0" : "1.1");
    for (int i = 0; i < request->header_count; i++) {
        gs_buf_str(&json, i ? ", " : "");
        put_pair(&json, request->headers[i].name, request->headers[i].value);
    }
    gs_buf_printf(&json, "], \"body_length\": %" PRIu64 ", ", visit->body_len);
    put_body(&json, visit->body);
    gs_buf_str(&json, "}\n");
    gs_answer_json(visit, 200, &json);
}

// Whether an earlier header has the same name.
static bool is_repeated(const struct gs_parse *request, int index)
{
    for (int i = 0; i < index; i++)
        if (gs_text_like(request->headers[i].name, request->headers[index].name))
            return true;
    return false;
}

// All values of one name, joined as RFC 9110 (5.3) allows.
static void put_joined(struct gs_buf *json, const struct gs_parse *request, int index)
{
    struct gs_buf value = GS_BUF_EMPTY;
    struct gs_text name = request->headers[index].name;
    for (int i = index; i < request->header_count; i++) {
        if (!gs_text_like(request->headers[i].name, name))
            continue;
        gs_buf_str(&value, i > index ? ", " : "");
        gs_buf_add(&value, request->headers[i].value.data, request->headers[i].value.len);
    }
    gs_text_json(json, name);
    gs_buf_str(json, ": ");
    gs_text_json(json, (struct gs_text){value.data, value.len});
    gs_buf_fini(&value);
}

void gs_echo_headers(struct gs_visit *visit)
{
    const struct gs_parse *request = visit->request;
    struct gs_buf json = GS_BUF_EMPTY;
    gs_buf_str(&json, "{\"headers\": {");
    for (int i = 0; i < request->header_count; i++) {
        if (is_repeated(request, i))
            continue;
        gs_buf_str(&json, i ? ", " : "");
        put_joined(&json, request, i);
    }
    gs_buf_str(&json, "}}\n");
    gs_answer_json(visit, 200, &json);
}

void gs_echo_upload(struct gs_visit *visit)
{
    struct gs_buf json = GS_BUF_EMPTY;
    gs_buf_printf(&json, "{\"length\": %" PRIu64 ", \"crc32\": %" PRIu32 "}\n", visit->body_len,
                  visit->crc);
    gs_answer_json(visit, 200, &json);
}

void gs_echo_address(struct gs_visit *visit)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    struct gs_buf json = GS_BUF_EMPTY;
    char text[INET_ADDRSTRLEN] = "";
    getpeername(visit->peer->sock.fd, (struct sockaddr *)&address, &len);
    inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    gs_buf_printf(&json, "{\"ip\": \"%s\", \"port\": %u}\n", text, ntohs(address.sin_port));
    gs_answer_json(visit, 200, &json);
}
