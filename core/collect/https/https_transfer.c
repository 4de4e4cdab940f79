/* core/collect/https/https_transfer.c - one GET: libcurl on our
 * loop, with everything switched off that it could bring along. */
#include "core/collect/https/https_transfer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <sys/socket.h>

#include "core/base/arena.h"
#include "core/base/library_memory.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/collect/https/https_end.h"
#include "core/collect/tls/tls.h"
#include "core/facts/evidence.h"

#define USER_AGENT "mailready/" MAILREADY_VERSION " (+https://mailready.example/)"

enum { LINE_TOO_LONG = 100 }; /* CURLE_TOO_LARGE, which libcurl has had since 8.6 */

struct watch { /* a socket of libcurl's */
    struct watch *next;
    struct event *event;
};

/* ---- what libcurl calls ---- */

static void on_event(evutil_socket_t fd, short what, void *arg);

static void watch_free(struct transfer *t, struct watch *watch)
{
    struct watch **at = &t->watches;

    while (*at && *at != watch)
        at = &(*at)->next;
    if (*at)
        *at = watch->next;
    if (watch->event)
        event_free(watch->event);
    free(watch);
}

/* On our side, whatever libcurl makes of it. */
static int stop_here(struct transfer *t, int os_error)
{
    t->stopped = HTTPS_END_LOCAL;
    t->stop_error = os_error;
    return -1;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct transfer *t = arg;
    struct watch *watch = socket_arg;
    short flags = EV_PERSIST;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            watch_free(t, watch);
        return 0;
    }
    if (!watch) {
        watch = calloc(1, sizeof *watch);
        if (!watch)
            return stop_here(t, ENOMEM);
        watch->next = t->watches;
        t->watches = watch;
        curl_multi_assign(t->multi, fd, watch);
    } else if (watch->event) {
        event_free(watch->event);
    }
    flags = (short)(flags | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    watch->event = event_new(loop_base(t->https->loop), fd, flags, on_event, t);
    return watch->event && event_add(watch->event, NULL) == 0 ? 0 : stop_here(t, errno);
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    struct transfer *t = arg;
    struct timeval wait = {ms / 1000, ms % 1000 * 1000};

    (void)multi;
    if (ms < 0)
        return evtimer_del(t->timer);
    return evtimer_add(t->timer, &wait) == 0 ? 0 : stop_here(t, ENOMEM);
}

/* The last word on where we connect, whatever libcurl has made of the addresses (threats.md H5). */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = arg;
    const struct https_config *config = &t->https->config;
    struct sockaddr_storage address;
    const struct ip *source;
    struct ip ip;
    socklen_t size;
    int fd;

    if (purpose != CURLSOCKTYPE_IPCXN || !ip_from_sockaddr(&to->addr, &ip, NULL) || !https_may_contact(config, &ip)) {
        t->stopped = HTTPS_END_NOT_CONTACTED;
        return CURL_SOCKET_BAD;
    }
    t->seen->ip = ip; /* libcurl's own PRIMARY_IP is lost on some failures, since 8.x */
    fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (fd < 0) {
        stop_here(t, errno);
        return CURL_SOCKET_BAD;
    }
    source = ip.family == IP_V4 ? &config->source4 : &config->source6;
    if (source->family == IP_NONE)
        return fd;
    size = ip_to_sockaddr(source, 0, &address);
    if (bind(fd, (const struct sockaddr *)&address, size) == 0)
        return fd;
    stop_here(t, errno);
    close(fd);
    return CURL_SOCKET_BAD;
}

static CURLcode on_ssl_context(CURL *easy, void *ssl_ctx, void *arg)
{
    struct transfer *t = arg;

    (void)easy;
    /* The connection stands.  libcurl's own CONNECT_TIME is not set yet where the handshake fails. */
    t->seen->connect_ms = loop_now_ms(t->https->loop) - t->began_ms;
    tls_witness_attend(t->witness, ssl_ctx);
    return CURLE_OK;
}

static bool is_chunked(struct str coding)
{
    return str_equal_nocase(coding, str_of("chunked"));
}

