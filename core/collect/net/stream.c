/* core/collect/net/stream.c - a libevent bufferevent that owns
 * the socket, and a TLS client between it and the owner. */
#include "core/collect/net/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/tls/tls.h"

enum { READ_MAX = 16384, CHUNK = 4096 };

/* How a TLS record with a ServerHello begins (RFC 8446 5.1). */
enum { RECORD_HANDSHAKE = 22, RECORD_MAJOR = 3 };

struct stream {
    struct loop *loop;
    struct stream_handler handler;
    void *arg;
    evutil_socket_t fd;
    struct event *connecting;
    struct bufferevent *raw; /* NULL until connected; then it owns fd */
    struct tls_client *tls;
    struct evbuffer *clear; /* decrypted */
    size_t received;
    bool server_spoke_tls, secured;
};

struct stream *stream_new(struct loop *loop, const struct stream_handler *handler, void *arg)
{
    struct stream *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->loop = loop;
    s->handler = *handler;
    s->arg = arg;
    s->fd = -1;
    return s;
}

/* Alert or close_notify, as far as the socket takes it at once. */
static void say_goodbye(struct stream *s)
{
    char bytes[CHUNK];
    size_t size;

    tls_close(s->tls);
    size = tls_take(s->tls, bytes, sizeof bytes);
    if (size > 0 && evbuffer_get_length(bufferevent_get_output(s->raw)) == 0)
        (void)send(s->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    if (s->tls)
        say_goodbye(s);
    if (s->connecting)
        event_free(s->connecting);
    if (s->raw)
        bufferevent_free(s->raw);
    else if (s->fd >= 0)
        close(s->fd);
    if (s->clear)
        evbuffer_free(s->clear);
    tls_client_free(s->tls);
    free(s);
}

/* ---- what goes, and what comes ---- */

/* False: no memory.  Where libevent was refused it for a callback of its own, which it does not tell, it would never
 * begin to write by itself. */
static bool write_out(struct stream *s, const char *bytes, size_t size)
{
    return bufferevent_write(s->raw, bytes, size) == 0 && bufferevent_enable(s->raw, EV_WRITE) == 0;
}

static struct evbuffer *input_of(struct stream *s)
{
    return s->secured ? s->clear : bufferevent_get_input(s->raw);
}

/* In one piece, as stream_input() gives it.  False: no memory; bytes that are there would be waited for. */
static bool gather(struct stream *s)
{
    struct evbuffer *input = input_of(s);

    return evbuffer_get_length(input) == 0 || evbuffer_pullup(input, -1);
}

static void tell_readable(struct stream *s)
{
    if (gather(s))
        s->handler.readable(s->arg);
    else
        s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
}

/* ---- TLS ---- */

static bool put_all(struct stream *s)
{
    struct evbuffer *input = bufferevent_get_input(s->raw);

    while (evbuffer_get_length(input) > 0) {
        size_t size = evbuffer_get_contiguous_space(input);
        const unsigned char *bytes = evbuffer_pullup(input, (ev_ssize_t)size);

        if (!bytes || !tls_put(s->tls, (const char *)bytes, size))
            return false;
        evbuffer_drain(input, size);
    }
    return true;
}

static bool flush(struct stream *s)
{
    char bytes[CHUNK];
    size_t size;

    while ((size = tls_take(s->tls, bytes, sizeof bytes)) > 0)
        if (!write_out(s, bytes, size))
            return false;
    return true;
}

/* Reads what can be read by now into `clear`.  False: no memory. */
static bool decrypt(struct stream *s, enum tls_result *result)
{
    char bytes[CHUNK];
    size_t size;

    while ((*result = tls_read(s->tls, bytes, sizeof bytes, &size)) == TLS_OK)
        if (evbuffer_add(s->clear, bytes, size) != 0)
            return false;
    return true;
}

static bool holds_record(struct str bytes)
{
    for (size_t i = 0; i + 1 < bytes.len; i++)
        if (bytes.at[i] == RECORD_HANDSHAKE && bytes.at[i + 1] == RECORD_MAJOR)
            return true;
    return false;
}

/* A reply of success, to a command that nobody gave.  A server that takes our ClientHello for a command says 4yz or
 * 5yz. */
static bool is_consent(struct str bytes)
{
    return bytes.len >= 4 && (bytes.at[0] == '2' || bytes.at[0] == '3') && bytes.at[1] >= '0' && bytes.at[1] <= '9' &&
           bytes.at[2] >= '0' && bytes.at[2] <= '9' && (bytes.at[3] == ' ' || bytes.at[3] == '-');
}

static bool is_text(struct str bytes)
{
    unsigned char first = (unsigned char)bytes.at[0];

    return (first >= ' ' && first < 0x7f) || first == '\r' || first == '\n' || first == '\t';
}

/* Text stays where it is: what follows will tell what it was. */
static void on_clear_text(struct stream *s, struct str bytes)
{
    if (holds_record(bytes) || is_consent(bytes))
        s->handler.ended(s->arg, STREAM_INJECTED, 0);
    else if (bytes.len > SMTP_LINE_KEEP)
        s->handler.ended(s->arg, STREAM_TLS, 0);
    else
        s->handler.readable(s->arg);
}

static void on_handshake_bytes(struct stream *s)
{
    struct str bytes;
    enum tls_result rest;

    if (!gather(s)) {
        s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
        return;
    }
    bytes = stream_input(s);
    if (!s->server_spoke_tls && bytes.len > 0 && is_text(bytes)) {
        on_clear_text(s, bytes);
        return;
    }
    s->server_spoke_tls = true;
    if (!put_all(s)) {
        s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
        return;
    }
    switch (tls_handshake(s->tls)) {
    case TLS_OK:
        s->secured = true;
        if (decrypt(s, &rest) && gather(s) && flush(s)) /* what came in the same segment; its failure will show again */
            s->handler.secured(s->arg);
        else
            s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
        return;
    case TLS_WANTS_BYTES:
        if (!flush(s))
            s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
        return;
    case TLS_NO_MEMORY:
        s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
        return;
    case TLS_CLOSED:
        s->handler.ended(s->arg, STREAM_CLOSED, 0);
        return;
    case TLS_FAILED: /* its alert goes out in stream_free() */
        s->handler.ended(s->arg, STREAM_TLS, 0);
        return;
    }
}

static void on_record_bytes(struct stream *s)
{
    size_t before = evbuffer_get_length(s->clear);
    enum tls_result result;

    if (!put_all(s) || !decrypt(s, &result) || result == TLS_NO_MEMORY || (result != TLS_FAILED && !flush(s)))
        s->handler.ended(s->arg, STREAM_ERROR, ENOMEM);
    else if (evbuffer_get_length(s->clear) > before)
        tell_readable(s); /* an end behind these bytes shows again in the next event */
    else if (result == TLS_CLOSED)
        s->handler.ended(s->arg, STREAM_CLOSED, 0);
    else if (result == TLS_FAILED)
        s->handler.ended(s->arg, STREAM_TLS, 0);
}

bool stream_secure(struct stream *s, struct tls *tls, const char *server_name)
{
    s->clear = evbuffer_new();
    s->tls = s->clear ? tls_client_new(tls, server_name, loop_wall_s(s->loop)) : NULL;
    return s->tls && tls_handshake(s->tls) == TLS_WANTS_BYTES && flush(s);
}

struct tls_session *stream_tls_session(const struct stream *s, struct arena *arena)
{
    return s->tls ? tls_client_session(s->tls, arena) : NULL;
}

/* ---- events ---- */

static void count_bytes(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct stream *s = arg;

    (void)input;
    s->received += info->n_added;
}

static void on_read(struct bufferevent *raw, void *arg)
{
    struct stream *s = arg;

    (void)raw;
    if (s->received > SMTP_SESSION_BYTES)
        s->handler.ended(s->arg, STREAM_FLOODED, 0);
    else if (s->secured)
        on_record_bytes(s);
    else if (s->tls)
        on_handshake_bytes(s);
    else
        tell_readable(s);
}

static void on_event(struct bufferevent *raw, short what, void *arg)
{
    struct stream *s = arg;
    int os_error = EVUTIL_SOCKET_ERROR();

    (void)raw;
    if (what & BEV_EVENT_EOF)
        s->handler.ended(s->arg, STREAM_CLOSED, 0);
    else if (what & BEV_EVENT_ERROR)
        s->handler.ended(s->arg, STREAM_ERROR, os_error);
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
    struct stream *s = arg;
    int os_error = 0;
    socklen_t size = sizeof os_error;

    (void)what;
    event_free(s->connecting);
    s->connecting = NULL;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &os_error, &size) != 0)
        os_error = errno;
    if (os_error == 0) {
        s->raw = bufferevent_socket_new(loop_base(s->loop), fd, BEV_OPT_CLOSE_ON_FREE);
        if (!s->raw || !evbuffer_add_cb(bufferevent_get_input(s->raw), count_bytes, s))
            os_error = ENOMEM;
    }
    if (os_error != 0) {
        s->handler.ended(s->arg, STREAM_ERROR, os_error);
        return;
    }
    bufferevent_setcb(s->raw, on_read, NULL, on_event, s);
    /* A flood stays in the kernel: so much in one event, and the handlers drain what they get.  Instead of a high-water
     * mark, because libevent 2.1 writes through NULL when it has no memory for that. */
    bufferevent_set_max_single_read(s->raw, READ_MAX);
    bufferevent_enable(s->raw, EV_READ | EV_WRITE);
    s->handler.connected(s->arg);
}

