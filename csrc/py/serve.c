#include "py/serve.h"

#include <ctype.h>

#include "engine/custom.h"
#include "net/origin.h"
#include "plan/native.h"
#include "py/client.h"
#include "py/convert.h"
#include "py/render.h"
#include "py/shared.h"
#include "py/slow.h"
#include "py/tasks.h"

static struct gs_runner *runner_of(struct gs_py_user *user)
{
    return user->user->runner;
}

static struct gs_pyref **trash_of(struct gs_py_user *user)
{
    return &user->lane->lane->trash;
}

// ---- exceptions -------------------------------------------------------------------------------

// The frames of the program that the exception goes through, as Python shows them.
static PyObject *places_of(const struct gs_vm *vm)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = vm->depth; list && i-- > 0;) {
        const struct gs_function *f = vm->frames[i].function;
        PyObject *place =
                Py_BuildValue("(ssI)", vm->program->constants[f->file].str->data,
                              vm->program->constants[f->name].str->data, gs_vm_line(vm, i));
        if (!place || PyList_Append(list, place) != 0)
            Py_CLEAR(list);
        Py_XDECREF(place);
    }
    return list;
}

static PyObject *fetch(void)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (trace && value)
        PyException_SetTraceback(value, trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return value;
}

// Throws the exception that is set into the program; where nothing takes it the act is over.
static void throw(struct gs_py_user * user)
{
    struct gs_runner *runner = runner_of(user);
    PyObject *error = fetch(), *places = places_of(&runner->now->vm), *done = NULL;
    if (error && places)
        done = PyObject_CallFunctionObjArgs(gs_py.add_trace, error, places, NULL);
    PyErr_Clear();
    Py_XDECREF(done);
    Py_XDECREF(places);
    struct gs_value v = gs_reference_to(error, trash_of(user));
    if (v.tag != GS_UNSET && gs_vm_throw(&runner->now->vm, v)) {
        Py_DECREF(error);
        gs_runner_go_on(runner);
        return;
    }
    gs_drop(v);
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
    struct gs_outcome outcome = gs_judge(user, runner->task);
    gs_runner_over(runner, outcome.ending, outcome.failed, outcome.cut_off);
}

// ---- requests ---------------------------------------------------------------------------------

static int set_word(struct gs_keywords *k, const char *verb, const char *name, PyObject *value)
{
    PyObject *word = PyUnicode_FromString(name);
    int rc = word ? gs_keywords_set(k, verb, word, value) : -1;
    Py_XDECREF(word);
    return rc;
}

static int set_rest(struct gs_keywords *k, const char *verb, PyObject *rest)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (!PyDict_Check(rest)) {
        PyErr_Format(PyExc_TypeError,
                     "goose._engine.Client.%s() argument after ** must be a mapping, not %.200s",
                     verb, Py_TYPE(rest)->tp_name);
        return -1;
    }
    while (PyDict_Next(rest, &at, &key, &value)) {
        if (!PyUnicode_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return -1;
        }
        if (gs_keywords_set(k, verb, key, value) != 0)
            return -1;
    }
    return 0;
}

// What stands in `kept` must live as long as `k`.
static int read_words(struct gs_py_user *user, const char *verb, struct gs_keywords *k,
                      PyObject *kept[GS_WORD_COUNT])
{
    const struct gs_vm *vm = &runner_of(user)->now->vm;
    const struct gs_instr *in = gs_vm_at(vm);
    const struct gs_site *site = &vm->program->sites[in->c];
    memset(k, 0, sizeof *k);
    for (uint32_t i = 0; i < site->count; i++) {
        enum gs_word word = site->words[i];
        PyObject *value = gs_to_python(user, *gs_vm_register(vm, (uint16_t)(in->b + i)), true);
        if (!value)
            return -1;
        kept[word] = value;
        if (word == GS_WORD_rest ? set_rest(k, verb, value)
                                 : set_word(k, verb, gs_word_name(word), value))
            return -1;
    }
    return gs_keywords_check_url(k, verb);
}

