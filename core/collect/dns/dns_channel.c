/* core/collect/dns/dns_channel.c - carries DNS packets to servers and back, over c-ares on the event loop. */
#include "core/collect/dns/dns_channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#define CARES_NO_DEPRECATED /* ares_send() is what 1.18 and 1.34 have in common */
#include <ares.h>

#include "core/base/limits.h"
#include "core/base/loop.h"

enum {
    IDLE_CHANNELS_MAX = 16, /* kept for their next query; a name server asked once is not */
    DNS_SERVER_CSV_MAX = IP_TEXT_MAX + 8,
    LATE_MS = 250,              /* a timer that is later says that nobody looked at the sockets either */
    LATE_MAX = 3,               /* times that patience with one exchange begins anew */
    CARES_PATIENCE_MS = 600000, /* longer than any of ours: see end_overdue() */
};

struct watch { /* a socket of a channel */
    struct watch *next;
    struct channel *channel;
    struct event *event;
    evutil_socket_t fd;
};

/* A query that c-ares has.  It outlives its exchange where our patience is the shorter one. */
struct flight {
    struct flight *next;
    struct channel *channel;
    struct dns_exchange *exchange; /* NULL: ended by us, a reply that still comes is nobody's */
};

struct channel {
    struct channel *next;
    struct dns_carrier *carrier;
    struct dns_server server;
    enum dns_transport transport;
    ares_channel ares;
    struct task *timer;
    int64_t due_ms; /* of the timer; 0: it is not set */
    struct watch *watches;
    struct flight *flights, **flights_end; /* in the order in which patience with them ends */
    unsigned sent, open;                   /* exchanges: taken, not delivered yet */
    bool sending;                          /* inside ares_send() */
    bool retired;
    bool heard; /* a reply, from which c-ares concludes how soon others must come */
};

struct dns_carrier {
    struct loop *loop;
    int udp_ms, tcp_ms;
    struct task *deliver;
    struct channel *channels;
    size_t channel_count;
    struct dns_exchange *ended, **ended_end;
    bool closing;
};

static int patience_ms(const struct dns_carrier *carrier, enum dns_transport transport)
{
    return transport == DNS_TCP ? carrier->tcp_ms : carrier->udp_ms;
}

static struct flight *first_awaited(const struct channel *channel)
{
    struct flight *flight = channel->flights;

    while (flight && !flight->exchange)
        flight = flight->next;
    return flight;
}

static void set_timer(struct channel *channel)
{
    const struct flight *first = first_awaited(channel);

    channel->due_ms = first ? first->exchange->sent_ms + patience_ms(channel->carrier, channel->transport) : 0;
    if (first)
        task_schedule_at(channel->timer, channel->due_ms);
    else
        task_cancel(channel->timer);
}

static void end_exchange(struct dns_exchange *exchange, enum dns_fate fate)
{
    struct dns_carrier *carrier = exchange->carrier;

    exchange->fate = fate;
    exchange->next = NULL;
    *carrier->ended_end = exchange;
    carrier->ended_end = &exchange->next;
    task_schedule(carrier->deliver);
}

/* A program that was stopped, or busy, has not looked for replies: that is no silence of the server's, and patience
 * begins anew.  c-ares cannot be told so, and 1.18 reads half a message of TCP before it counts the time again; so its
 * own patience never ends first. */
static void end_overdue(struct channel *channel)
{
    int64_t now_ms = loop_now_ms(channel->carrier->loop);
    bool late = now_ms - channel->due_ms > LATE_MS;

    for (struct flight *flight = channel->flights; flight; flight = flight->next) {
        struct dns_exchange *exchange = flight->exchange;

        if (!exchange)
            continue;
        if (late && exchange->late_count < LATE_MAX) {
            exchange->late_count++;
            exchange->sent_ms = now_ms;
        } else if (now_ms - exchange->sent_ms >= patience_ms(channel->carrier, channel->transport)) {
            flight->exchange = NULL;
            channel->retired = channel->retired || channel->transport == DNS_TCP;
            end_exchange(exchange, DNS_SILENT);
        }
    }
}

static void on_timer(void *arg)
{
    struct channel *channel = arg;

    end_overdue(channel);
    set_timer(channel);
}

/* The watch may be gone when c-ares returns, the channel is not. */
static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct channel *channel = ((struct watch *)arg)->channel;

    ares_process_fd(channel->ares, what & EV_READ ? fd : ARES_SOCKET_BAD, what & EV_WRITE ? fd : ARES_SOCKET_BAD);
    if (!first_awaited(channel))
        set_timer(channel);
}

static void watch_free(struct watch **at)
{
    struct watch *watch = *at;

    *at = watch->next;
    if (watch->event)
        event_free(watch->event);
    free(watch);
}

