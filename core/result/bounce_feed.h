/* core/result/bounce_feed.h - finds the rejections in what mail servers leave behind.
 *
 * Lines go in, rejections come out, each as a text for bounce_explain(): of the logs of Postfix, Exim and OpenSMTPD, of
 * notifications (RFC 3464), one or a whole mailbox of them, and of the queue as `postqueue -j` lists it.  What the
 * server did with mail of others is none: only lines of its sending side are looked at.
 *
 * The memory is of one size, however long the input is.  A line may be cut by whoever reads it; what then is missing is
 * the end of a text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;
struct bounce_feed;

enum { BOUNCE_LINE_MAX = 262144, BOUNCE_TEXT_MAX = 16384 };

/* `text` is valid during the call only. */
typedef void bounce_sink(void *context, struct str text);

struct bounce_feed *bounce_feed_new(struct arena *, bounce_sink *, void *context);
void bounce_feed_line(struct bounce_feed *, const char *line, size_t len); /* without its end; line[len] is NUL */
void bounce_feed_end(struct bounce_feed *);

/* Was it a log, a queue or a mailbox?  Then a text without rejections has none, and is not one itself. */
bool bounce_feed_is_collection(const struct bounce_feed *);