// As the client's method is called: "get".
static const char *name_verb(const struct gs_vm *vm, char verb[16])
{
    const struct gs_site *site = &vm->program->sites[gs_vm_at(vm)->c];
    if (site->method == GS_NO_OPERAND)
        return "request";
    const struct gs_str *method = vm->program->constants[site->method].str;
    size_t len = method->len < 15 ? method->len : 15;
    for (size_t i = 0; i < len; i++)
        verb[i] = (char)tolower((unsigned char)method->data[i]);
    verb[len] = '\0';
    return verb;
}

static int start_request(struct gs_py_user *user, struct gs_asked *asked)
{
    struct gs_keywords k;
    PyObject *kept[GS_WORD_COUNT] = {NULL};
    struct gs_sent sent;
    struct gs_runner *runner = runner_of(user);
    const struct gs_site *site = &runner->now->vm.program->sites[gs_vm_at(&runner->now->vm)->c];
    const char *method = NULL;
    char verb[16];
    struct gs_client *client = gs_hub_client(user);
    int rc = client ? read_words(user, name_verb(&runner->now->vm, verb), &k, kept) : -1;
    if (rc == 0 && site->method != GS_NO_OPERAND)
        method = gs_client_method(runner->now->vm.program->constants[site->method].str->data);
    else if (rc == 0)
        method = gs_client_method_of(k.method);
    rc = method ? gs_render(client, method, &k, &sent) : -1;
    for (int i = 0; i < GS_WORD_COUNT; i++)
        Py_XDECREF(kept[i]);
    if (rc != 0)
        return -1;
    asked->name = sent.name;
    asked->absolute = sent.absolute;
    asked->body = (struct gs_value){.tag = GS_UNSET};
    asked->url = gs_of_python(sent.url, trash_of(user));
    Py_DECREF(sent.url);
    Py_XSETREF(user->body, sent.body); // the request points into it
    return 0;
}

static void request(struct gs_py_user *user)
{
    struct gs_asked asked;
    struct gs_lane *lane = user->lane->lane;
    lane->shard->programs.slow++;
    if (start_request(user, &asked) != 0) {
        throw(user);
        return;
    }
    lane->shard->programs.requests++;
    gs_runner_called(runner_of(user), asked);
}

// ---- attributes -------------------------------------------------------------------------------

struct level {
    PyObject *self;         // borrowed
    struct gs_value *slots; // their names: from program->slot_names[first]
    uint32_t first, count;
};

// Puts the attributes of programs into the instance, for Python to see.
static int give_attributes(struct gs_py_user *user, const struct level *level)
{
    const struct gs_program *program = runner_of(user)->klass->program;
    PyObject *dict = PyObject_GenericGetDict(level->self, NULL);
    int rc = dict ? 0 : -1;
    for (uint32_t i = 0; rc == 0 && i < level->count; i++) {
        const char *name = program->slot_names[level->first + i].str->data;
        if (level->slots[i].tag == GS_UNSET) {
            if (PyDict_GetItemString(dict, name))
                rc = PyDict_DelItemString(dict, name);
            continue;
        }
        PyObject *value = gs_to_python(user, level->slots[i], true);
        rc = value ? PyDict_SetItemString(dict, name, value) : -1;
        Py_XDECREF(value);
    }
    Py_XDECREF(dict);
    return rc;
}

static bool is_same(struct gs_value v, PyObject *object)
{
    if (v.tag == GS_PYTHON)
        return v.pyref->python == object;
    struct gs_pyref *python = NULL;
    if ((v.tag == GS_LIST || v.tag == GS_DICT || v.tag == GS_REPLY) && gs_is_gone(v.object))
        python = v.tag == GS_DICT   ? v.dict->python
                 : v.tag == GS_LIST ? v.list->python
                                    : v.reply->python;
    return python && python->python == object;
}

