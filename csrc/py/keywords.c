#include "py/keywords.h"

static PyObject *words[sizeof(struct gs_keywords) / sizeof(PyObject *)];
#define WORDS ((Py_ssize_t)(sizeof words / sizeof *words))

int gs_keywords_init(void)
{
    static const char *const texts[] = {
#define TEXT(word) #word,
            GS_KEYWORDS(TEXT)
#undef TEXT
    };
    for (Py_ssize_t i = 0; i < WORDS && !words[0]; i++) {
        PyObject *word = PyUnicode_InternFromString(texts[WORDS - 1 - i]);
        if (!word)
            return -1;
        words[WORDS - 1 - i] = word;
    }
    return 0;
}

// Keyword names of a call are interned: pointers are compared first.
static PyObject **place_of(struct gs_keywords *keywords, PyObject *word)
{
    PyObject **places = (PyObject **)(void *)keywords;
    for (Py_ssize_t i = 0; i < WORDS; i++)
        if (words[i] == word)
            return &places[i];
    for (Py_ssize_t i = 0; i < WORDS; i++)
        if (PyUnicode_Compare(words[i], word) == 0)
            return &places[i];
    return NULL;
}

static int refuse(const char *verb, PyObject *word)
{
    PyErr_Format(PyExc_TypeError,
                 "client.%s() has no keyword %R; it takes url, name, params, data, json, headers, "
                 "cookies, auth, timeout, allow_redirects, verify, catch_response, files",
                 verb, word);
    return -1;
}

int gs_keywords_set(struct gs_keywords *keywords, const char *verb, PyObject *word, PyObject *value)
{
    PyObject **place = place_of(keywords, word);
    if (!place)
        return refuse(verb, word);
    if (*place) {
        PyErr_Format(PyExc_TypeError, "client.%s() got %R twice", verb, word);
        return -1;
    }
    if (value != Py_None || place == &keywords->url)
        *place = value;
    return 0;
}

int gs_keywords_read(struct gs_keywords *keywords, const char *verb, PyObject **second,
                     PyObject **third, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    memset(keywords, 0, sizeof *keywords);
    if (count > 1 + !!second + !!third) {
        PyErr_Format(PyExc_TypeError, "client.%s() takes the URL and keywords, not %zd positions",
                     verb, count);
        return -1;
    }
    if (count > 0)
        keywords->url = args[0];
    if (count > 1 && args[1] != Py_None)
        *second = args[1];
    if (count > 2 && args[2] != Py_None)
        *third = args[2];
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *word = PyTuple_GET_ITEM(names, i);
        if (gs_keywords_set(keywords, verb, word, args[count + i]) != 0)
            return -1;
    }
    return gs_keywords_check_url(keywords, verb);
}

int gs_keywords_check_url(const struct gs_keywords *keywords, const char *verb)
{
    if (keywords->url && PyUnicode_Check(keywords->url))
        return 0;
    PyErr_Format(PyExc_TypeError, "client.%s() needs a URL of type str, not %.100s", verb,
                 keywords->url ? Py_TYPE(keywords->url)->tp_name : "nothing");
    return -1;
}

int gs_keywords_refuse_method(const char *verb)
{
    return refuse(verb, words[WORDS - 1]);
}
