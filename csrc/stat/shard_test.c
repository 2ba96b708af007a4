#include "stat/shard.h"

#include <stdlib.h>

#include "base/test.h"

struct lane {
    struct gs_intern names;
    struct gs_shard *shard;
};

static struct lane lane_new(uint32_t tasks)
{
    struct lane lane;
    gs_names_init(&lane.names);
    lane.shard = gs_shard_new(tasks);
    return lane;
}

static void lane_free(struct lane *lane)
{
    gs_shard_free(lane->shard);
    gs_intern_fini(&lane->names);
}

static struct gs_row *row_of(struct lane *lane, const char *method, const char *name)
{
    uint32_t id = gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN, method, name, strlen(name));
    return gs_shard_row(lane->shard, &lane->names, id);
}

static void merge(struct lane *to, const struct lane *from)
{
    gs_shard_merge(to->shard, &to->names, from->shard);
}

static const struct gs_row *find_row(const struct lane *lane, const char *key)
{
    uint32_t id = gs_intern_find(&lane->names, key, strlen(key));
    return id < lane->shard->row_count ? lane->shard->rows[id] : NULL;
}

static int64_t status_of(const struct gs_row *row, int status)
{
    for (uint32_t i = 0; i < row->status_count; i++)
        if (row->statuses[i].status == status)
            return row->statuses[i].count;
    return 0;
}

// The count of an error of a row, its text as kept.
static int64_t error_of(const struct lane *lane, const char *row, const char *text)
{
    char key[4096];
    size_t n = strlen(row), m = strlen(text);
    memcpy(key, row, n);
    key[n] = '\0';
    memcpy(key + n + 1, text, m);
    uint32_t id = gs_intern_find(&lane->shard->errors, key, n + 1 + m);
    return id == GS_INTERN_NONE ? 0 : lane->shard->error_counts[id];
}

static void record(struct lane *lane, const char *name, int status, uint64_t ms)
{
    struct gs_sample sample = {.elapsed_ns = ms * 1000000,
                               .status = (uint16_t)status,
                               .bytes_sent = 10,
                               .bytes_received = 100,
                               .redirects = 2,
                               .resent = 1,
                               .failed = status == 0 || status >= 400};
    gs_row_record(row_of(lane, "GET", name), &sample);
}

static void records_a_request(void)
{
    struct lane lane = lane_new(0);
    record(&lane, "/a", 200, 5);
    record(&lane, "/a", 200, 7);
    record(&lane, "/a", 404, 9);
    record(&lane, "/b", 0, 11);
    const struct gs_row *a = find_row(&lane, "mGET /a"), *b = find_row(&lane, "mGET /b");
    CHECK_EQ(a->count, 3);
    CHECK_EQ(a->failures, 1);
    CHECK_EQ(a->redirects, 6);
    CHECK_EQ(a->resent, 3);
    CHECK_EQ(a->bytes_sent, 30);
    CHECK_EQ(a->bytes_received, 300);
    CHECK_EQ(status_of(a, 200), 2);
    CHECK_EQ(status_of(a, 404), 1);
    CHECK_EQ(a->times.count, 3);
    CHECK_EQ(a->times.max_ns, 9000000);
    CHECK_EQ(b->count, 1);
    CHECK_EQ(b->failures, 1);
    CHECK_EQ(status_of(b, 0), 1);
    lane_free(&lane);
}

// Methods, kinds and names make a row; the same name in test_start is another one.
static void a_row_is_kind_method_and_name(void)
{
    struct lane lane = lane_new(0);
    struct gs_row *get = row_of(&lane, "GET", "/a"), *post = row_of(&lane, "POST", "/a");
    uint32_t start = gs_name_id(&lane.names, lane.shard, GS_KIND_START, "GET", "/a", 2);
    struct gs_row *setup = gs_shard_row(lane.shard, &lane.names, start);
    CHECK(get != post && get != setup && get == row_of(&lane, "GET", "/a"));
    CHECK_TEXT(get->key, get->key_len, "mGET /a");
    CHECK_TEXT(setup->key, setup->key_len, "sGET /a");
    lane_free(&lane);
}