// Takes them back, as Python left them.
static int take_attributes(struct gs_py_user *user, const struct level *level)
{
    const struct gs_program *program = runner_of(user)->klass->program;
    PyObject *dict = PyObject_GenericGetDict(level->self, NULL);
    if (!dict)
        return -1;
    for (uint32_t i = 0; i < level->count; i++) {
        PyObject *value =
                PyDict_GetItemString(dict, program->slot_names[level->first + i].str->data);
        if (!value)
            gs_put(&level->slots[i], (struct gs_value){.tag = GS_UNSET});
        else if (!is_same(level->slots[i], value))
            gs_put(&level->slots[i], gs_of_python(value, trash_of(user)));
    }
    Py_DECREF(dict);
    return 0;
}

// The instance of a nested set stands behind its attributes.
static struct gs_value *instance_place(struct gs_runner *runner, struct gs_level *level)
{
    struct gs_value *slots = level->data;
    return &slots[runner->klass->program->slot_count[GS_OWNER_SET]];
}

// The instance at a level, made where there is none. Borrowed, or NULL with an exception.
static PyObject *instance_at(struct gs_py_user *user, struct gs_level *level)
{
    struct gs_runner *runner = runner_of(user);
    if (level == &runner->life.first)
        return gs_make_instance(user);
    struct gs_value *place = instance_place(runner, level);
    if (place->tag == GS_PYTHON)
        return place->pyref->python;
    PyObject *outer = instance_at(user, level->outer);
    PyObject *self = outer ? PyObject_CallOneArg(level->set->python, outer) : NULL;
    if (!self)
        return NULL;
    *place = gs_reference_to(self, trash_of(user));
    Py_DECREF(self);
    return place->tag == GS_PYTHON ? place->pyref->python : NULL;
}

static struct level level_at(struct gs_py_user *user, struct gs_level *at, PyObject *self)
{
    struct gs_runner *runner = runner_of(user);
    const struct gs_program *program = runner->klass->program;
    if (at == &runner->life.first)
        return (struct level){self, runner->slots, program->slot_count[GS_OWNER_SET],
                              program->slot_count[GS_OWNER_USER]};
    return (struct level){self, at->data, 0, program->slot_count[GS_OWNER_SET]};
}

// give: attributes of every level go to Python; else they come back.
static int exchange(struct gs_py_user *user, bool to_python)
{
    struct gs_runner *runner = runner_of(user);
    for (struct gs_level *at = runner->life.level; at; at = at->outer) {
        PyObject *self = instance_at(user, at);
        if (!self)
            return -1;
        struct level level = level_at(user, at, self);
        if ((to_python ? give_attributes(user, &level) : take_attributes(user, &level)) != 0)
            return -1;
    }
    return 0;
}

// What the script did to client.headers and the like, for requests that are rendered without it.
static void take_session(struct gs_py_user *user)
{
    struct gs_client *client = user->client;
    struct gs_ask_session *session = &runner_of(user)->session;
    if (!client)
        return;
    gs_custom_fini(session); // the client has them by now
    session->python = true;
    session->odd = client->fields_stale || client->auth || client->verify;
    session->own_host = client->own_host;
    session->own_cookie = client->own_cookie;
    session->fields = (struct gs_slice){client->fields.data, client->fields.len};
}

// ---- what it needs ----------------------------------------------------------------------------

// Ends the act in the way of the exception that is set.
static void fail(struct gs_py_user *user, uint32_t task)
{
    struct gs_outcome outcome = gs_judge(user, task);
    gs_runner_over(runner_of(user), outcome.ending, outcome.failed, outcome.cut_off);
}

static void act(struct gs_py_user *user)
{
    struct gs_runner *runner = runner_of(user);
    unsigned long switches = user->lane->switches;
    PyObject *self = instance_at(user, runner->life.level), *result = NULL;
    if (self && exchange(user, true) == 0)
        result = gs_run_act(&runner->life, self);
    runner->waited = user->lane->switches != switches;
    if (runner->waited)
        runner->ended_ns = 0;
    struct gs_outcome outcome = {GS_END_DONE, false, false};
    if (result)
        Py_DECREF(result);
    else
        outcome = gs_judge(user, runner->task);
    if (exchange(user, false) != 0)
        PyErr_WriteUnraisable(self);
    gs_runner_over(runner, outcome.ending, outcome.failed, outcome.cut_off);
}

