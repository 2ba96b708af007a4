// Users whose tasks are programs: whole attacks in stepped time on the fake transport, with a
// driver that knows no Python. (Timers: see attack_test.c.)
#include "engine/runner.h"

#include "engine/test_rig.h"
#include "plan/program_rig.h"

#define BASE "http://127.0.0.1"
#define SLACK (GS_MS)

// ---- classes ----------------------------------------------------------------------------------

// Sites of every program here; all are of one argument, the URL, but POST: and json.
enum { GET, UNUSED, POST };

// Tasks by id in the metrics.
enum { TASK_A, TASK_B, TASK_X, START, STOP, TASK_COUNT };

// What a class does: code of its functions, or NULL; "python": not compiled.
struct story {
    const char *a, *b;            // tasks of the user, taken in turn
    const char *x;                // task of a set nested behind them
    const char *start, *stop;     // hooks of the user
    const char *x_start, *x_stop; // of the nested set
    const char *wait, *birth;     // wait_time and the attributes' first values
    struct gs_wait pause;         // if wait is NULL
    struct gs_wait x_pause;
    bool has_init;
};

static struct gs_program program;
static struct gs_task_set user_set, nested_set;
static struct gs_task_entry user_entries[3], nested_entries[1];
static struct gs_class klass;

static uint32_t function_of(struct gs_builder *b, const char *name, const char *code)
{
    if (!code || strcmp(code, "python") == 0)
        return GS_NOT_COMPILED;
    return rig_function(b, name, 0, 6, code);
}

static void add_task(struct gs_builder *b, struct gs_task_set *set, uint32_t task, const char *code)
{
    if (code)
        set->entries[set->count++] =
                (struct gs_task_entry){.task = task, .function = function_of(b, "task", code)};
}

static void add_hooks(struct gs_builder *b, struct gs_task_set *set, const char *start,
                      const char *stop)
{
    set->has_start = start != NULL;
    set->has_stop = stop != NULL;
    set->start_task = START;
    set->stop_task = STOP;
    set->start_function = function_of(b, "on_start", start);
    set->stop_function = function_of(b, "on_stop", stop);
    set->wait_function = set->birth_function = GS_NOT_COMPILED;
}

static void add_sites(struct gs_builder *b)
{
    static const enum gs_word words[] = {GS_WORD_url, GS_WORD_json};
    struct gs_site unused = {.count = 1, .unused = true, .words = {GS_WORD_url}};
    rig_site(b, "GET", 1, words);
    unused.method = (uint16_t)gs_builder_text(b, "GET");
    gs_builder_site(b, &unused);
    rig_site(b, "POST", 2, words);
}

static void make_class(const struct story *s)
{
    struct gs_builder b;
    gs_builder_init(&b);
    add_sites(&b);
    gs_builder_slot(&b, GS_OWNER_SET, "n", 1);
    gs_builder_slot(&b, GS_OWNER_USER, "n", 1);
    user_set = (struct gs_task_set){.mode = GS_PICK_CYCLE,
                                    .entries = user_entries,
                                    .wait = s->pause,
                                    .has_init = s->has_init};
    nested_set = (struct gs_task_set){.mode = GS_PICK_CYCLE,
                                      .entries = nested_entries,
                                      .wait = s->x_pause,
                                      .has_init = s->has_init};
    add_task(&b, &user_set, TASK_A, s->a);
    add_task(&b, &user_set, TASK_B, s->b);
    add_task(&b, &nested_set, TASK_X, s->x);
    if (s->x)
        user_entries[user_set.count++] = (struct gs_task_entry){.nested = &nested_set};
    add_hooks(&b, &user_set, s->start, s->stop);
    add_hooks(&b, &nested_set, s->x_start, s->x_stop);
    user_set.wait_function = function_of(&b, "wait_time", s->wait);
    user_set.birth_function = function_of(&b, "birth", s->birth);
    nested_set.birth_function = function_of(&b, "birth", s->x ? "SELF_SET 0 0 :0; RETURN 1" : NULL);
    if (s->wait)
        user_set.wait = (struct gs_wait){.kind = GS_WAIT_CALL};
    if (!rig_load(&b, &program))
        exit(1);
    klass = (struct gs_class){.tasks = &user_set,
                              .program = &program,
                              .host = BASE,
                              .host_len = sizeof BASE - 1,
                              .verify = true,
                              .timeout_s = 20,
                              .connect_timeout_s = 20,
                              .max_body = 16 << 20};
}

