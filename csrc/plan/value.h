// value: what task programs compute with: Python's common types, held in C. A value owns a
// reference to its object; objects belong to one lane and are counted without atomics. Constants
// of a program are immortal: no lane writes them. Pure. Lane thread.
//
// Functions that may decline give bool: false means "not here" (a type, a size, an error, no
// memory that this floor leaves to Python), nothing was changed, and the caller takes the slow
// path, on which Python does the same thing in its own way. Arguments are borrowed; what is given
// through `out` is the caller's.
#ifndef GS_PLAN_VALUE_H
#define GS_PLAN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gs_tag {
    GS_UNSET, // no value: an unbound local, a missing attribute
    GS_NONE,
    GS_BOOL,
    GS_INT, // 64 bits; what is larger is a GS_PYTHON
    GS_FLOAT,
    GS_STR,    // struct gs_str, UTF-8
    GS_BYTES,  // struct gs_str
    GS_LIST,   // struct gs_list
    GS_TUPLE,  // struct gs_list
    GS_DICT,   // struct gs_dict
    GS_VIEW,   // struct gs_view, a JSON document parsed when it is touched
    GS_REPLY,  // struct gs_reply, what a request brought back
    GS_ITER,   // struct gs_iter, of a for statement; never seen by a script
    GS_PYTHON, // struct gs_pyref, any other Python object
};

struct gs_object {
    uint32_t refs; // GS_IMMORTAL: a constant
    uint8_t tag;
    // GS_LIST, GS_DICT, GS_REPLY: it is a Python object for good, the one `python` refers to.
    // Written by one lane, at most, but for constants, which any lane may hand to Python.
    _Atomic bool gone;
};

#define GS_IMMORTAL UINT32_MAX

struct gs_value {
    union {
        int64_t i; // GS_BOOL: 0 or 1
        double f;
        struct gs_object *object;
        struct gs_str *str;
        struct gs_list *list;
        struct gs_dict *dict;
        struct gs_view *view;
        struct gs_reply *reply;
        struct gs_iter *iter;
        struct gs_pyref *pyref;
    };
    uint8_t tag;
};

struct gs_str {
    struct gs_object object;
    uint32_t len;   // bytes
    uint32_t chars; // code points; == len: ASCII. Of bytes: len
    char data[];    // and a 0 behind
};

// A Python object. This floor only counts; who drops the last reference leaves it in the trash,
// which is emptied under the GIL.
struct gs_pyref {
    struct gs_object object;
    void *python;
    struct gs_pyref **trash; // where it goes; NULL for constants
    struct gs_pyref *next;   // in the trash
};

struct gs_list {
    struct gs_object object;
    uint32_t count, cap;
    struct gs_value *items;
    struct gs_pyref *python; // what it is (gone), or may become (a constant); else NULL
};

struct gs_pair {
    struct gs_value key; // GS_UNSET: deleted
    struct gs_value value;
    uint64_t hash;
};

// In the order of insertion, as Python's. Keys: str, int, bool, None.
struct gs_dict {
    struct gs_object object;
    uint32_t count, used, cap; // live pairs, pairs with deleted ones, room
    struct gs_pair *pairs;
    uint32_t *index; // open addressing, place + 1; NULL while small
    uint32_t mask;
    struct gs_pyref *python;
};

struct gs_view {
    struct gs_object object;
    struct gs_value holder; // of the text: GS_STR or GS_REPLY
    const char *text;       // a whole, valid JSON document
    size_t len;
    struct gs_value value;    // parsed; GS_UNSET before
    uint32_t looks;           // into the text
    uint32_t stamp;           // of `doc`, when it was found
    struct gs_view *next;     // of the reply's
    struct gs_known_doc *doc; // plan/known.h, or NULL
};

enum gs_iter_kind { GS_ITER_RANGE, GS_ITER_SEQUENCE, GS_ITER_PAIRS, GS_ITER_CHARS, GS_ITER_DICT };

struct gs_iter {
    struct gs_object object;
    enum gs_iter_kind kind;
    uint8_t part; // GS_ITER_DICT: 0 keys, 1 values, 2 items
    int64_t at, stop, step;
    uint32_t size; // of the dict at the start
    struct gs_value over;
    struct gs_value others[3]; // enumerate and zip: further iterators
};