/* Without memory for a watch a query ends by its time-out. */
static void on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
    struct channel *channel = data;
    struct watch **at = &channel->watches;
    short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

    while (*at && (*at)->fd != fd)
        at = &(*at)->next;
    if (*at)
        watch_free(at);
    if (!readable && !writable)
        return;

    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return;
    *watch = (struct watch){.next = channel->watches, .channel = channel, .fd = fd};
    channel->watches = watch;
    watch->event = event_new(loop_base(channel->carrier->loop), fd, what, on_socket, watch);
    if (!watch->event || event_add(watch->event, NULL) != 0)
        watch_free(&channel->watches);
}

/* Everything that resolv.conf and the environment could say is said here: this is not the resolver of the system. */
static bool open_ares(struct channel *channel)
{
    static char resolv_conf[] = "/dev/null", lookups[] = "b";
    char server[DNS_SERVER_CSV_MAX], ip[IP_TEXT_MAX];
    struct ares_options options = {0};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS |
               ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ |
               ARES_OPT_NOROTATE | ARES_OPT_RESOLVCONF;

    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_IGNTC;
    if (channel->transport == DNS_UDP_EDNS)
        options.flags |= ARES_FLAG_EDNS;
    if (channel->transport == DNS_TCP)
        options.flags |= ARES_FLAG_USEVC;
    options.ednspsz = DNS_EDNS_SIZE;
    options.timeout = CARES_PATIENCE_MS;
#ifdef ARES_OPT_MAXTIMEOUTMS
    mask |= ARES_OPT_MAXTIMEOUTMS; /* else 5 s from 1.22 on */
    options.maxtimeout = CARES_PATIENCE_MS;
#endif
    options.tries = 1;
    options.ndots = 1;
    options.lookups = lookups;
    options.resolvconf_path = resolv_conf;
    options.sock_state_cb = on_socket_state;
    options.sock_state_cb_data = channel;
#ifdef ARES_OPT_QUERY_CACHE
    mask |= ARES_OPT_QUERY_CACHE; /* on by default from 1.31, and it would answer what we ask again on purpose */
    options.qcache_max_ttl = 0;
#endif
    if (ares_init_options(&channel->ares, &options, mask) != ARES_SUCCESS)
        return false;
    ip_print(&channel->server.ip, ip);
    snprintf(server, sizeof server, channel->server.ip.family == IP_V6 ? "[%s]:%u" : "%s:%u", ip,
             (unsigned)channel->server.port);
    return ares_set_servers_ports_csv(channel->ares, server) == ARES_SUCCESS;
}

static void channel_free(struct channel *channel)
{
    if (channel->ares)
        ares_destroy(channel->ares);
    while (channel->watches)
        watch_free(&channel->watches);
    task_free(channel->timer);
    free(channel);
}

static struct channel *channel_new(struct dns_carrier *carrier, const struct dns_server *server,
                                   enum dns_transport transport)
{
    struct channel *channel = calloc(1, sizeof *channel);

    if (!channel)
        return NULL;
    *channel = (struct channel){.carrier = carrier, .server = *server, .transport = transport};
    channel->flights_end = &channel->flights;
    channel->timer = task_new(carrier->loop, on_timer, channel);
    if (!channel->timer || !open_ares(channel)) {
        channel_free(channel);
        return NULL;
    }
    channel->next = carrier->channels;
    carrier->channels = channel;
    carrier->channel_count++;
    return channel;
}

static struct channel *channel_for(struct dns_carrier *carrier, const struct dns_exchange *exchange)
{
    for (struct channel *channel = carrier->channels; channel; channel = channel->next)
        if (!channel->retired && !(exchange->sent_again && channel->heard) && channel->transport == exchange->transport &&
            channel->server.port == exchange->server.port && ip_equal(&channel->server.ip, &exchange->server.ip))
            return channel;
    return channel_new(carrier, &exchange->server, exchange->transport);
}

/* An idle one with flights would keep its socket open, and the loop waiting, for as long as c-ares is patient. */
static void drop_idle_channels(struct dns_carrier *carrier)
{
    struct channel **at = &carrier->channels;

    while (*at) {
        struct channel *channel = *at;

        if (channel->open == 0 &&
            (channel->retired || channel->flights || carrier->channel_count > IDLE_CHANNELS_MAX)) {
            *at = channel->next;
            carrier->channel_count--;
            channel_free(channel);
        } else {
            at = &channel->next;
        }
    }
}

static enum dns_fate fate_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return DNS_REPLIED;
    case ARES_ETIMEOUT:
        return DNS_SILENT;
    case ARES_EBADRESP:
    case ARES_EFORMERR:
        return DNS_GARBLED;
    case ARES_ENOMEM:
        return DNS_NO_RESOURCES;
    default:
        return DNS_UNREACHABLE;
    }
}

/* From inside ares_send() an error means that a socket could not be had, and errno still says why. */
static enum dns_fate fate_of_errno(int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return DNS_NO_RESOURCES;
    case EACCES:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPERM:
        return DNS_NO_ROUTE;
    default:
        return DNS_UNREACHABLE;
    }
}

