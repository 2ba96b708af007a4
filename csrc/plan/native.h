// native: functions of Python's builtins and standard library that programs call in C. One table:
// X(name in a program, what it is in Python, least arguments, most arguments).
// To add one: a row here, its function in native.c; the compiler finds it by the Python name.
#ifndef GS_PLAN_NATIVE_H
#define GS_PLAN_NATIVE_H

#include "plan/value.h"

struct gs_vm;

// clang-format off
#define GS_NATIVES(X)                                                                              \
    X(len,           "builtins.len",            1, 1)                                              \
    X(str,           "builtins.str",            0, 1)                                              \
    X(repr,          "builtins.repr",           1, 1)                                              \
    X(int,           "builtins.int",            0, 2)                                              \
    X(float,         "builtins.float",          0, 1)                                              \
    X(bool,          "builtins.bool",           0, 1)                                              \
    X(list,          "builtins.list",           0, 1)                                              \
    X(tuple,         "builtins.tuple",          0, 1)                                              \
    X(dict,          "builtins.dict",           0, 1)                                              \
    X(min,           "builtins.min",            1, 200)                                            \
    X(max,           "builtins.max",            1, 200)                                            \
    X(sum,           "builtins.sum",            1, 2)                                              \
    X(abs,           "builtins.abs",            1, 1)                                              \
    X(round,         "builtins.round",          1, 2)                                              \
    X(any,           "builtins.any",            1, 1)                                              \
    X(all,           "builtins.all",            1, 1)                                              \
    X(sorted,        "builtins.sorted",         1, 1)                                              \
    X(reversed,      "builtins.reversed",       1, 1)                                              \
    X(range,         "builtins.range",          1, 3)                                              \
    X(enumerate,     "builtins.enumerate",      1, 2)                                              \
    X(zip,           "builtins.zip",            1, 3)                                              \
    X(ord,           "builtins.ord",            1, 1)                                              \
    X(chr,           "builtins.chr",            1, 1)                                              \
    X(is_type,       "builtins.isinstance",     2, 2)                                              \
    X(print,         "builtins.print",          0, 200)                                            \
    X(log,           "logging.log",             3, 200)                                            \
    X(random,        "random.random",           0, 0)                                              \
    X(uniform,       "random.uniform",          2, 2)                                              \
    X(randint,       "random.randint",          2, 2)                                              \
    X(randrange,     "random.randrange",        1, 3)                                              \
    X(getrandbits,   "random.getrandbits",      1, 1)                                              \
    X(choice,        "random.choice",           1, 1)                                              \
    X(choices,       "random.choices",          1, 4)                                              \
    X(sample,        "random.sample",           2, 2)                                              \
    X(shuffle,       "random.shuffle",          1, 1)                                              \
    X(time,          "time.time",               0, 0)                                              \
    X(time_ns,       "time.time_ns",            0, 0)                                              \
    X(perf_counter,  "time.perf_counter",       0, 0)                                              \
    X(monotonic,     "time.monotonic",          0, 0)                                              \
    X(uuid4_text,    "str(uuid.uuid4())",       0, 0)                                              \
    X(uuid4_hex,     "uuid.uuid4().hex",        0, 0)                                              \
    X(now_iso,       "datetime.now().isoformat()", 2, 2)                                           \
    X(json_loads,    "json.loads",              1, 1)                                              \
    X(json_dumps,    "json.dumps",              1, 1)                                              \
    X(floor,         "math.floor",              1, 1)                                              \
    X(ceil,          "math.ceil",               1, 1)                                              \
    X(b64encode,     "base64.b64encode",        1, 1)                                              \
    X(quote,         "urllib.parse.quote",      1, 1)                                              \
    X(quote_plus,    "urllib.parse.quote_plus", 1, 1)                                              \
    X(is_in,         "x in {...}",              2, 2)                                              \
    X(header_set,    "client.headers[x] = y",   2, 2)                                              \
    X(header_item,   "client.headers[x]",       1, 1)                                              \
    X(header_get,    "client.headers.get()",    1, 2)                                              \
    X(header_pop,    "client.headers.pop()",    1, 2)                                              \
    X(headers_update,"client.headers.update()", 1, 1)                                              \
    X(cookie_set,    "client.cookies.set()",    2, 2)                                              \
    X(cookie_item,   "client.cookies[x]",       1, 1)                                              \
    X(cookie_get,    "client.cookies.get()",    1, 2)                                              \
    X(cookies_update,"client.cookies.update()", 1, 1)                                              \
    X(cookies_clear, "client.cookies.clear()",  0, 0)
// clang-format on

enum gs_native {
#define ENUM(name, python, least, most) GS_NATIVE_##name,
    GS_NATIVES(ENUM)
#undef ENUM
            GS_NATIVE_COUNT
};

// Carries it out. False: declined, Python is to do it.
bool gs_native_call(struct gs_vm *vm, enum gs_native native, const struct gs_value *args,
                    uint32_t count, struct gs_value *out);

const char *gs_native_name(enum gs_native native);
// What it is in Python, and how many arguments it takes.
const char *gs_native_python(enum gs_native native, unsigned *least, unsigned *most);

// Whether a value surely has a method of that name.
bool gs_native_has(struct gs_value v, const struct gs_str *name);

// obj.name(...) of a str, bytes, list, tuple, dict, view or reply; args[0] is the object.
bool gs_native_method(struct gs_vm *vm, const struct gs_str *name, const struct gs_value *args,
                      uint32_t count, struct gs_value *out);

#endif