// ---- a driver without Python ------------------------------------------------------------------

static atomic_int asked[GS_NEED_STOP + 1]; // how often, by need
static atomic_int births_fail;

// An exception, of Python or the stop of the attack.
static void throw_into(struct gs_runner *runner, bool stops)
{
    struct gs_value error = rig_python(&runner->user->lane->trash);
    if (gs_vm_throw(&runner->now->vm, error)) {
        gs_runner_go_on(runner);
        return;
    }
    gs_drop(error);
    gs_runner_over(runner, stops ? GS_END_USER : GS_END_DONE, !stops, stops);
}

static void serve(struct gs_runner *runner)
{
    atomic_fetch_add(&asked[runner->need], 1);
    switch ((enum gs_need)runner->need) {
    case GS_NEED_OP:
    case GS_NEED_REQUEST:
    case GS_NEED_STOP:
        throw_into(runner, runner->need == GS_NEED_STOP);
        break;
    case GS_NEED_ACT:
        gs_runner_over(runner, GS_END_DONE, false, false);
        break;
    case GS_NEED_WAIT:
        runner->in_wait_time = false;
        gs_runner_rest(runner, 0.5);
        break;
    case GS_NEED_BIRTH:
        if (atomic_load(&births_fail))
            gs_runner_quit(runner);
        else
            gs_runner_opened(runner);
        break;
    case GS_NEED_OPEN:
        gs_runner_opened(runner);
        break;
    case GS_NEED_NOTHING:
        CHECK(!"asked for nothing");
    }
}

static void live(struct gs_user *user)
{
    enum gs_run run;
    if (!user->runner)
        user->runner = gs_runner_new(user, user->lane->driver_data);
    while ((run = gs_runner_run(user->runner)) == GS_RUN_PYTHON) {
        user->state = GS_USER_RUNNING;
        serve(user->runner);
        if (user->state != GS_USER_RUNNING)
            return;
    }
    if (run == GS_RUN_OVER)
        gs_user_end(user);
}

static void live_all(struct gs_lane *lane)
{
    struct gs_node ready, *node;
    gs_list_move(&ready, &lane->ready);
    while ((node = gs_list_pop(&ready)) != NULL)
        live(GS_OWNER(node, struct gs_user, node));
}

static void forget(void *owner, void *data)
{
    struct gs_runner *runner = owner;
    struct gs_value *slots = data;
    uint32_t count = runner->klass->program->slot_count[GS_OWNER_SET] + 1;
    for (uint32_t i = 0; i < count; i++)
        gs_drop(slots[i]);
    free(slots);
}

static void leave(struct gs_lane *lane)
{
    for (uint32_t i = 0; i < lane->hatched; i++)
        if (lane->users[i].runner) {
            gs_runner_free(lane->users[i].runner, forget);
            lane->users[i].runner = NULL;
        }
    rig_empty(&lane->trash);
}

static const struct gs_driver driver = {rig_enter, live_all, leave};

// ---- whole attacks ----------------------------------------------------------------------------

static struct gs_plan stepped(uint32_t users, unsigned lanes, uint64_t run_time_ns)
{
    struct gs_plan plan = rig_plan(users, lanes);
    plan.stepped = true;
    plan.transport = &gs_fake;
    plan.task_count = TASK_COUNT;
    plan.run_time_ns = run_time_ns;
    return plan;
}

static void run_plan(const struct story *story, const struct gs_plan *plan)
{
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        atomic_store(&asked[i], 0);
    make_class(story);
    rig_start(plan, &driver, &klass);
    rig_wait();
    CHECK_EQ(rig_attack.users_running, 0);
}

