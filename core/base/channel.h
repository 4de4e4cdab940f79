/* core/base/channel.h - messages between two processes over a socket, each whole or not at all.
 *
 * A message is eight octets with its length, and that many octets.  What the other side sends is not trusted: a length
 * beyond the limit ends the channel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct channel;
struct loop;

struct channel_handler {
    bool (*message)(void *arg, struct str); /* borrowed for the call; false: it is none, and the channel ends */
    void (*lost)(void *arg); /* called once: the other side has closed it, or it is broken; then it may be freed */
};

/* Takes the socket, which is made non-blocking.  NULL: no memory, and it is closed. */
struct channel *channel_new(struct loop *, int fd, size_t longest, const struct channel_handler *, void *arg);
void channel_free(struct channel *); /* closes it, whatever has not been sent; not from `message`; NULL is fine */
bool channel_send(struct channel *, struct str); /* copied, and sent as the other side takes it; false: no memory */
