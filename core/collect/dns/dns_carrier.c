/* core/collect/dns/dns_carrier.c - carries DNS packets to servers and back, over UDP or TCP. */
#include "core/collect/dns/dns_carrier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/base/limits.h"
#include "core/base/loop.h"

enum {
    LATE_MS = 250, /* a timer that is later says that nobody looked at the sockets either */
    LATE_MAX = 3,  /* times that patience with one exchange begins anew */
};

struct dns_carrier {
    struct loop *loop;
    int udp_ms, tcp_ms;
    struct task *departure;
    struct dns_exchange *waiting, **waiting_end;
    size_t open, open_max; /* sockets */
    uint8_t datagram[DNS_DATAGRAM_MAX];
};

/* ---- one exchange ---- */

static void be_patient(struct dns_exchange *exchange)
{
    const struct dns_carrier *carrier = exchange->carrier;

    exchange->due_ms = loop_now_ms(carrier->loop) + (exchange->tcp ? carrier->tcp_ms : carrier->udp_ms);
}

/* A program that was stopped, or busy, has not looked for replies: that is no silence of the server's. */
static bool is_overdue(struct dns_exchange *exchange)
{
    int64_t late_ms = loop_now_ms(exchange->carrier->loop) - exchange->due_ms;

    if (late_ms > LATE_MS && exchange->late_count < LATE_MAX) {
        exchange->late_count++;
        be_patient(exchange);
        return false;
    }
    return late_ms >= 0;
}

static size_t to_say(const struct dns_exchange *exchange)
{
    return exchange->query_size + (exchange->tcp ? 2 : 0);
}

/* These return 0 when they are done, EAGAIN when there is more to wait for, or the errno of what went wrong. */

static int say(struct dns_exchange *exchange)
{
    uint8_t bytes[2 + DNS_QUERY_MAX] = {(uint8_t)(exchange->query_size >> 8), (uint8_t)exchange->query_size};
    const uint8_t *first = exchange->tcp ? bytes : bytes + 2;
    ssize_t sent;

    memcpy(bytes + 2, exchange->query, exchange->query_size);
    sent = send(exchange->fd, first + exchange->said, to_say(exchange) - exchange->said, MSG_NOSIGNAL);
    if (sent < 0)
        return errno;
    exchange->said += (size_t)sent;
    be_patient(exchange);
    return EAGAIN;
}

static int hear_datagram(struct dns_exchange *exchange)
{
    uint8_t *datagram = exchange->carrier->datagram;
    ssize_t size = recv(exchange->fd, datagram, DNS_DATAGRAM_MAX, MSG_TRUNC);

    if (size < 0)
        return errno;
    if (size > DNS_DATAGRAM_MAX)
        return EAGAIN;
    if (exchange->is_believed && dns_wire_mixes_up(exchange->query, exchange->query_size, datagram, (size_t)size))
        return ENOMSG;
    if (!dns_wire_replies(exchange->query, exchange->query_size, datagram, (size_t)size))
        return EAGAIN;
    exchange->reply = datagram;
    exchange->reply_size = (size_t)size;
    return 0;
}

static int hear_stream(struct dns_exchange *exchange)
{
    struct dns_stream *stream = exchange->stream;
    ssize_t size = recv(exchange->fd, stream->bytes + stream->size, sizeof stream->bytes - stream->size, 0);

    if (size <= 0)
        return size < 0 ? errno : ECONNRESET;
    stream->size += (size_t)size;
    exchange->reply = dns_stream_reply(stream, exchange->query, exchange->query_size, &exchange->reply_size);
    return exchange->reply ? 0 : EAGAIN;
}

static int advance(struct dns_exchange *exchange)
{
    if (exchange->said < to_say(exchange))
        return say(exchange);
    return exchange->tcp ? hear_stream(exchange) : hear_datagram(exchange);
}

static enum dns_fate fate_of(int error, enum ip_family family)
{
    switch (error) {
    case 0:
        return DNS_REPLIED;
    case ENOMSG:
        return DNS_MIXED_UP;
    case ETIMEDOUT:
        return DNS_SILENT;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return DNS_UNREACHABLE;
    case EACCES:
    case EPERM:
        return DNS_FORBIDDEN;
    case EAGAIN: /* of connect(): no port is left */
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return DNS_NO_RESOURCES;
    case EADDRNOTAVAIL: /* no port is left; of IPv6 it may be the address to send from */
        return family == IP_V4 ? DNS_NO_RESOURCES : DNS_NO_ROUTE;
    default:
        return DNS_NO_ROUTE;
    }
}

/* Its stream, which may hold the reply, is left to the caller. */
static struct dns_stream *close_socket(struct dns_exchange *exchange)
{
    struct dns_stream *stream = exchange->stream;

    if (!exchange->event)
        return NULL;
    event_free(exchange->event);
    if (exchange->fd >= 0)
        close(exchange->fd);
    exchange->event = NULL;
    exchange->stream = NULL;
    exchange->carrier->open--;
    return stream;
}

static void call_next(struct dns_carrier *carrier)
{
    if (carrier->waiting)
        task_schedule(carrier->departure);
}