static void run(const struct story *story, uint32_t users, unsigned lanes, uint64_t run_time_ns)
{
    struct gs_plan plan = stepped(users, lanes, run_time_ns);
    run_plan(story, &plan);
}

static void over(void)
{
    gs_attack_fini(&rig_attack);
    gs_program_unload(&program);
}

static uint64_t took_ns(void)
{
    return rig_attack.lanes[0].clock.at_ns - rig_attack.lanes[0].hatch_start_ns;
}

static bool is_about(uint64_t ns, uint64_t expected)
{
    return ns >= expected && ns <= expected + SLACK;
}

static const struct gs_task_row *task_row(uint32_t task)
{
    return &rig_attack.total->tasks[task];
}

#define GO(path) "MOVE r0 '" path "'; REQUEST r1 r0 0 :1; RETURN None"

// ---- requests ---------------------------------------------------------------------------------

static void counts_to_the_request(void)
{
    static const struct story story = {.a = GO("/delay/100")};
    for (unsigned lanes = 1; lanes <= 3; lanes++) {
        run(&story, 10, lanes, 60 * GS_S);
        const struct gs_row *row = rig_row("mGET /delay/100");
        CHECK_EQ(row->count, 10 * 600);
        CHECK_EQ(row->failures + row->cut_off, 0);
        CHECK(is_about(row->times.min_ns, 100 * GS_MS) && is_about(row->times.max_ns, 100 * GS_MS));
        const struct gs_task_row *task = task_row(TASK_A);
        CHECK_EQ(task->count, 10 * 600);
        CHECK_EQ(task->failures + task->cut_off, 0);
        CHECK(is_about(task->times.min_ns, 100 * GS_MS));
        CHECK_EQ(rig_attack.total->programs.requests, 10 * 600);
        CHECK_EQ(rig_attack.total->programs.slow, 0);
        over();
    }
}

static void answers_nobody_looks_at_are_counted(void)
{
    static const struct story story = {
            .a = "MOVE r0 '/delay/100'; REQUEST r1 r0 1 :1; REQUEST r1 r0 1 :1; "
                 "CHECK r0 'x'; IF r1 0; RETURN 1"};
    run(&story, 3, 1, GS_S);
    CHECK_EQ(rig_row("mGET /delay/100")->count, 3 * 10);
    over();
}

static void bodies_are_sent(void)
{
    // the fake answers with the method and the target
    static const struct story story = {
            .a = "MOVE r0 '/form'; MOVE r1 {'k': [1, None]}; REQUEST r2 r0 2 :2; "
                 "ATTR r3 r2 'text'; COMPARE r4 r3 'POST /form' :0; IF r4 7; "
                 "SET r0 r0 :0; MOVE r0 'no'; END :4"};
    run(&story, 5, 1, GS_S);
    CHECK_EQ(rig_row("mPOST /form")->count, 5);
    CHECK_EQ(asked[GS_NEED_OP], 0);
    over();
}

static void failures_go_by_status(void)
{
    static const struct {
        const char *code, *row, *error;
        int failures;
    } rows[] = {
            {"MOVE r0 '/status/399'; REQUEST r1 r0 0 :1; END :4", "mGET /status/399", NULL, 0},
            {"MOVE r0 '/status/404'; REQUEST r1 r0 0 :1; END :4", "mGET /status/404", "status 404",
             4},
            {"MOVE r0 '/refused'; REQUEST r1 r0 0 :1; END :4", "mGET /refused", NULL, 4},
            // as the script says
            {"MOVE r0 '/status/404'; REQUEST r1 r0 0 :1; METHOD r2 r1 'success' :1; END :4",
             "mGET /status/404", NULL, 0},
            {"MOVE r0 '/x'; REQUEST r1 r0 0 :1; MOVE r2 'bad'; METHOD r3 r1 'failure' :2; END :4",
             "mGET /x", "bad", 4},
            {"MOVE r0 '/status/500'; REQUEST r1 r0 0 :1; MOVE r2 'bad'; METHOD r3 r1 'failure' :2; "
             "END :4",
             "mGET /status/500", "bad", 4},
            {"MOVE r0 '/status/500'; REQUEST r1 r0 0 :1; MOVE r2 'bad'; METHOD r3 r1 'failure' :2; "
             "METHOD r3 r1 'success' :1; MOVE r2 'worse'; METHOD r3 r1 'failure' :2; "
             "METHOD r3 r1 'failure' :2; END :4",
             "mGET /status/500", "worse", 4},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct story story = {.a = rows[i].code};
        run(&story, 4, 2, GS_S);
        CHECK_EQ(rig_row(rows[i].row)->count, 4);
        CHECK_EQ(rig_row(rows[i].row)->failures, rows[i].failures);
        if (rows[i].error)
            CHECK_EQ(rig_errors(rows[i].error), 4);
        if (strcmp(rows[i].row, "mGET /status/500") == 0)
            CHECK_EQ(rig_errors("status 500"), 0); // the script's text instead
        CHECK_EQ(task_row(TASK_A)->failures, 0);   // requests fail, not tasks
        over();
    }
}

