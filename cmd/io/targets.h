/* cmd/io/targets.h - which domains are audited: arguments, and lists of any length.
 *
 * A list is streamed: one line at a time is in memory, and the names seen so far up to TARGETS_REMEMBERED, to leave out
 * duplicates.  A line is a domain, or it is empty or a comment, or it is bad; a bad one is handed out with its number
 * and the reason, and the next line stands for itself.  (threats.md J4)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/str.h"

struct arena;

/* The A-label name that a user means; NULL with *why, to follow the text in a sentence: "is a URL, not a domain". */
const char *domain_from_text(struct arena *, struct str text, const char **why);

enum list_step {
    LIST_DOMAIN,
    LIST_BAD,  /* see `why` */
    LIST_WAIT, /* nothing to read yet: come back later */
    LIST_END,
    LIST_ERROR, /* reading failed: see errno */
};

struct list_item {
    size_t line;        /* from 1; 0 for arguments */
    const char *domain; /* LIST_DOMAIN */
    struct str text;    /* LIST_BAD: what stood there, cut */
    const char *why;
};

/* As read(2); EAGAIN means LIST_WAIT. */
typedef ssize_t list_read(void *arg, char *bytes, size_t size);
ssize_t list_read_fd(void *fd, char *bytes, size_t size); /* `fd` points to an int; waits a millisecond at most */

struct target_list;
struct target_list *target_list_new(const char *const *arguments, size_t argument_count, list_read *,
                                    void *arg); /* read NULL: arguments only */
void target_list_free(struct target_list *);
enum list_step target_list_next(struct target_list *, struct arena *, struct list_item *out); /* texts in the arena */