#define GS_VALUE(tag_, field, x) ((struct gs_value){.tag = (tag_), .field = (x)})
#define GS_NONE_VALUE ((struct gs_value){.tag = GS_NONE})
#define GS_BOOL_VALUE(x) ((struct gs_value){.tag = GS_BOOL, .i = (x)})
#define GS_INT_VALUE(x) ((struct gs_value){.tag = GS_INT, .i = (x)})
#define GS_FLOAT_VALUE(x) ((struct gs_value){.tag = GS_FLOAT, .f = (x)})

static inline bool gs_has_object(struct gs_value v)
{
    return v.tag >= GS_STR;
}

// Frees what only this reference kept.
void gs_object_free(struct gs_object *object);

static inline struct gs_value gs_keep(struct gs_value v)
{
    if (gs_has_object(v) && v.object->refs != GS_IMMORTAL)
        v.object->refs++;
    return v;
}

static inline void gs_drop(struct gs_value v)
{
    if (gs_has_object(v) && v.object->refs != GS_IMMORTAL && --v.object->refs == 0)
        gs_object_free(v.object);
}

// Puts `v` (taken) in the place of what stood there.
static inline void gs_put(struct gs_value *place, struct gs_value v)
{
    struct gs_value before = *place;
    *place = v;
    gs_drop(before);
}

// Whether a list, dict or reply is a Python object for good.
static inline bool gs_is_gone(const struct gs_object *object)
{
    return __atomic_load_n((const bool *)&object->gone, __ATOMIC_RELAXED);
}

// Makes every reference to it immortal, whatever it holds; for constants.
void gs_make_immortal(struct gs_value v);

// ---- text -----------------------------------------------------------------------------------

// Copies valid UTF-8 of `chars` code points (or bytes). GS_UNSET without memory.
struct gs_value gs_str_new(const char *data, size_t len, size_t chars);
struct gs_value gs_bytes_new(const char *data, size_t len);
// The same, counting the code points.
struct gs_value gs_str_of_utf8(const char *data, size_t len);
// One whose `len` bytes the caller writes. NULL without memory.
struct gs_str *gs_str_room(size_t len, size_t chars, enum gs_tag tag);

size_t gs_utf8_count(const char *data, size_t len);
// Whether it is UTF-8 as Python's strict decoder takes it (no surrogates).
bool gs_utf8_valid(const char *data, size_t len);
// Where code point `at` begins, at <= chars.
size_t gs_str_offset(const struct gs_str *s, size_t at);

// ---- lists and dicts --------------------------------------------------------------------------

// GS_LIST or GS_TUPLE with room for `cap`; count is 0. NULL without memory.
struct gs_list *gs_list_new(enum gs_tag tag, uint32_t cap);
// Appends `item` (taken, also on failure).
bool gs_list_push(struct gs_list *list, struct gs_value item);

struct gs_dict *gs_dict_new(void);
// Whether this floor keeps such keys.
bool gs_is_key(struct gs_value key);
// The pair's value, or NULL. `key` must be one that gs_is_key.
struct gs_value *gs_dict_find(const struct gs_dict *dict, struct gs_value key);
struct gs_value *gs_dict_find_text(const struct gs_dict *dict, const char *key, size_t len);
// Sets a pair (key and value kept by their own reference). False without memory.
bool gs_dict_set(struct gs_dict *dict, struct gs_value key, struct gs_value value);
// Takes a pair out; its value goes to *out. False: there is none.
bool gs_dict_take(struct gs_dict *dict, struct gs_value key, struct gs_value *out);
// The next live pair from *at on, which it moves; NULL behind the last.
struct gs_pair *gs_dict_next(const struct gs_dict *dict, uint32_t *at);

// ---- what values mean --------------------------------------------------------------------------

// bool(v). Declines for Python objects.
bool gs_truth(struct gs_value v, bool *out);
// a == b. Declines where Python objects take part.
bool gs_equal(struct gs_value a, struct gs_value b, bool *out);
// a < b as -1, 0, 1; numbers, str, bytes, lists and tuples of these. Declines for NaN and the rest.
bool gs_order(struct gs_value a, struct gs_value b, int *out);
// type(v).__name__; "object" for Python objects.
const char *gs_type_name(struct gs_value v);

#endif