// Lanes meet names in their own order; a request judged anew after its count was collected is a
// difference of -1 that the total takes in.
static void merges_lanes_and_differences(void)
{
    struct lane one = lane_new(1), two = lane_new(1), total = lane_new(1);
    record(&one, "/a", 200, 5);
    record(&one, "/b", 500, 6);
    record(&two, "/b", 200, 7);
    record(&two, "/c", 200, 8);
    gs_shard_error(one.shard, row_of(&one, "GET", "/b"), "status 500", 10, 500, 1);
    one.shard->tasks[0].count = 3;
    two.shard->tasks[0].count = 4;
    two.shard->tasks[0].failures = 1;
    two.shard->tasks[0].cut_off = 2;
    row_of(&one, "GET", "/a")->cut_off = 1;
    one.shard->dropped_users = 1;
    merge(&total, &one);
    merge(&total, &two);
    CHECK_EQ(find_row(&total, "mGET /b")->count, 2);
    CHECK_EQ(find_row(&total, "mGET /b")->failures, 1);
    CHECK_EQ(status_of(find_row(&total, "mGET /b"), 500), 1);
    CHECK_EQ(status_of(find_row(&total, "mGET /b"), 200), 1);
    CHECK_EQ(find_row(&total, "mGET /b")->times.count, 2);
    CHECK_EQ(find_row(&total, "mGET /a")->cut_off, 1);
    CHECK_EQ(find_row(&total, "mGET /c")->count, 1);
    CHECK_EQ(total.shard->tasks[0].count, 7);
    CHECK_EQ(total.shard->tasks[0].failures, 1);
    CHECK_EQ(total.shard->tasks[0].cut_off, 2);
    CHECK_EQ(total.shard->dropped_users, 1);
    CHECK_EQ(error_of(&total, "mGET /b", "status 500"), 1);

    struct lane later = lane_new(1);
    row_of(&later, "GET", "/b")->failures = -1; // success() after all
    gs_shard_error(later.shard, row_of(&later, "GET", "/b"), "status 500", 10, 500, -1);
    merge(&total, &later);
    CHECK_EQ(find_row(&total, "mGET /b")->failures, 0);
    CHECK_EQ(find_row(&total, "mGET /b")->count, 2);
    CHECK_EQ(error_of(&total, "mGET /b", "status 500"), 0);
    lane_free(&one);
    lane_free(&two);
    lane_free(&later);
    lane_free(&total);
}

// 5,000 names, then "(other)" for each kind: no request is lost.
static void names_are_bounded(void)
{
    struct lane lane = lane_new(0), total = lane_new(0);
    char name[32];
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "/item/%d", i);
        record(&lane, name, 200, 1);
    }
    CHECK_EQ(lane.names.count, GS_NAMES_MAX + 1);
    CHECK_EQ(lane.shard->dropped_names, 1000);
    CHECK_EQ(find_row(&lane, "m(other) (other)")->count, 1000);
    record(&lane, "/item/17", 200, 1); // a known one is still itself
    CHECK_EQ(find_row(&lane, "mGET /item/17")->count, 2);
    merge(&total, &lane);
    CHECK_EQ(find_row(&total, "m(other) (other)")->count, 1000);
    CHECK_EQ(find_row(&total, "mGET /item/4999")->count, 1);
    int64_t sum = 0;
    for (uint32_t i = 0; i < total.shard->row_count; i++)
        sum += total.shard->rows[i] ? total.shard->rows[i]->count : 0;
    CHECK_EQ(sum, 6001);
    CHECK_EQ(total.shard->dropped_names, 1000); // said once, not again in the merge
    lane_free(&lane);
    lane_free(&total);
}

// Two lanes with names of their own: the total has no more rows than one lane may have.
static void names_of_lanes_are_bounded_together(void)
{
    struct lane lanes[2] = {lane_new(0), lane_new(0)}, total = lane_new(0);
    char name[32];
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "/item/%d", i);
        record(&lanes[i % 2], name, 200, 1);
    }
    merge(&total, &lanes[0]);
    merge(&total, &lanes[1]);
    CHECK_EQ(total.names.count, GS_NAMES_MAX + 1);
    CHECK_EQ(find_row(&total, "m(other) (other)")->count, 1000);
    CHECK_EQ(total.shard->dropped_names, 1000);
    for (int i = 0; i < 2; i++)
        lane_free(&lanes[i]);
    lane_free(&total);
}

// A name longer than is kept is cut at a character, and the same in every lane and the total.
static void long_names_are_cut(void)
{
    struct lane lane = lane_new(0), total = lane_new(0);
    char name[3001];
    for (int i = 0; i < 3000; i += 2)
        memcpy(name + i, "\xc3\xa4", 2);
    name[3000] = '\0';
    record(&lane, name, 200, 1);
    name[0] = 'x'; // now cut inside a character, if at a fixed byte
    record(&lane, name, 200, 1);
    gs_shard_error(lane.shard, row_of(&lane, "GET", name), "bad", 3, 0, 1);
    merge(&total, &lane);
    CHECK_EQ(total.names.count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct gs_intern_entry a = lane.names.entries[i], b = total.names.entries[i];
        CHECK(a.len > 1000 && a.len <= 1100);
        CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
        CHECK_EQ((unsigned char)a.data[a.len - 1], 0xa4);
    }
    char key[2048] = "";
    memcpy(key, total.names.entries[1].data, total.names.entries[1].len);
    key[total.names.entries[1].len] = '\0';
    CHECK_EQ(error_of(&total, key, "bad"), 1); // and its errors stand under the same name
    lane_free(&lane);
    lane_free(&total);
}