/* ---- for the owner ---- */

int stream_connect(struct stream *s, const struct ip *ip, uint16_t port, const struct ip *source)
{
    struct sockaddr_storage address;
    const int on = 1;
    socklen_t size;

    s->fd = socket(ip->family == IP_V4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return errno;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source->family != IP_NONE) {
        size = ip_to_sockaddr(source, 0, &address);
        if (bind(s->fd, (const struct sockaddr *)&address, size) != 0)
            return errno;
    }
    size = ip_to_sockaddr(ip, port, &address);
    if (connect(s->fd, (const struct sockaddr *)&address, size) != 0 && errno != EINPROGRESS && errno != EINTR)
        return errno;
    s->connecting = event_new(loop_base(s->loop), s->fd, EV_WRITE, on_connect, s);
    return s->connecting && event_add(s->connecting, NULL) == 0 ? 0 : ENOMEM;
}

struct ip stream_local_ip(const struct stream *s)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    struct ip ip = {0};

    if (s->fd < 0 || getsockname(s->fd, (struct sockaddr *)&address, &size) != 0 ||
        !ip_from_sockaddr((const struct sockaddr *)&address, &ip, NULL))
        return (struct ip){0};
    return ip;
}

struct str stream_input(struct stream *s)
{
    size_t size = s->raw ? evbuffer_get_length(input_of(s)) : 0;
    const unsigned char *bytes = size > 0 ? evbuffer_pullup(input_of(s), -1) : NULL;

    return (struct str){(const char *)bytes, bytes ? size : 0};
}

void stream_drain(struct stream *s, size_t bytes)
{
    evbuffer_drain(input_of(s), bytes);
}

bool stream_send(struct stream *s, const char *bytes, size_t size)
{
    if (!s->secured)
        return write_out(s, bytes, size);
    return tls_write(s->tls, bytes, size) == TLS_OK && flush(s);
}

size_t stream_unread(struct stream *s, char *out, size_t size)
{
    struct str input = stream_input(s);
    size_t have = input.len < size ? input.len : size;
    ssize_t peeked = 0;

    if (have > 0)
        memcpy(out, input.at, have);
    if (have < size)
        peeked = recv(s->fd, out + have, size - have, MSG_PEEK | MSG_DONTWAIT);
    return have + (peeked > 0 ? (size_t)peeked : 0);
}