static void open_set(struct gs_py_user *user)
{
    if (exchange(user, true) != 0 || exchange(user, false) != 0) {
        gs_judge(user, runner_of(user)->life.level->set->start_task);
        gs_life_abandon(&runner_of(user)->life);
    }
    gs_runner_opened(runner_of(user));
}

static void birth(struct gs_py_user *user)
{
    struct gs_runner *runner = runner_of(user);
    if (gs_make_instance(user) && exchange(user, false) == 0) {
        gs_runner_opened(runner);
        return;
    }
    gs_judge(user, GS_TASK_NONE);
    user->lane->lane->shard->dropped_users++;
    gs_runner_quit(runner);
}

static void wait_time(struct gs_py_user *user)
{
    struct gs_runner *runner = runner_of(user);
    double seconds;
    PyObject *self = instance_at(user, runner->life.level);
    int rc = self && exchange(user, true) == 0 ? gs_ask_wait(self, &seconds) : -1;
    if (rc != 0) {
        fail(user, runner->life.level->set->start_task);
        return;
    }
    exchange(user, false);
    runner->in_wait_time = false;
    gs_runner_rest(runner, seconds);
}

// What programs of the lane have printed comes before what Python prints now.
static void write_lines(struct gs_lane *lane)
{
    uv_mutex_lock(&lane->printing);
    struct gs_buf lines = lane->printed;
    lane->printed = (struct gs_buf)GS_BUF_EMPTY;
    uv_mutex_unlock(&lane->printing);
    PyObject *text =
            lines.len ? PyUnicode_DecodeUTF8(lines.data, (Py_ssize_t)lines.len, "replace") : NULL;
    PyObject *done = text ? PyObject_CallOneArg(gs_py.write_lines, text) : NULL;
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(done);
    gs_buf_fini(&lines);
}

static bool may_print(const struct gs_instr *in)
{
    return in->op == GS_OP_ISLAND || in->op == GS_OP_PYCALL ||
           (in->op == GS_OP_CALL && (in->c == GS_NATIVE_print || in->c == GS_NATIVE_log));
}

static void op(struct gs_py_user *user)
{
    struct gs_lane *lane = user->lane->lane;
    const struct gs_instr *in = gs_vm_at(&runner_of(user)->now->vm);
    if (lane->printed.len > 0 && may_print(in))
        write_lines(lane);
    if (in->op == GS_OP_ISLAND)
        lane->shard->programs.islands++;
    else
        lane->shard->programs.slow++;
    if (gs_slow(user) == 0)
        gs_runner_go_on(runner_of(user));
    else
        throw(user);
}

static void serve(struct gs_py_user *user)
{
    struct gs_lane *lane = user->lane->lane;
    if (lane->printed.len > 0 &&
        runner_of(user)->need >= GS_NEED_ACT) // only this thread adds to it
        write_lines(lane);
    switch ((enum gs_need)runner_of(user)->need) {
    case GS_NEED_OP:
        op(user);
        break;
    case GS_NEED_REQUEST:
        request(user);
        break;
    case GS_NEED_ACT:
        act(user);
        break;
    case GS_NEED_OPEN:
        open_set(user);
        break;
    case GS_NEED_BIRTH:
        birth(user);
        break;
    case GS_NEED_WAIT:
        wait_time(user);
        break;
    case GS_NEED_STOP:
        PyErr_SetNone(gs_py.StopAttack);
        throw(user);
        break;
    case GS_NEED_NOTHING:
        break;
    }
}

void gs_serve(struct gs_py_user *user)
{
    serve(user);
    take_session(user);
}

static void forget(void *owner, void *data)
{
    struct gs_runner *runner = owner;
    uint32_t count = runner->klass->program->slot_count[GS_OWNER_SET];
    struct gs_value *slots = data;
    for (uint32_t i = 0; i <= count; i++)
        gs_drop(slots[i]);
    free(slots);
}

void gs_serve_forget(struct gs_user *user)
{
    if (user->runner)
        gs_runner_free(user->runner, forget);
    user->runner = NULL;
}