static void error_texts_do_not_multiply(void)
{
    struct lane lane = lane_new(0);
    static const char *const texts[][2] = {
            {"user 17 of 4", "user # of #"},
            {"at 0x7f3c_", "at #_"},
            {"<Foo object at 0x7F00AAFF>", "<Foo object at #>"},
            {"status 503", "status 503"}, // the status itself stays
            {"code 5030 503", "code # 503"},
            {"1.25 s", "#.# s"},
            {"no numbers", "no numbers"},
            {"too many redirects (limit 30)", "too many redirects (limit 30)"}, // the engine's own
            {"TLS error: code 7", "TLS error: code #"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gs_row *row = row_of(&lane, "GET", "/a");
        gs_shard_error(lane.shard, row, texts[i][0], strlen(texts[i][0]), 503, 1);
        CHECK_EQ(error_of(&lane, "mGET /a", texts[i][1]), 1);
    }
    CHECK_EQ(lane.shard->errors.count, sizeof texts / sizeof *texts);
    lane_free(&lane);
}

static void a_status_is_kept_only_as_the_status(void)
{
    struct lane lane = lane_new(0);
    gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), "status 404 not 200", 18, 404, 1);
    CHECK_EQ(error_of(&lane, "mGET /a", "status 404 not #"), 1);
    gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), "took 404", 8, 0, 1);
    CHECK_EQ(error_of(&lane, "mGET /a", "took #"), 1);
    lane_free(&lane);
}

static void error_texts_are_cut_at_a_character(void)
{
    struct lane lane = lane_new(0);
    char text[1000], kept[GS_ERROR_TEXT_BYTES + 1] = "";
    text[0] = 'x';
    for (int i = 1; i + 1 < 1000; i += 2)
        memcpy(text + i, "\xc3\xa4", 2); // bytes 299 and 300 are one character
    memcpy(kept, text, 299);
    gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), text, 999, 0, 1);
    CHECK_EQ(error_of(&lane, "mGET /a", kept), 1);
    gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), text + 1, 998, 0, 1);
    memcpy(kept, text + 1, 300);
    CHECK_EQ(error_of(&lane, "mGET /a", kept), 1);
    gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), "a\0b", 3, 0, 1);
    CHECK_EQ(error_of(&lane, "mGET /a", "a b"), 1); // NUL parts a key's name and text
    lane_free(&lane);
}

// Text i of thousands that differ in letters, for digits would make them one.
static size_t letters(char *text, int i)
{
    return (size_t)sprintf(text, "error %c%c%c", 'a' + i / 676 % 26, 'a' + i / 26 % 26,
                           'a' + i % 26);
}

static void errors_are_bounded(void)
{
    struct lane lane = lane_new(0), total = lane_new(0);
    char text[32];
    for (int i = 0; i < 700; i++)
        gs_shard_error(lane.shard, row_of(&lane, "GET", "/a"), text, letters(text, i), 0, 1);
    CHECK_EQ(lane.shard->errors.count, GS_ERROR_TEXTS_MAX + 1);
    CHECK_EQ(lane.shard->dropped_errors, 200);
    CHECK_EQ(error_of(&lane, "mOTHER (other)", "(other)"), 200);
    letters(text, 3);
    CHECK_EQ(error_of(&lane, "mGET /a", text), 1);
    merge(&total, &lane);
    CHECK_EQ(error_of(&total, "mOTHER (other)", "(other)"), 200);
    CHECK_EQ(total.shard->dropped_errors, 200); // said once, not again in the merge
    merge(&total, &lane);
    CHECK_EQ(error_of(&total, "mOTHER (other)", "(other)"), 400);
    CHECK_EQ(total.shard->dropped_errors, 400);
    lane_free(&lane);
    lane_free(&total);
}

static void task_errors_have_their_own_key(void)
{
    struct lane lane = lane_new(2);
    gs_shard_task_error(lane.shard, "User.index", "ValueError: 17", 14, 2);
    CHECK_EQ(error_of(&lane, "mTASK User.index", "ValueError: #"), 2);
    gs_shard_task_error(lane.shard, "User.index", "ValueError: 18", 14, 1);
    CHECK_EQ(error_of(&lane, "mTASK User.index", "ValueError: #"), 3);
    lane_free(&lane);
}

TEST_MAIN(TEST(records_a_request), TEST(a_row_is_kind_method_and_name),
          TEST(merges_lanes_and_differences), TEST(names_are_bounded),
          TEST(names_of_lanes_are_bounded_together), TEST(long_names_are_cut),
          TEST(error_texts_do_not_multiply), TEST(a_status_is_kept_only_as_the_status),
          TEST(error_texts_are_cut_at_a_character), TEST(errors_are_bounded),
          TEST(task_errors_have_their_own_key))