// What cannot be rendered here is asked for.
static void odd_requests_are_pythons(void)
{
    static const struct story story = {
            .a = "MOVE r0 'http://elsewhere/x'; REQUEST r1 r0 0 :1; END :4",
            .pause = {GS_WAIT_CONSTANT, GS_S, 0}};
    run(&story, 3, 1, 2500 * GS_MS);
    CHECK_EQ(asked[GS_NEED_REQUEST], 3 * 3);
    CHECK_EQ(task_row(TASK_A)->failures, 3 * 3);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    over();
}

// ---- time -------------------------------------------------------------------------------------

static void users_rest_as_their_class_says(void)
{
    static const struct {
        struct story story;
        int64_t count; // of each user in 60 s
    } rows[] = {
            {{.a = GO("/delay/100"), .pause = {GS_WAIT_CONSTANT, GS_S, 0}}, 55}, // 0, 1.1, ... 59.4
            {{.a = GO("/delay/100"), .pause = {GS_WAIT_BETWEEN, GS_S, GS_S}}, 55},
            {{.a = GO("/delay/300"), .pause = {GS_WAIT_PACING, GS_S, 0}}, 60},
            {{.a = GO("/delay/2000"), .pause = {GS_WAIT_PACING, GS_S, 0}}, 30},
            {{.a = GO("/delay/100"), .wait = "RETURN 0.4"}, 120},
            {{.a = GO("/delay/100"), .wait = "RETURN 1"}, 55},
            {{.a = GO("/delay/100"), .wait = "RETURN -1"}, 600},
            {{.a = GO("/delay/100"), .wait = "RETURN 'x'"}, 100}, // Python's: half a second
            {{.a = GO("/delay/100"), .wait = "python"}, 100},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run(&rows[i].story, 7, 2, 60 * GS_S);
        int64_t count = rig_total(rig_attack.total).count;
        // each wait is up to two ticks longer than asked: the last one may not come any more
        if (count > 7 * rows[i].count || count < 7 * (rows[i].count - 1)) {
            gs_test_failures++;
            fprintf(stderr, "row %zu: %lld requests\n", i, (long long)count);
        }
        over();
    }
}

static void programs_sleep(void)
{
    static const struct story story = {.a = "SLEEP 0.5; SLEEP 1; SLEEP 0; MOVE r0 '/x'; REQUEST r1 "
                                            "r0 0 :1; SLEEP True; RETURN 1"};
    run(&story, 4, 1, 10 * GS_S);
    CHECK_EQ(rig_row("mGET /x")->count, 4 * 4); // at 1.5, 4, 6.5 and 9
    CHECK_EQ(task_row(TASK_A)->count, 4 * 3);
    CHECK(is_about(task_row(TASK_A)->times.min_ns, 2500 * GS_MS));
    CHECK_EQ(task_row(TASK_A)->cut_off, 4);
    CHECK(is_about(took_ns(), 10 * GS_S)); // who sleeps ends at once
    over();
}