/* Counts everything, and keeps the lines of the last response but not its trailers. */
static size_t on_header(char *bytes, size_t one, size_t size, void *arg)
{
    struct transfer *t = arg;
    struct str line = {bytes, size}, coding;

    (void)one;
    trace_bytes(t->https->config.trace, "https-header", t->url.host, line);
    t->header_bytes += size;
    if (t->header_bytes > HTTPS_HEADER_BYTES || ++t->header_count > HTTPS_HEADERS_MAX) {
        t->stopped = HTTPS_END_HEADERS;
        return 0;
    }
    if (str_starts_nocase(line, "HTTP/")) {
        t->header_len = 0;
        t->header_done = false;
        t->seen->received_s = loop_wall_s(t->https->loop);
    }
    if (t->header_done)
        return size;
    memcpy(t->headers + t->header_len, bytes, size); /* no more than all of header_bytes */
    t->header_len += size;
    t->header_done = size <= 2;
    /* libcurl would undo it, asked or not, and so could be made to inflate a bomb (H3). */
    coding = https_field(line, "transfer-encoding");
    if (coding.at && !is_chunked(coding)) {
        t->stopped = HTTPS_END_PROTOCOL;
        return 0;
    }
    return size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    struct transfer *t = arg;
    size_t most = t->evidence->key.body_max, room = most - t->body_len, taken = size < room ? size : room;

    (void)one;
    if (!t->body && !(t->body = malloc(most + 1))) {
        stop_here(t, ENOMEM);
        return 0;
    }
    memcpy(t->body + t->body_len, bytes, taken);
    t->body_len += taken;
    if (taken < size)
        t->stopped = HTTPS_END_TOO_LARGE;
    return taken;
}

/* ---- the end of a transfer ---- */

void transfer_blank(struct transfer *t)
{
    *t->seen = (struct https_response){
        .key = t->evidence->text, .url = t->evidence->key.name, .connect_ms = -1, .total_ms = -1};
}

static void hang_up(struct transfer *t, bool well)
{
    if (t->easy) {
        if (t->multi)
            curl_multi_remove_handle(t->multi, t->easy);
        curl_easy_cleanup(t->easy);
    }
    if (t->multi)
        curl_multi_cleanup(t->multi);
    while (t->watches)
        watch_free(t, t->watches);
    if (t->timer)
        event_free(t->timer);
    if (t->resolve)
        curl_slist_free_all(t->resolve);
    tls_client_free(t->witness);
    if (t->visiting)
        politeness_leave(t->https->politeness, &t->visit, well);
    t->evidence->turn = NULL;
    t->easy = NULL;
    t->multi = NULL;
    t->timer = NULL;
    t->resolve = NULL;
    t->witness = NULL;
    t->visiting = false;
}

void transfer_free(struct transfer *t)
{
    hang_up(t, true);
    *t->back = t->next;
    if (t->next)
        t->next->back = t->back;
    free(t->body);
    free(t);
}

static int64_t time_ms(const struct transfer *t, CURLINFO what)
{
    curl_off_t us = 0;

    return curl_easy_getinfo(t->easy, what, &us) == CURLE_OK && us > 0 ? us / 1000 : -1;
}

static struct str field(struct arena *arena, struct str headers, const char *name)
{
    struct str value = https_field(headers, name);

    if (value.at && value.len == 0)
        return (struct str){"", 0};
    return value.at ? str_copy(arena, value) : value;
}

static bool is_out_of_time(const struct https_response *seen)
{
    return seen->tls && seen->tls->established && seen->tls->verify_error != 0;
}

