/* tests/bench/floor.c - makes the exchanges of an audit, and nothing else: what they cost is what no auditor gets
 * below.
 *
 * usage: floor CA-FILE [CA-FILE...] < LIST, a line each:
 *   dns SERVER PORT TYPE NAME [do]     a question by UDP, by TCP where the reply is cut off; do: with signatures
 *   smtp ADDRESS PORT HOST             greeting, EHLO, STARTTLS with verification where it is offered, EHLO, QUIT
 *   https ADDRESS PORT HOST PATH       GET, with verification
 * At most AT_ONCE at a time.  Replies are read to their end and not looked at.  Prints how many ended well.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>

enum { AT_ONCE = 256, LINE_MAX_OCTETS = 1024, PACKET_MAX = 4096, LIMIT_S = 10, EDNS_OCTETS = 1232 };

struct floor {
    struct event_base *base;
    SSL_CTX *tls;
    size_t running, sound, failed;
    bool at_end;
};

struct exchange {
    struct floor *floor;
    char kind[8], address[64], host[512], more[512];
    unsigned port, type;
    bool with_signatures;
    struct sockaddr_storage to;
    socklen_t to_size;
    evutil_socket_t fd;
    struct event *reply;
    struct bufferevent *stream;
    unsigned char question[PACKET_MAX];
    size_t question_size;
    enum { GREETING, EHLO, STARTTLS, EHLO_TLS, QUIT } step;
    bool offers_tls;
};

static void start_more(struct floor *);

static void finish(struct exchange *x, bool sound)
{
    struct floor *floor = x->floor;

    *(sound ? &floor->sound : &floor->failed) += 1;
    floor->running--;
    if (x->reply)
        event_free(x->reply);
    if (x->stream)
        bufferevent_free(x->stream);
    if (x->fd >= 0)
        evutil_closesocket(x->fd);
    free(x);
    start_more(floor);
}

static void on_end(struct bufferevent *stream, short what, void *arg)
{
    struct exchange *x = arg;

    (void)stream;
    if (!(what & BEV_EVENT_CONNECTED))
        finish(x, (what & BEV_EVENT_EOF) && (strcmp(x->kind, "https") == 0 || x->step == QUIT));
}

static SSL *new_tls(struct exchange *x)
{
    SSL *ssl = SSL_new(x->floor->tls);

    if (ssl) {
        SSL_set_tlsext_host_name(ssl, x->host);
        SSL_set1_host(ssl, x->host);
    }
    return ssl;
}

static struct bufferevent *connected(struct exchange *x, bufferevent_data_cb on_read)
{
    const struct timeval limit = {LIMIT_S, 0};
    bool with_tls = strcmp(x->kind, "https") == 0;
    struct bufferevent *stream =
        with_tls ? bufferevent_openssl_socket_new(x->floor->base, -1, new_tls(x), BUFFEREVENT_SSL_CONNECTING,
                                                  BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS)
                 : bufferevent_socket_new(x->floor->base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);

    bufferevent_setcb(stream, on_read, NULL, on_end, x);
    bufferevent_set_timeouts(stream, &limit, &limit);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
    if (bufferevent_socket_connect(stream, (struct sockaddr *)&x->to, (int)x->to_size) == 0)
        return stream;
    bufferevent_free(stream);
    return NULL;
}

/* ---- DNS ---- */

static size_t put_name(unsigned char *at, const char *name)
{
    unsigned char *start = at;

    while (*name) {
        size_t length = strcspn(name, ".");

        *at++ = (unsigned char)length;
        memcpy(at, name, length);
        at += length;
        name += length + (name[length] == '.');
    }
    *at++ = 0;
    return (size_t)(at - start);
}

static void make_question(struct exchange *x)
{
    const unsigned char head[] = {0x01, 0, 0, 1, 0, 0, 0, 0, 0, 1}; /* RD, one question, one OPT */
    const unsigned char tail[] = {0,
                                  (unsigned char)x->type,
                                  0,
                                  1,
                                  0,
                                  0,
                                  41,
                                  EDNS_OCTETS >> 8,
                                  EDNS_OCTETS & 0xff,
                                  0,
                                  0,
                                  (unsigned char)(x->with_signatures ? 0x80 : 0),
                                  0,
                                  0,
                                  0};
    unsigned char *at = x->question;

    if (getrandom(at, 2, 0) != 2)
        memset(at, 0, 2);
    memcpy(at + 2, head, sizeof head);
    at += 2 + sizeof head;
    at += put_name(at, x->host);
    memcpy(at, tail, sizeof tail);
    x->question_size = (size_t)(at - x->question) + sizeof tail;
}

static void on_tcp_reply(struct bufferevent *stream, void *arg)
{
    struct evbuffer *in = bufferevent_get_input(stream);
    unsigned char size[2];

    if (evbuffer_copyout(in, size, sizeof size) == sizeof size &&
        evbuffer_get_length(in) >= 2 + ((size_t)size[0] << 8 | size[1]))
        finish(arg, true);
}

static void ask_by_tcp(struct exchange *x)
{
    const unsigned char size[] = {(unsigned char)(x->question_size >> 8), (unsigned char)x->question_size};

    event_free(x->reply);
    x->reply = NULL;
    x->stream = connected(x, on_tcp_reply);
    if (!x->stream) {
        finish(x, false);
        return;
    }
    bufferevent_write(x->stream, size, sizeof size);
    bufferevent_write(x->stream, x->question, x->question_size);
}

static void on_reply(evutil_socket_t fd, short what, void *arg)
{
    struct exchange *x = arg;
    unsigned char reply[PACKET_MAX];
    ssize_t size = what & EV_READ ? recv(fd, reply, sizeof reply, 0) : -1;

    if (size > 3 && reply[2] & 0x02) /* TC */
        ask_by_tcp(x);
    else
        finish(x, size > 3);
}

