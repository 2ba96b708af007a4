// last_words: a second signal ends the process even where Python cannot run any more, because a
// task holds the GIL in C (a long regular expression, say). What is to be said then is laid ready
// beforehand, from time to time; a thread that needs no GIL says it.
#ifndef GS_PY_LAST_WORDS_H
#define GS_PY_LAST_WORDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// last_words_open(): starts the thread. Gives the descriptor for signal.set_wakeup_fd.
PyObject *gs_last_words_open(PyObject *module, PyObject *unused);

// last_words_set(path or None, report, tables): bytes to write to the file and to stdout.
PyObject *gs_last_words_set(PyObject *module, PyObject *args);

// last_words_beat(True): Python runs; after a first signal it must say so every 5 s.
// last_words_beat(False): it may be silent from now on.
PyObject *gs_last_words_beat(PyObject *module, PyObject *on);

// last_words_heard(): how many signals came. Python's own handlers cannot tell two from one where
// the second comes before the first was handled.
PyObject *gs_last_words_heard(PyObject *module, PyObject *unused);

// last_words_close(): ends the thread. Take the wakeup descriptor back before.
PyObject *gs_last_words_close(PyObject *module, PyObject *unused);

#endif