static void write_down(struct transfer *t, struct arena *arena)
{
    struct https_response *seen = t->seen;
    struct str headers = {t->headers, t->header_len};
    const char *ip = NULL;
    struct ip connected;
    long number = 0;

    seen->total_ms = loop_now_ms(t->https->loop) - t->began_ms;
    if (!t->easy || !t->witness)
        return;
    if (curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip && ip_parse(ip, &connected))
        seen->ip = connected;
    if (curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number) == CURLE_OK)
        seen->os_error = (int)number;
    if (tls_witness_saw(t->witness)) {
        struct tls_session *tls = tls_client_session(t->witness, arena);

        tls->ms = tls->established ? time_ms(t, CURLINFO_APPCONNECT_TIME_T) - time_ms(t, CURLINFO_CONNECT_TIME_T) : -1;
        seen->tls = tls;
    }
    if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &number) == CURLE_OK && t->header_done &&
        number >= 200) /* those below announce another */
        seen->status = (int)number;
    seen->content_type = field(arena, headers, "content-type");
    seen->content_encoding = field(arena, headers, "content-encoding");
    seen->location = field(arena, headers, "location");
    seen->date = field(arena, headers, "date");
    if (!is_out_of_time(seen))
        seen->body = str_copy(arena, (struct str){t->body, t->body_len});
}

static struct https_failure failure_of(const struct transfer *t, CURLcode code)
{
    const struct https_response *seen = t->seen;

    if (code != CURLE_OK && library_lacks_memory())
        return https_connect_failure(ENOMEM, t->addresses, false);
    if (is_out_of_time(seen)) /* whatever came after that */
        return https_stop_failure(HTTPS_END_CERTIFICATE);
    switch (t->stopped) {
    case HTTPS_END_OK:
        break;
    case HTTPS_END_LOCAL:
        if (code != CURLE_OK)
            return https_connect_failure(t->stop_error, t->addresses,
                                         t->https->config.source4.family != IP_NONE ||
                                             t->https->config.source6.family != IP_NONE);
        break; /* one of several addresses was out of reach here while another answered */
    default:
        if (code != CURLE_OK)
            return https_stop_failure(t->stopped);
    }
    switch ((int)code) {
    case CURLE_OK:
        return https_stop_failure(HTTPS_END_OK);
    case CURLE_COULDNT_CONNECT:
        return https_connect_failure(seen->os_error, seen->ip.family == IP_NONE ? t->addresses : &seen->ip, false);
    case CURLE_OPERATION_TIMEDOUT:
        return https_timeout_failure(seen);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        if (!seen->tls && !tls_witness_met_fault(t->witness))
            return https_stop_failure(HTTPS_END_LOST);
        return https_stop_failure(seen->tls && !seen->tls->established ? HTTPS_END_CERTIFICATE : HTTPS_END_TLS);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return https_stop_failure(HTTPS_END_LOST);
    case LINE_TOO_LONG:
        return https_stop_failure(HTTPS_END_HEADERS);
    case CURLE_OUT_OF_MEMORY:
        if (seen->tls && seen->tls->established && !t->header_done)
            return https_stop_failure(HTTPS_END_HEADERS); /* so does libcurl before 8.6 call a line that is too long */
        return https_connect_failure(ENOMEM, t->addresses, false);
    case CURLE_FAILED_INIT:
        return t->https->tls ? https_connect_failure(ENOMEM, t->addresses, false) : https_library_failure();
    default:
        return https_stop_failure(HTTPS_END_PROTOCOL);
    }
}

/* A function of its own because of what setjmp() does to local variables. */
static const struct https_response *response_of(struct transfer *t, CURLcode code)
{
    struct arena *arena = evidence_arena(t->evidence);
    struct https_failure failure;
    jmp_buf exhausted;

    arena_on_exhausted(arena, &exhausted);
    if (setjmp(exhausted) != 0) {
        arena_on_exhausted(arena, NULL);
        return &https_no_memory;
    }
    write_down(t, arena);
    failure = failure_of(t, code);
    t->seen->end = failure.end;
    t->seen->trouble = failure.trouble;
    if (failure.end == HTTPS_END_OK)
        t->seen->os_error = 0;
    arena_on_exhausted(arena, NULL);
    return t->seen;
}

static void begin(void *transfer);

