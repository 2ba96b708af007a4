#include "py/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define PATIENCE_MS 3000 // that Python has to end the process in its own way
#define SILENCE_MS 5000  // without a beat, after a first signal: Python does not run any more
#define LEFT_BEHIND 1
#define LEFT_AT_ONCE 130

// One a process, as signals are. `lock` guards the texts.
static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    int pipe[2];
    bool open;
    _Atomic int heard;        // signals
    _Atomic uint64_t beat_ns; // when Python last ran; 0: it need not, for now
    struct gs_buf path, report, tables;
} words = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void write_all(int fd, const struct gs_buf *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(fd, text->data + at, text->len - at);
        if (n < 0 && errno != EINTR)
            return;
        at += n > 0 ? (size_t)n : 0;
    }
}

static void __attribute__((noreturn)) speak(int code)
{
    static const char said[] =
            "\ngoose-py: ended; a task holds Python, so the figures are those of "
            "the last look at them\n";
    pthread_mutex_lock(&words.lock);
    if (words.path.len) {
        int fd = open(words.path.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd >= 0)
            write_all(fd, &words.report);
    }
    struct gs_buf text = {(char *)(uintptr_t)said, sizeof said - 1, 0};
    write_all(STDERR_FILENO, &text);
    write_all(STDOUT_FILENO, &words.tables);
    _exit(code);
}

enum heard { SIGNAL, SILENCE, CLOSED };

// Waits for the next signal that ends an attack.
static enum heard listen_for(int timeout_ms)
{
    for (;;) {
        struct pollfd ready = {.fd = words.pipe[0], .events = POLLIN};
        unsigned char number;
        int n = poll(&ready, 1, timeout_ms);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            return SILENCE;
        if (n < 0 || read(words.pipe[0], &number, 1) != 1 || number == 0)
            return CLOSED;
        if (number == SIGINT || number == SIGTERM) {
            atomic_fetch_add(&words.heard, 1);
            return SIGNAL;
        }
    }
}

static bool is_silent(void)
{
    uint64_t beat = atomic_load(&words.beat_ns);
    return beat && gs_now_ns() - beat > SILENCE_MS * GS_MS;
}

static void *watch(void *unused)
{
    (void)unused;
    if (listen_for(-1) != SIGNAL)
        return NULL;
    enum heard heard;
    while ((heard = listen_for(500)) == SILENCE)
        if (is_silent())
            speak(LEFT_BEHIND);
    if (heard == SIGNAL && listen_for(PATIENCE_MS) != CLOSED)
        speak(LEFT_AT_ONCE); // no answer to the second one, or a third
    return NULL;
}

PyObject *gs_last_words_open(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    sigset_t all, before;
    if (words.open)
        return PyLong_FromLong(words.pipe[1]);
    if (pipe2(words.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&words.thread, NULL, watch, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        close(words.pipe[0]);
        close(words.pipe[1]);
        errno = rc;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    words.open = true;
    return PyLong_FromLong(words.pipe[1]);
}

static int set_text(struct gs_buf *to, const char *data, Py_ssize_t len, bool end)
{
    to->len = 0;
    if (gs_buf_add(to, data, (size_t)len) != 0 || (end && gs_buf_add(to, "", 1) != 0)) {
        to->len = 0;
        return -1;
    }
    return 0;
}

PyObject *gs_last_words_set(PyObject *module, PyObject *args)
{
    (void)module;
    const char *path, *report, *tables;
    Py_ssize_t path_len, report_len, tables_len;
    if (!PyArg_ParseTuple(args, "z#y#y#", &path, &path_len, &report, &report_len, &tables,
                          &tables_len))
        return NULL;
    pthread_mutex_lock(&words.lock);
    int rc = set_text(&words.report, report, report_len, false);
    rc |= set_text(&words.tables, tables, tables_len, false);
    rc |= set_text(&words.path, path ? path : "", path ? path_len : 0, path != NULL);
    pthread_mutex_unlock(&words.lock);
    if (rc != 0)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

PyObject *gs_last_words_beat(PyObject *module, PyObject *on)
{
    (void)module;
    atomic_store(&words.beat_ns, on == Py_True ? gs_now_ns() : 0);
    Py_RETURN_NONE;
}

PyObject *gs_last_words_heard(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyLong_FromLong(atomic_load(&words.heard));
}

PyObject *gs_last_words_close(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    if (!words.open)
        Py_RETURN_NONE;
    Py_BEGIN_ALLOW_THREADS
    ssize_t n = write(words.pipe[1], "", 1);
    (void)n;
    pthread_join(words.thread, NULL);
    Py_END_ALLOW_THREADS
    close(words.pipe[0]);
    close(words.pipe[1]);
    gs_buf_fini(&words.path);
    gs_buf_fini(&words.report);
    gs_buf_fini(&words.tables);
    words.open = false;
    atomic_store(&words.beat_ns, 0);
    atomic_store(&words.heard, 0);
    Py_RETURN_NONE;
}