// The same seed: the same waits, on whatever lanes.
static void the_same_seed_rests_the_same(void)
{
    static const struct story story = {.a = GO("/x"),
                                       .pause = {GS_WAIT_BETWEEN, 100 * GS_MS, 900 * GS_MS}};
    int64_t counts[3];
    for (int i = 0; i < 3; i++) {
        struct gs_plan plan = stepped(20, i == 0 ? 1 : 2, 30 * GS_S);
        plan.seed = i < 2 ? 42 : 43;
        run_plan(&story, &plan);
        counts[i] = rig_total(rig_attack.total).count;
        over();
    }
    CHECK_EQ(counts[0], counts[1]);
    CHECK(counts[0] > 20 * 50 && counts[0] < 20 * 70);
}

// ---- hooks and sets ---------------------------------------------------------------------------

static void hooks_run_once(void)
{
    static const struct story story = {
            .a = GO("/delay/1000"), .start = GO("/start"), .stop = GO("/stop")};
    run(&story, 6, 2, 10 * GS_S);
    CHECK_EQ(rig_row("mGET /start")->count, 6);
    CHECK_EQ(rig_row("mGET /stop")->count, 6);
    CHECK_EQ(rig_row("mGET /delay/1000")->count, 6 * 10);
    CHECK_EQ(task_row(START)->count, 6);
    CHECK_EQ(task_row(STOP)->count, 6);
    CHECK_EQ(task_row(TASK_A)->count, 6 * 10);
    over();
}

static void hooks_may_be_pythons(void)
{
    static const struct story story = {
            .a = GO("/delay/1000"), .b = "python", .start = "python", .stop = "python"};
    run(&story, 6, 2, 10 * GS_S);
    CHECK_EQ(task_row(START)->count, 6);
    CHECK_EQ(task_row(STOP)->count, 6);
    CHECK_EQ(task_row(TASK_B)->count, asked[GS_NEED_ACT] - 12);
    CHECK(task_row(TASK_B)->count >= 6 * 9);
    over();
}

static void a_user_ends_itself(void)
{
    static const struct story stories[] = {
            {.a = "MOVE r0 '/x'; REQUEST r1 r0 0 :1; END :4", .stop = GO("/stop")},
            {.a = GO("/never"),
             .start = "MOVE r0 '/x'; REQUEST r1 r0 0 :1; END :4",
             .stop = GO("/stop")},
    };
    for (size_t i = 0; i < COUNT_OF(stories); i++) {
        run(&stories[i], 5, 1, GS_NEVER);
        CHECK_EQ(rig_row("mGET /x")->count, 5);
        CHECK_EQ(rig_row("mGET /stop")->count, 5);
        CHECK_EQ(rig_row("mGET /never")->count, 0);
        over();
    }
}

static void nested_sets_are_entered_and_left(void)
{
    static const struct story story = {
            .a = GO("/delay/100"),
            .x = "SELF_GET r0 0 :0; BINARY r0 r0 1 :0; SELF_SET r0 0 :0; MOVE r1 '/delay/50'; "
                 "REQUEST r2 r1 0 :1; COMPARE r2 r0 3 :0; IF r2 8; RETURN None; END :2",
            .x_start = GO("/in"),
            .x_stop = GO("/out"),
            .pause = {GS_WAIT_CONSTANT, 750 * GS_MS, 0}};
    run(&story, 4, 2, 17500 * GS_MS); // a round: 0.1 + 0.75 + 3 * 0.05 + 0.75 = 1.75 s
    int64_t rounds = rig_row("mGET /delay/100")->count;
    CHECK(rounds == 4 * 10 || rounds == 4 * 11);
    CHECK_EQ(rig_row("mGET /in")->count, rig_row("mGET /out")->count);
    CHECK_EQ(task_row(TASK_X)->count, rig_row("mGET /delay/50")->count);
    CHECK_EQ(rig_row("mGET /delay/50")->count, 3 * rig_row("mGET /in")->count);
    CHECK(rig_row("mGET /in")->count >= 4 * 9);
    CHECK_EQ(task_row(START)->count, rig_row("mGET /in")->count);
    over();
}