/* The audit that wanted it has ended, and others may want it yet: it is known, and not shared. */
static void forgo(void *arg)
{
    struct transfer *t = arg;

    transfer_blank(t);
    t->seen->end = HTTPS_END_BUDGET;
    t->seen->trouble = trouble_of(REASON_BUDGET);
    evidence_known(t->evidence, t->seen, 0);
    transfer_free(t);
}

bool transfer_queue(struct transfer *t)
{
    struct evidence *evidence = t->evidence;
    const struct visit_plan plan = {.ip = t->addresses[0],
                                    .party = evidence->first_waiter,
                                    .again = evidence->key.nth > 1 || t->is_again,
                                    .begin = begin,
                                    .drop = forgo,
                                    .arg = t};

    t->visiting = politeness_enter(t->https->politeness, &t->visit, &plan);
    evidence->turn = t->visiting ? &t->visit.turn : NULL;
    return t->visiting;
}

/* A connection that was lost may have been cut by chance: once more, later, as with mail servers. */
static bool goes_again(struct transfer *t, enum https_end end)
{
    if (end != HTTPS_END_LOST || t->is_again)
        return false;
    hang_up(t, false);
    t->is_again = true;
    t->stopped = HTTPS_END_OK;
    t->header_len = t->header_bytes = t->header_count = t->body_len = 0;
    t->header_done = false;
    if (transfer_queue(t))
        transfer_blank(t);
    return t->visiting;
}

static void finish(struct transfer *t, CURLcode code)
{
    const struct https_response *seen = response_of(t, code);

    trace_event(t->https->config.trace, "https-end", t->url.host, "%s, status %d, %zu octets",
                https_end_name(seen->end), seen->status, seen->body.len);
    if (goes_again(t, seen->end))
        return;
    evidence_known(t->evidence, seen, seen->end == HTTPS_END_OK ? HTTPS_SHARED_S : HTTPS_TROUBLE_SHARED_S);
    transfer_free(t);
}

/* ---- the life of a transfer ---- */

/* Of all that comes: chunks may have extensions, and early responses never end. */
static size_t wire_max(const struct transfer *t)
{
    size_t body_max = t->evidence->key.body_max;

    return HTTPS_WIRE_SHARE * (body_max > HTTPS_POLICY_BYTES ? body_max : HTTPS_POLICY_BYTES);
}

/* Tells libcurl what happened; the transfer may be gone afterwards. */
static void act(struct transfer *t, curl_socket_t fd, int what)
{
    int running = 0, left;
    CURLMcode moved = curl_multi_socket_action(t->multi, fd, what, &running);
    const CURLMsg *message = curl_multi_info_read(t->multi, &left);

    if (message && message->msg == CURLMSG_DONE) {
        finish(t, message->data.result);
    } else if (moved != CURLM_OK) {
        if (t->stopped == HTTPS_END_OK)
            stop_here(t, ENOMEM);
        finish(t, CURLE_OUT_OF_MEMORY);
    } else if (tls_witness_octets(t->witness) > wire_max(t)) {
        t->stopped = t->header_done ? HTTPS_END_TOO_LARGE : HTTPS_END_HEADERS;
        finish(t, CURLE_ABORTED_BY_CALLBACK);
    }
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

    act(arg, fd, flags);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* "host:port:address,address", so that libcurl never looks up by itself. */
static struct curl_slist *resolve_list(const struct transfer *t)
{
    char text[URL_MAX + ADDRESSES_MAX * (IP_TEXT_MAX + 3)], ip[IP_TEXT_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "%s:%u:", t->url.host, (unsigned)t->url.port);

    for (size_t i = 0; i < t->address_count; i++) {
        ip_print(&t->addresses[i], ip);
        used += (size_t)snprintf(text + used, sizeof text - used, t->addresses[i].family == IP_V6 ? "%s[%s]" : "%s%s",
                                 i ? "," : "", ip);
    }
    return curl_slist_append(NULL, text);
}

static bool set_up_multi(struct transfer *t)
{
    return curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t) == CURLM_OK &&
           curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t) == CURLM_OK;
}