static void finish(struct dns_exchange *exchange, enum dns_fate fate)
{
    struct dns_stream *stream = close_socket(exchange);

    call_next(exchange->carrier);
    exchange->fate = fate;
    exchange->done(exchange);
    free(stream);
}

static void on_event(evutil_socket_t fd, short what, void *arg);

/* Returns 0 or an errno. */
static int watch(struct dns_exchange *exchange)
{
    struct event_base *base = loop_base(exchange->carrier->loop);
    short what = exchange->said < to_say(exchange) ? EV_WRITE : EV_READ;
    struct timeval left = loop_time_to(exchange->carrier->loop, exchange->due_ms);
    bool watched = event_assign(exchange->event, base, exchange->fd, what, on_event, exchange) == 0 &&
                   event_add(exchange->event, &left) == 0;

    return watched ? 0 : ENOMEM;
}

/* Whatever woke it: there may be a reply, and it is looked for before silence is. */
static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct dns_exchange *exchange = arg;
    int error = advance(exchange);

    (void)fd;
    (void)what;
    if (error == EINTR || error == EAGAIN) {
        error = is_overdue(exchange) ? ETIMEDOUT : watch(exchange);
        if (error == 0)
            return;
    }
    finish(exchange, fate_of(error, exchange->server.ip.family));
}

/* ---- who waits for a socket ---- */

static void leave_queue(struct dns_exchange *exchange)
{
    *exchange->back = exchange->next;
    if (exchange->next)
        exchange->next->back = exchange->back;
    else
        exchange->carrier->waiting_end = exchange->back;
    exchange->back = NULL;
}

/* Returns 0 or an errno. */
static int begin(struct dns_exchange *exchange)
{
    struct dns_carrier *carrier = exchange->carrier;
    struct sockaddr_storage to;
    socklen_t to_size = ip_to_sockaddr(&exchange->server.ip, exchange->server.port, &to);
    int error;

    if (exchange->server.scope)
        ((struct sockaddr_in6 *)&to)->sin6_scope_id = exchange->server.scope;
    exchange->said = 0;
    exchange->late_count = 0;
    exchange->event = event_new(loop_base(carrier->loop), -1, 0, on_event, exchange);
    if (!exchange->event)
        return ENOMEM;
    carrier->open++;
    exchange->fd = socket(to.ss_family, (exchange->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (exchange->fd < 0 || (connect(exchange->fd, (struct sockaddr *)&to, to_size) != 0 && errno != EINPROGRESS))
        return errno;
    if (exchange->tcp) {
        exchange->stream = malloc(sizeof *exchange->stream);
        if (!exchange->stream)
            return ENOMEM;
        exchange->stream->size = 0;
    }
    be_patient(exchange);
    error = say(exchange);
    return error == EAGAIN || error == EINTR ? watch(exchange) : error;
}

/* What is short may be had again when one of ours is over: it is waited for, unless none is open. */
static void depart(void *arg)
{
    struct dns_carrier *carrier = arg;

    while (carrier->waiting && carrier->open < carrier->open_max) {
        struct dns_exchange *exchange = carrier->waiting;
        int error = begin(exchange);
        enum dns_fate fate = fate_of(error, exchange->server.ip.family);

        if (error)
            free(close_socket(exchange));
        if (fate == DNS_NO_RESOURCES && carrier->open > 0)
            return;
        leave_queue(exchange);
        if (error)
            finish(exchange, fate);
    }
}

void dns_carry(struct dns_carrier *carrier, struct dns_exchange *exchange)
{
    exchange->carrier = carrier;
    exchange->next = NULL;
    exchange->back = carrier->waiting_end;
    *carrier->waiting_end = exchange;
    carrier->waiting_end = &exchange->next;
    task_schedule(carrier->departure);
}

void dns_cancel(struct dns_exchange *exchange)
{
    if (exchange->back)
        leave_queue(exchange);
    if (exchange->event) {
        free(close_socket(exchange));
        call_next(exchange->carrier);
    }
}

/* ---- all of them ---- */

/* Half of the descriptors that this process may have: the other collectors need some, too. */
static size_t sockets_max(void)
{
    struct rlimit limit;
    rlim_t most = DNS_SOCKETS_MAX;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 2 * most + FD_RESERVE)
        most = limit.rlim_cur > FD_RESERVE + 2 ? (limit.rlim_cur - FD_RESERVE) / 2 : 1;
    return (size_t)most;
}

struct dns_carrier *dns_carrier_new(struct loop *loop, int udp_ms, int tcp_ms)
{
    struct dns_carrier *carrier = calloc(1, sizeof *carrier);

    if (!carrier)
        return NULL;
    carrier->loop = loop;
    carrier->udp_ms = udp_ms;
    carrier->tcp_ms = tcp_ms;
    carrier->open_max = sockets_max();
    carrier->waiting_end = &carrier->waiting;
    carrier->departure = task_new(loop, depart, carrier);
    if (!carrier->departure) {
        free(carrier);
        return NULL;
    }
    return carrier;
}

void dns_carrier_free(struct dns_carrier *carrier)
{
    if (!carrier)
        return;
    task_free(carrier->departure);
    free(carrier);
}