/* Returns the exchange that waits for the end of this flight, or NULL. */
static struct dns_exchange *land(struct flight *flight)
{
    struct channel *channel = flight->channel;
    struct dns_exchange *exchange = flight->exchange;
    struct flight **at = &channel->flights;

    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    if (!*at)
        channel->flights_end = at;
    free(flight);
    return exchange;
}

static void on_reply(void *arg, int status, int timeouts, unsigned char *packet, int size)
{
    struct channel *channel = ((struct flight *)arg)->channel;
    struct dns_exchange *exchange = land(arg);
    enum dns_fate fate = fate_of(status);

    (void)timeouts;
    if (channel->carrier->closing || !exchange)
        return;
    if (fate == DNS_UNREACHABLE && channel->sending)
        fate = fate_of_errno(errno);
    if (fate == DNS_REPLIED) {
        channel->heard = true;
        exchange->reply_size = size > 0 ? (size_t)size : 0;
        exchange->reply = malloc(exchange->reply_size + 1);
        if (exchange->reply)
            memcpy(exchange->reply, packet, exchange->reply_size);
        else
            fate = DNS_NO_RESOURCES;
    } else if (exchange->transport == DNS_TCP || fate != DNS_SILENT) {
        channel->retired = true;
    }
    exchange->hasty = fate == DNS_SILENT;
    end_exchange(exchange, fate);
}

static void send_over(struct channel *channel, struct dns_exchange *exchange)
{
    struct flight *flight = channel ? calloc(1, sizeof *flight) : NULL;

    exchange->channel = flight ? channel : NULL;
    if (!flight) {
        end_exchange(exchange, DNS_NO_RESOURCES);
        return;
    }
    exchange->sent_ms = loop_now_ms(channel->carrier->loop);
    *flight = (struct flight){.channel = channel, .exchange = exchange};
    *channel->flights_end = flight;
    channel->flights_end = &flight->next;
    channel->open++;
    channel->retired = ++channel->sent >= DNS_CHANNEL_QUERIES;
    channel->sending = true;
    errno = 0;
    ares_send(channel->ares, exchange->query, (int)exchange->query_size, on_reply, flight);
    channel->sending = false;
    if (channel->due_ms == 0)
        set_timer(channel);
}

void dns_carry(struct dns_carrier *carrier, struct dns_exchange *exchange)
{
    exchange->carrier = carrier;
    exchange->reply = NULL;
    exchange->reply_size = 0;
    exchange->late_count = 0;
    exchange->hasty = exchange->sent_again = false;
    send_over(channel_for(carrier, exchange), exchange);
}

void dns_carrier_avoid(struct dns_exchange *exchange)
{
    if (exchange->channel)
        exchange->channel->retired = true;
}

/* From 1.32 on c-ares shortens its patience to a few times what a server's last answers took: the first question that makes
 * a resolver work, or the one during which this program was stopped, is given up after 250 ms.  A channel that has heard
 * nothing yet has no such history, and takes all that are sent again together. */
static bool send_again(struct dns_exchange *exchange)
{
    if (!exchange->hasty || exchange->sent_again)
        return false;
    exchange->hasty = false;
    exchange->sent_again = true;
    exchange->channel->retired = true;
    exchange->channel->open--;
    send_over(channel_for(exchange->carrier, exchange), exchange);
    return true;
}

static void deliver(void *arg)
{
    struct dns_carrier *carrier = arg;
    struct dns_exchange *exchange = carrier->ended;

    carrier->ended = NULL;
    carrier->ended_end = &carrier->ended;
    while (exchange) {
        struct dns_exchange *next = exchange->next;
        struct channel *channel = exchange->channel;

        if (!send_again(exchange)) {
            exchange->done(exchange);
            if (channel)
                channel->open--;
        }
        exchange = next;
    }
    drop_idle_channels(carrier);
}

struct dns_carrier *dns_carrier_new(struct loop *loop, int udp_ms, int tcp_ms)
{
    struct dns_carrier *carrier = calloc(1, sizeof *carrier);

    if (!carrier)
        return NULL;
    carrier->loop = loop;
    carrier->udp_ms = udp_ms;
    carrier->tcp_ms = tcp_ms;
    carrier->ended_end = &carrier->ended;
    carrier->deliver = task_new(loop, deliver, carrier);
    if (!carrier->deliver || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
        task_free(carrier->deliver);
        free(carrier);
        return NULL;
    }
    return carrier;
}

void dns_carrier_free(struct dns_carrier *carrier)
{
    if (!carrier)
        return;
    carrier->closing = true;
    for (struct dns_exchange *exchange = carrier->ended; exchange; exchange = exchange->next) {
        free(exchange->reply);
        exchange->reply = NULL;
    }
    while (carrier->channels) {
        struct channel *next = carrier->channels->next;
        channel_free(carrier->channels);
        carrier->channels = next;
    }
    task_free(carrier->deliver);
    ares_library_cleanup();
    free(carrier);
}
