// list: an intrusive doubly linked ring; the head is a node of its own.
// Owns nothing. One thread at a time.
#ifndef GS_BASE_LIST_H
#define GS_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct gs_node {
    struct gs_node *next, *prev;
};

#define GS_OWNER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void gs_list_init(struct gs_node *head)
{
    head->next = head->prev = head;
}

static inline bool gs_list_empty(const struct gs_node *head)
{
    return head->next == head;
}

static inline void gs_list_add_tail(struct gs_node *head, struct gs_node *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

// Takes the node out of its list; a node that is in none (next == NULL) is left alone.
static inline void gs_list_remove(struct gs_node *node)
{
    if (!node->next)
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
}

// Takes the first node, or gives NULL.
static inline struct gs_node *gs_list_pop(struct gs_node *head)
{
    if (gs_list_empty(head))
        return NULL;
    struct gs_node *node = head->next;
    gs_list_remove(node);
    return node;
}

// Moves every node of `from` to the empty list `to`.
static inline void gs_list_move(struct gs_node *to, struct gs_node *from)
{
    gs_list_init(to);
    if (gs_list_empty(from))
        return;
    to->next = from->next;
    to->prev = from->prev;
    to->next->prev = to;
    to->prev->next = to;
    gs_list_init(from);
}

#endif