// Stopped in a nested set: both on_stop, from the inside.
static void a_stop_leaves_all_sets(void)
{
    static const struct story story = {
            .x = "SLEEP 1000; RETURN 1", .stop = GO("/user-stop"), .x_stop = GO("/set-stop")};
    run(&story, 4, 2, 10 * GS_S);
    CHECK_EQ(rig_row("mGET /user-stop")->count, 4);
    CHECK_EQ(rig_row("mGET /set-stop")->count, 4);
    CHECK_EQ(task_row(TASK_X)->cut_off, 4);
    CHECK(is_about(took_ns(), 10 * GS_S));
    over();
}

static void instances_are_asked_for(void)
{
    static const struct story story = {
            .a = GO("/a"), .x = "END :2", .pause = {GS_WAIT_CONSTANT, GS_S, 0}, .has_init = true};
    run(&story, 3, 1, 10 * GS_S);
    CHECK_EQ(asked[GS_NEED_BIRTH], 3);
    CHECK_EQ(asked[GS_NEED_OPEN], 3 * 5);
    CHECK_EQ(task_row(TASK_X)->count, 3 * 5);
    over();
    atomic_store(&births_fail, 1);
    run(&story, 3, 1, 10 * GS_S);
    CHECK_EQ(asked[GS_NEED_BIRTH], 3);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    over();
    atomic_store(&births_fail, 0);
}

// ---- attributes -------------------------------------------------------------------------------

static void each_user_has_its_own_attributes(void)
{
    static const struct story story = {.birth = "SELF_SET 0 0 :1; RETURN None",
                                       .a = "SELF_GET r0 0 :1; BINARY r0 r0 1 :0; SELF_SET r0 0 "
                                            ":1; MOVE r1 '/n/'; MOVE r2 r0; "
                                            "CONCAT r3 r1 :2; REQUEST r4 r3 0 :1; RETURN None",
                                       .pause = {GS_WAIT_CONSTANT, GS_S, 0}};
    run(&story, 6, 3, 4500 * GS_MS);
    for (int n = 1; n <= 5; n++) {
        char row[40];
        snprintf(row, sizeof row, "mGET /n/%d", n);
        CHECK_EQ(rig_row(row)->count, 6);
    }
    CHECK_EQ(rig_total(rig_attack.total).count, 30);
    over();
}

// What an answer said is there behind further waits.
static void answers_stay(void)
{
    static const struct story story = {
            .a = "MOVE r0 '/status/404'; REQUEST r1 r0 0 :1; SELF_SET r1 0 :1; SLEEP 0.5; "
                 "MOVE r0 '/other'; REQUEST r2 r0 0 :1; SELF_GET r1 0 :1; ATTR r2 r1 'text'; "
                 "COMPARE r3 r2 'GET /status/404' :0; UNLESS r3 13; ATTR r2 r1 'status_code'; "
                 "COMPARE r3 r2 404 :0; IF r3 15; MOVE r0 '/wrong'; REQUEST r2 r0 0 :1; END :4"};
    run(&story, 4, 2, 10 * GS_S);
    CHECK_EQ(rig_row("mGET /other")->count, 4);
    CHECK_EQ(rig_row("mGET /wrong")->count, 0);
    CHECK_EQ(asked[GS_NEED_OP], 0);
    over();
}

// ---- the end ----------------------------------------------------------------------------------

// Stopped after 10 s with requests of 3 s in flight since 9 s.
static void requests_in_flight_have_the_stop_timeout(void)
{
    static const struct story story = {.a = GO("/delay/3000")};
    static const struct {
        uint64_t timeout_ns;
        int64_t count, cut_off;
        uint64_t end_ns;
    } rows[] = {
            {5 * GS_S, 7 * 4, 0, 12 * GS_S}, {GS_S, 7 * 3, 7, 11 * GS_S}, {0, 7 * 3, 7, 10 * GS_S}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_plan plan = stepped(7, 1, 10 * GS_S);
        plan.stop_timeout_ns = rows[i].timeout_ns;
        run_plan(&story, &plan);
        const struct gs_row *row = rig_row("mGET /delay/3000");
        CHECK_EQ(row->count, rows[i].count);
        CHECK_EQ(row->cut_off, rows[i].cut_off);
        CHECK_EQ(row->failures, 0);
        CHECK_EQ(task_row(TASK_A)->count, rows[i].count);
        CHECK_EQ(task_row(TASK_A)->cut_off, rows[i].cut_off);
        CHECK_EQ(task_row(TASK_A)->failures, 0);
        CHECK(is_about(took_ns(), rows[i].end_ns));
        over();
    }
}

