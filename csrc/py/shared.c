#include "py/shared.h"

#include <stddef.h>

struct gs_py_shared gs_py;

static const struct {
    const char *name;
    size_t offset;
} slots[] = {
#define SLOT(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct gs_py_shared, name)                                                 \
    }
        SLOT(StopAttack),
        SLOT(StopUser),
        SLOT(InterruptTaskSet),
        SLOT(RescheduleTask),
        SLOT(RescheduleTaskImmediately),
        SLOT(ResponseError),
        SLOT(RequestError),
        SLOT(prepare),
        SLOT(merge_headers),
        SLOT(encode_cookies),
        SLOT(make_headers),
        SLOT(make_cookies),
        SLOT(response_headers),
        SLOT(response_cookies),
        SLOT(http_error),
        SLOT(natives),
        SLOT(unbound),
        SLOT(unpack),
        SLOT(make_error),
        SLOT(is_error),
        SLOT(add_trace),
        SLOT(sleep),
        SLOT(write_lines),
        SLOT(json_loads),
        SLOT(json_dumps),
        SLOT(timedelta),
        SLOT(join_url),
        SLOT(split_userinfo),
#undef SLOT
};

PyObject *gs_shared_configure(PyObject *module, PyObject *mapping)
{
    (void)module;
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        PyObject *value = PyMapping_GetItemString(mapping, slots[i].name);
        if (!value)
            return NULL;
        PyObject **place = (PyObject **)(void *)((char *)&gs_py + slots[i].offset);
        Py_XSETREF(*place, value);
    }
    Py_RETURN_NONE;
}
