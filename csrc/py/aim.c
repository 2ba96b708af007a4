#include "py/aim.h"

#include "net/origin.h"

static int verify_setting(PyObject *verify, bool *on, const char **file)
{
    *on = true;
    *file = NULL;
    if (PyUnicode_Check(verify))
        return (*file = PyUnicode_AsUTF8(verify)) ? 0 : -1;
    int truth = PyObject_IsTrue(verify);
    *on = truth > 0;
    return truth < 0 ? -1 : 0;
}

static struct gs_origin *origin_for(struct gs_client *client, const struct gs_url *url,
                                    PyObject *verify)
{
    struct gs_py_user *user = client->user;
    bool on;
    const char *file;
    PyObject *setting = verify ? verify : client->verify ? client->verify : user->klass->verify;
    if (verify_setting(setting, &on, &file) != 0)
        return NULL;
    struct gs_net *net = &user->lane->lane->net;
    user->user->session.verify = url->tls || !on || file ? gs_net_tls(net, on, file) : NULL;
    struct gs_origin *origin = gs_origin_get(net, url, on, file);
    if (!origin)
        PyErr_NoMemory();
    return origin;
}

static int parse_base(struct gs_client *client)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(client->base, &len);
    struct gs_url url;
    if (!text)
        return -1;
    if (!gs_url_parse((struct gs_slice){text, (size_t)len}, &url)) {
        PyErr_Format(PyExc_ValueError,
                     "host is %R; it must be a URL like http://example.org or https://...",
                     client->base);
        return -1;
    }
    client->origin = origin_for(client, &url, NULL);
    client->prefix_len = url.target.len;
    if (client->prefix_len && url.target.data[client->prefix_len - 1] == '/')
        client->prefix_len--;
    return client->origin ? 0 : -1;
}

// The target of a URL below a host that has a path: host's path, then the URL.
static int join_prefix(struct gs_client *client, struct gs_aim *aim, struct gs_slice url)
{
    struct gs_slice base = {NULL, 0};
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(client->base, &len);
    struct gs_url parsed;
    if (!text || !gs_url_parse((struct gs_slice){text, (size_t)len}, &parsed))
        return -1;
    base = (struct gs_slice){parsed.target.data, client->prefix_len};
    if (gs_buf_add(&aim->joined, base.data, base.len) != 0 ||
        (url.len && url.data[0] != '/' && gs_buf_add(&aim->joined, "/", 1) != 0) ||
        gs_buf_add(&aim->joined, url.data, url.len) != 0) {
        PyErr_NoMemory();
        return -1;
    }
    aim->target = (struct gs_slice){aim->joined.data, aim->joined.len};
    return 0;
}

static bool is_absolute(struct gs_slice url)
{
    return url.len > 7 && (url.data[0] | 0x20) == 'h' &&
           (gs_slice_is((struct gs_slice){url.data, 7}, "http://") ||
            (url.len > 8 && gs_slice_is((struct gs_slice){url.data, 8}, "https://")));
}

int gs_aim_take(struct gs_client *client, struct gs_aim *aim, PyObject *url, PyObject *verify)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(url, &len);
    if (!text || (!client->origin && parse_base(client) != 0))
        return -1;
    struct gs_slice slice = {text, (size_t)len};
    aim->absolute = is_absolute(slice);
    if (aim->absolute) {
        struct gs_url parsed;
        if (!gs_url_parse(slice, &parsed)) {
            PyErr_Format(PyExc_ValueError, "bad URL %R", url);
            return -1;
        }
        aim->origin = origin_for(client, &parsed, verify);
        aim->target = parsed.target;
        if (aim->origin == client->origin && parsed.target.len)
            aim->name_skip = (size_t)(parsed.target.data - text);
        return aim->origin ? 0 : -1;
    }
    if (verify && client->origin->tls) {
        struct gs_url parsed;
        Py_ssize_t base_len;
        const char *base = PyUnicode_AsUTF8AndSize(client->base, &base_len);
        if (!base || !gs_url_parse((struct gs_slice){base, (size_t)base_len}, &parsed))
            return -1;
        aim->origin = origin_for(client, &parsed, verify);
    } else {
        aim->origin = gs_origin_ref(client->origin);
    }
    if (!aim->origin)
        return -1;
    aim->target = slice;
    return client->prefix_len ? join_prefix(client, aim, slice) : 0;
}

void gs_aim_fini(struct gs_aim *aim)
{
    gs_origin_release(aim->origin);
    gs_buf_fini(&aim->joined);
}