static void who_rests_ends_at_once(void)
{
    static const struct story story = {.a = GO("/x"), .pause = {GS_WAIT_CONSTANT, 1000 * GS_S, 0}};
    run(&story, 7, 1, 10 * GS_S);
    CHECK_EQ(rig_row("mGET /x")->count, 7);
    CHECK_EQ(task_row(TASK_A)->cut_off, 0);
    CHECK(is_about(took_ns(), 10 * GS_S));
    over();
}

// on_stop has the grace time and no more.
static void the_grace_is_for_on_stop_too(void)
{
    static const struct {
        const char *stop;
        int64_t count, cut_off;
        uint64_t end_ns;
    } rows[] = {{GO("/delay/2000"), 7, 0, 12 * GS_S},
                {"SLEEP 2; RETURN 1", 7, 0, 12 * GS_S},
                {GO("/delay/60000"), 0, 7, 15 * GS_S},
                {"SLEEP 60; RETURN 1", 0, 7, 15 * GS_S},
                {GO("/hang"), 0, 7, 15 * GS_S}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct story story = {.a = "SLEEP 1000; RETURN 1", .stop = rows[i].stop};
        run(&story, 7, 1, 10 * GS_S);
        CHECK_EQ(task_row(STOP)->count, rows[i].count);
        CHECK_EQ(task_row(STOP)->cut_off, rows[i].cut_off);
        CHECK_EQ(task_row(TASK_A)->cut_off, 7);
        CHECK(is_about(took_ns(), rows[i].end_ns));
        CHECK_EQ(rig_attack.total->dropped_users, 0);
        over();
    }
}

// finally: the program hears of the stop where a handler takes more than errors, and goes on.
static void handlers_hear_of_the_stop(void)
{
    static const struct story stories[] = {
            {.a = "TRY 0 1 1 r5; SLEEP 1000; MOVE r0 '/finally'; REQUEST r1 r0 0 :1; RERAISE r5"},
            {.a = "NARROW 0 1 1 r5; SLEEP 1000; MOVE r0 '/finally'; REQUEST r1 r0 0 :1; RERAISE "
                  "r5"},
    };
    for (size_t i = 0; i < COUNT_OF(stories); i++) {
        run(&stories[i], 5, 1, 10 * GS_S);
        CHECK_EQ(rig_row("mGET /finally")->count, i == 0 ? 5 : 0);
        CHECK_EQ(asked[GS_NEED_STOP], i == 0 ? 5 : 0);
        CHECK_EQ(rig_attack.total->dropped_users, 0);
        over();
    }
}

// A program that takes the stop for nothing again and again is told twice more, then dropped.
static void who_goes_on_regardless_is_dropped(void)
{
    static const struct story story = {.a = "TRY 0 1 1 r5; SLEEP 1000; JUMP 0"};
    run(&story, 5, 1, 10 * GS_S);
    CHECK_EQ(rig_attack.total->dropped_users, 5);
    CHECK(is_about(took_ns(), 15 * GS_S));
    over();
}

// A loop that never waits gives way, to other users and to the end (by the real clock).
static void a_loop_without_end_ends(void)
{
    static const struct story story = {.a = "JUMP 0"};
    struct gs_plan plan = stepped(3, 1, 50 * GS_MS);
    plan.stepped = false;
    plan.stop_timeout_ns = 50 * GS_MS;
    run_plan(&story, &plan);
    CHECK_EQ(rig_attack.users_hatched, 3);
    over();
}

// ---- what Python is asked for -----------------------------------------------------------------