static bool ask(struct exchange *x)
{
    const struct timeval limit = {LIMIT_S, 0};

    make_question(x);
    x->fd = socket(x->to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (x->fd < 0 || connect(x->fd, (struct sockaddr *)&x->to, x->to_size) != 0 ||
        send(x->fd, x->question, x->question_size, 0) != (ssize_t)x->question_size)
        return false;
    x->reply = event_new(x->floor->base, x->fd, EV_READ, on_reply, x);
    event_add(x->reply, &limit);
    return true;
}

/* ---- SMTP ---- */

static void go_on(struct exchange *x);

static void on_lines(struct bufferevent *stream, void *arg)
{
    struct exchange *x = arg;
    struct evbuffer *in = bufferevent_get_input(stream);
    char *line;

    while ((line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF))) {
        bool is_last = strlen(line) < 4 || line[3] != '-';

        x->offers_tls |= strlen(line) >= 12 && evutil_ascii_strncasecmp(line + 4, "STARTTLS", 8) == 0;
        free(line);
        if (is_last) {
            go_on(x);
            return;
        }
    }
}

static void begin_tls(struct exchange *x)
{
    evutil_socket_t fd = bufferevent_getfd(x->stream);
    struct bufferevent *plain = x->stream;

    bufferevent_setfd(plain, -1);
    bufferevent_free(plain);
    x->stream = bufferevent_openssl_socket_new(x->floor->base, fd, new_tls(x), BUFFEREVENT_SSL_CONNECTING,
                                               BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    bufferevent_setcb(x->stream, on_lines, NULL, on_end, x);
    bufferevent_enable(x->stream, EV_READ | EV_WRITE);
    evbuffer_add_printf(bufferevent_get_output(x->stream), "EHLO probe.lab\r\n");
}

static void go_on(struct exchange *x)
{
    struct evbuffer *out = bufferevent_get_output(x->stream);

    switch (x->step) {
    case GREETING:
        x->step = EHLO;
        evbuffer_add_printf(out, "EHLO probe.lab\r\n");
        break;
    case EHLO:
        x->step = x->offers_tls ? STARTTLS : QUIT;
        evbuffer_add_printf(out, x->offers_tls ? "STARTTLS\r\n" : "QUIT\r\n");
        break;
    case STARTTLS:
        x->step = EHLO_TLS;
        begin_tls(x);
        break;
    case EHLO_TLS:
        x->step = QUIT;
        evbuffer_add_printf(out, "QUIT\r\n");
        break;
    case QUIT:
        finish(x, true);
        break;
    }
}

/* ---- HTTPS ---- */

static void on_body(struct bufferevent *stream, void *arg)
{
    struct evbuffer *in = bufferevent_get_input(stream);

    (void)arg;
    evbuffer_drain(in, evbuffer_get_length(in));
}

/* ---- the list ---- */

static bool begin(struct exchange *x)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&x->to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&x->to;

    if (inet_pton(AF_INET, x->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)x->port);
        x->to_size = sizeof *v4;
    } else if (inet_pton(AF_INET6, x->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)x->port);
        x->to_size = sizeof *v6;
    } else {
        return false;
    }
    if (strcmp(x->kind, "dns") == 0)
        return ask(x);
    x->stream = connected(x, strcmp(x->kind, "https") == 0 ? on_body : on_lines);
    if (x->stream && strcmp(x->kind, "https") == 0)
        evbuffer_add_printf(bufferevent_get_output(x->stream),
                            "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", x->more, x->host);
    return x->stream;
}

static bool read_line(struct exchange *x)
{
    char line[LINE_MAX_OCTETS], *at;
    int used = 0;

    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, "\n")] = '\0';
    at = line;
    if (sscanf(at, "%7s %63s %u %n", x->kind, x->address, &x->port, &used) != 3)
        return false;
    at += used;
    if (strcmp(x->kind, "dns") == 0) {
        char flag[4] = "";

        if (sscanf(at, "%u %511s %3s", &x->type, x->host, flag) < 2)
            return false;
        x->with_signatures = strcmp(flag, "do") == 0;
        if (strcmp(x->host, ".") == 0)
            *x->host = '\0';
        return true;
    }
    return sscanf(at, "%511s %511s", x->host, x->more) >= 1;
}

static void start_more(struct floor *floor)
{
    while (!floor->at_end && floor->running < AT_ONCE) {
        struct exchange *x = calloc(1, sizeof *x);

        if (!x)
            abort();
        x->floor = floor;
        x->fd = -1;
        if (!read_line(x)) {
            floor->at_end = true;
            free(x);
            return;
        }
        floor->running++;
        if (!begin(x)) {
            finish(x, false);
            return; /* which has started more */
        }
    }
}

int main(int argc, char **argv)
{
    struct floor floor = {.base = event_base_new(), .tls = SSL_CTX_new(TLS_client_method())};

    if (!floor.base || !floor.tls || SSL_CTX_set_default_verify_dir(floor.tls) != 1)
        return 1;
    for (int i = 1; i < argc; i++)
        if (SSL_CTX_load_verify_locations(floor.tls, argv[i], NULL) != 1)
            return 1;
    SSL_CTX_set_verify(floor.tls, SSL_VERIFY_PEER, NULL);
    start_more(&floor);
    event_base_dispatch(floor.base);
    printf("%zu ended well, %zu did not\n", floor.sound, floor.failed);
    SSL_CTX_free(floor.tls);
    event_base_free(floor.base);
    return floor.sound == 0;
}