#define SET(option, value) (curl_easy_setopt(t->easy, CURLOPT_##option, value) == CURLE_OK)

/* Every option that keeps the environment and other transfers out (threats.md H1 to H7). */
static bool set_limits(struct transfer *t)
{
    long total_ms = (long)(t->https->config.total_ms ? t->https->config.total_ms : HTTPS_TOTAL_MS);

    return SET(PROTOCOLS_STR, "https") && SET(REDIR_PROTOCOLS_STR, "https") && SET(FOLLOWLOCATION, 0L) &&
           SET(PROXY, "") && SET(NETRC, (long)CURL_NETRC_IGNORED) && SET(NOSIGNAL, 1L) && SET(ACCEPT_ENCODING, NULL) &&
           SET(TRANSFER_ENCODING, 0L) && SET(HTTP_CONTENT_DECODING, 0L) && SET(HTTP09_ALLOWED, 0L) &&
           SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(FRESH_CONNECT, 1L) && SET(FORBID_REUSE, 1L) &&
           SET(SSL_SESSIONID_CACHE, 0L) && SET(CONNECTTIMEOUT_MS, (long)HTTPS_CONNECT_MS) &&
           SET(TIMEOUT_MS, total_ms) && SET(LOW_SPEED_LIMIT, (long)HTTPS_SLOW_BYTES) &&
           SET(LOW_SPEED_TIME, (long)HTTPS_SLOW_S);
}

static bool set_up(struct transfer *t)
{
    return set_limits(t) && SET(URL, t->evidence->key.name) && SET(RESOLVE, t->resolve) && SET(USERAGENT, USER_AGENT) &&
           SET(OPENSOCKETFUNCTION, on_open) && SET(OPENSOCKETDATA, t) && SET(HEADERFUNCTION, on_header) &&
           SET(HEADERDATA, t) && SET(WRITEFUNCTION, on_body) && SET(WRITEDATA, t) && SET(SSL_VERIFYPEER, 1L) &&
           SET(SSL_VERIFYHOST, 2L) && SET(CAINFO, NULL) && SET(CAPATH, NULL) && SET(SSL_CTX_FUNCTION, on_ssl_context) &&
           SET(SSL_CTX_DATA, t);
}

/* False also where it has no OpenSSL beneath it, which tls_witness_attend() needs. */
static bool set_up_curl(void)
{
    const char *ssl;

    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the keys of sessions there (threats.md N15) */
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, library_allocate, free, library_resize, library_copy,
                             library_allocate_zeroed) != CURLE_OK)
        return false;
    ssl = curl_version_info(CURLVERSION_NOW)->ssl_version;
    if (ssl && strncmp(ssl, "OpenSSL/", 8) == 0)
        return true;
    curl_global_cleanup();
    return false;
}

static bool has_libraries(struct https *https)
{
    const char *why;

    if (!https->has_curl && !set_up_curl())
        return false;
    https->has_curl = true;
    if (!https->config.tls && !https->own_tls)
        https->own_tls = tls_new(https->config.ca, &why);
    https->tls = https->config.tls ? https->config.tls : https->own_tls;
    return https->tls;
}

static void begin(void *arg)
{
    struct transfer *t = arg;
    struct https *https = t->https;

    t->evidence->turn = NULL;
    t->began_ms = loop_now_ms(https->loop);
    trace_event(https->config.trace, "https-begin", t->url.host, "GET %s", t->url.path);
    if (!has_libraries(https)) {
        finish(t, CURLE_FAILED_INIT);
        return;
    }
    t->began_ms = loop_now_ms(https->loop); /* what the libraries do at first is not the server's time */
    if (!(t->witness = tls_witness_new(https->tls, t->url.host, loop_wall_s(https->loop))) ||
        !(t->multi = curl_multi_init()) || !(t->timer = evtimer_new(loop_base(https->loop), on_time, t)) ||
        !(t->resolve = resolve_list(t)) || !(t->easy = curl_easy_init()) || !set_up_multi(t) || !set_up(t) ||
        curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
        finish(t, CURLE_FAILED_INIT);
}