static void errors_fail_the_task(void)
{
    static const struct story story = {.a = "SET r0 r0 :0; RETURN 1",
                                       .b = "TRY 0 1 1 r5; SET r0 r0 :0; RETURN 1",
                                       .pause = {GS_WAIT_CONSTANT, GS_S, 0}};
    run(&story, 4, 2, 9500 * GS_MS);
    CHECK_EQ(task_row(TASK_A)->failures, 4 * 5);
    CHECK_EQ(task_row(TASK_A)->count, 4 * 5);
    CHECK_EQ(task_row(TASK_B)->failures, 0);
    CHECK_EQ(task_row(TASK_B)->count, 4 * 5);
    CHECK_EQ(asked[GS_NEED_OP], 4 * 10);
    over();
}

static void errors_in_wait_time_are_a_second(void)
{
    static const struct story story = {.a = GO("/x"), .wait = "SET r0 r0 :0; RETURN 1"};
    run(&story, 4, 1, 9500 * GS_MS);
    CHECK_EQ(rig_row("mGET /x")->count, 4 * 10);
    over();
}

static void nothing_is_counted_without_metrics(void)
{
    static const struct story story = {.a = "MOVE r0 '/x'; REQUEST r1 r0 0 :1; MOVE r2 'bad'; "
                                            "METHOD r3 r1 'failure' :2; END :4"};
    struct gs_plan plan = stepped(3, 1, GS_S);
    plan.metrics = false;
    run_plan(&story, &plan);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    CHECK_EQ(task_row(TASK_A)->count, 0);
    CHECK_EQ(rig_attack.total->errors.count, 0);
    over();
}

// Many of everything at once; for the sanitizers, on two lanes.
static void two_lanes_share_a_program(void)
{
    static const struct story story = {
            .birth = "SELF_SET 0 0 :1; RETURN None",
            .a = "MOVE r0 {'k': ['a', (1, 2)]}; INDEX r1 r0 'k'; MOVE r2 '/n/'; MOVE r3 'x'; "
                 "CONCAT r2 r2 :2; REQUEST r3 r2 0 :1; SELF_SET r3 0 :1; ATTR r4 r3 'text'; "
                 "CALL r5 r4 len :1; MOVE r4 'bad'; METHOD r5 r3 'failure' :2; SLEEP 0.01; RETURN "
                 "r1",
            .x = "LIST r0 r0 :0; PUSH r0 1; SELF_SET r0 0 :0; END :3",
            .start = "MOVE r0 'line'; CALL r1 r0 print :1; RETURN 1",
            .pause = {GS_WAIT_BETWEEN, 0, 20 * GS_MS}};
    struct gs_plan plan = stepped(50, 2, 200 * GS_MS);
    plan.stepped = false;
    run_plan(&story, &plan);
    CHECK(rig_row("mGET /n/x")->count >= 50);
    CHECK_EQ(rig_row("mGET /n/x")->failures, rig_row("mGET /n/x")->count);
    over();
}

TEST_MAIN(TEST(counts_to_the_request), TEST(answers_nobody_looks_at_are_counted),
          TEST(bodies_are_sent), TEST(failures_go_by_status), TEST(odd_requests_are_pythons),
          TEST(users_rest_as_their_class_says), TEST(programs_sleep),
          TEST(the_same_seed_rests_the_same), TEST(hooks_run_once), TEST(hooks_may_be_pythons),
          TEST(a_user_ends_itself), TEST(nested_sets_are_entered_and_left),
          TEST(a_stop_leaves_all_sets), TEST(instances_are_asked_for),
          TEST(each_user_has_its_own_attributes), TEST(answers_stay),
          TEST(requests_in_flight_have_the_stop_timeout), TEST(who_rests_ends_at_once),
          TEST(the_grace_is_for_on_stop_too), TEST(handlers_hear_of_the_stop),
          TEST(who_goes_on_regardless_is_dropped), TEST(a_loop_without_end_ends),
          TEST(errors_fail_the_task), TEST(errors_in_wait_time_are_a_second),
          TEST(nothing_is_counted_without_metrics), TEST(two_lanes_share_a_program))
