#include "base/list.h"

#include "base/test.h"

struct item {
    int value;
    struct gs_node node;
};

static int next_value(struct gs_node *head)
{
    struct gs_node *node = gs_list_pop(head);
    return node ? GS_OWNER(node, struct item, node)->value : -1;
}

static void first_in_first_out(void)
{
    struct gs_node head;
    struct item items[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    gs_list_init(&head);
    CHECK(gs_list_empty(&head));
    CHECK(gs_list_pop(&head) == NULL);
    for (int i = 0; i < 3; i++)
        gs_list_add_tail(&head, &items[i].node);
    CHECK(!gs_list_empty(&head));
    for (int i = 1; i <= 3; i++)
        CHECK_EQ(next_value(&head), i);
    CHECK(gs_list_empty(&head));
}

static void removes_from_anywhere_and_twice(void)
{
    struct gs_node head;
    struct item items[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    struct item outside = {.value = 4};
    gs_list_init(&head);
    for (int i = 0; i < 3; i++)
        gs_list_add_tail(&head, &items[i].node);
    gs_list_remove(&items[1].node);
    gs_list_remove(&items[1].node);
    gs_list_remove(&outside.node);
    CHECK_EQ(next_value(&head), 1);
    CHECK_EQ(next_value(&head), 3);
    CHECK(gs_list_empty(&head));
    gs_list_add_tail(&head, &items[1].node);
    CHECK_EQ(next_value(&head), 2);
}

static void moves_all(void)
{
    struct gs_node from, to;
    struct item items[2] = {{.value = 1}, {.value = 2}};
    gs_list_init(&from);
    gs_list_move(&to, &from);
    CHECK(gs_list_empty(&to) && gs_list_empty(&from));
    gs_list_add_tail(&from, &items[0].node);
    gs_list_add_tail(&from, &items[1].node);
    gs_list_move(&to, &from);
    CHECK(gs_list_empty(&from));
    gs_list_add_tail(&from, &(struct item){.value = 3}.node); // the old list is a list of its own
    CHECK_EQ(next_value(&to), 1);
    CHECK_EQ(next_value(&to), 2);
    CHECK(gs_list_empty(&to));
    CHECK_EQ(next_value(&from), 3);
}

TEST_MAIN(TEST(first_in_first_out), TEST(removes_from_anywhere_and_twice), TEST(moves_all))
