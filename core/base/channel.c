/* core/base/channel.c - a libevent bufferevent. */
#include "core/base/channel.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/base/loop.h"

struct channel {
    struct bufferevent *stream;
    size_t longest;
    struct channel_handler handler;
    void *arg;
    bool is_lost;
};

static void lose(struct channel *channel)
{
    if (channel->is_lost)
        return;
    channel->is_lost = true;
    bufferevent_disable(channel->stream, EV_READ | EV_WRITE);
    channel->handler.lost(channel->arg);
}

/* What has arrived, one message after the other; false: what has is none. */
static bool take_messages(struct channel *channel)
{
    struct evbuffer *input = bufferevent_get_input(channel->stream);
    uint64_t length;

    while (evbuffer_copyout(input, &length, sizeof length) == (ev_ssize_t)sizeof length) {
        const unsigned char *whole;

        if (length > channel->longest)
            return false;
        if (evbuffer_get_length(input) - sizeof length < length)
            return true;
        whole = evbuffer_pullup(input, (ev_ssize_t)(sizeof length + length));
        if (!whole ||
            !channel->handler.message(channel->arg, (struct str){(const char *)whole + sizeof length, (size_t)length}))
            return false;
        evbuffer_drain(input, sizeof length + (size_t)length);
    }
    return true;
}

static void on_read(struct bufferevent *stream, void *arg)
{
    (void)stream;
    if (!take_messages(arg))
        lose(arg);
}

static void on_end(struct bufferevent *stream, short what, void *arg)
{
    (void)stream;
    (void)what;
    lose(arg);
}

struct channel *channel_new(struct loop *loop, int fd, size_t longest, const struct channel_handler *handler, void *arg)
{
    struct channel *channel = calloc(1, sizeof *channel);

    if (!channel || evutil_make_socket_nonblocking(fd) != 0 ||
        !(channel->stream = bufferevent_socket_new(loop_base(loop), fd, BEV_OPT_CLOSE_ON_FREE))) {
        close(fd);
        free(channel);
        return NULL;
    }
    channel->longest = longest;
    channel->handler = *handler;
    channel->arg = arg;
    bufferevent_setcb(channel->stream, on_read, NULL, on_end, channel);
    if (bufferevent_enable(channel->stream, EV_READ | EV_WRITE) == 0)
        return channel;
    channel_free(channel);
    return NULL;
}

void channel_free(struct channel *channel)
{
    if (!channel)
        return;
    shutdown(bufferevent_getfd(channel->stream), SHUT_RDWR); /* libevent closes it in a later turn, if there is one */
    bufferevent_free(channel->stream);
    free(channel);
}

bool channel_send(struct channel *channel, struct str message)
{
    uint64_t length = message.len;

    return bufferevent_write(channel->stream, &length, sizeof length) == 0 &&
           bufferevent_write(channel->stream, message.at, message.len) == 0;
}
