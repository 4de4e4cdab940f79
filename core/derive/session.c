/* core/derive/session.c - which session with a mail server is
 * judged, and by which names.  (checks.md, sections 6, 7) */
#include "core/derive/session.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/ipv6.h"
#include "core/derive/port25.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"

/* The way to TLS was open, and then there was nobody. */
static bool lost_behind_starttls(const struct smtp_session *s)
{
    return session_lost_in_tls(s) ||
           (s->state == SMTP_HANDSHAKE && (s->end == SMTP_END_RESET || s->end == SMTP_END_CLOSED));
}

/* A second look is worth it where the first may have been bad luck. */
static bool deserves_retry(const struct smtp_session *s)
{
    switch (s->end) {
    case SMTP_END_RESET:
    case SMTP_END_CLOSED:
        return true;
    case SMTP_END_TIMEOUT:
        return s->state == SMTP_CONNECTING || session_lost_in_tls(s);
    case SMTP_END_UNREACHABLE:
        return s->state == SMTP_CONNECTING;
    case SMTP_END_TLS:
        return session_lost_in_tls(s);
    case SMTP_END_OK: /* a 421 ends contact: checks.md, section 18 */
        return s->greeting.code / 100 == 4 && s->greeting.code != 421;
    default:
        return false;
    }
}

static struct trouble own_words(enum reason reason, enum side side, const char *why)
{
    return (struct trouble){reason, side, why};
}

/* The server did not take our connection: is that its doing? */
static struct trouble connect_trouble(enum port25 port25)
{
    switch (port25) {
    case PORT25_BLOCKED:
        return trouble_of(REASON_PORT25_BLOCKED_HERE);
    case PORT25_INTERCEPTED:
        return trouble_of(REASON_SMTP_INTERCEPTED);
    case PORT25_NO_NETWORK:
        return own_words(REASON_TIMEOUT, SIDE_NETWORK, "nothing can be reached from here");
    case PORT25_UNDECIDED:
        return own_words(REASON_TIMEOUT, SIDE_NETWORK,
                         "no connection, and no server for comparison could show whether port 25 works from here");
    default:
        return (struct trouble){0};
    }
}

static bool did_not_connect(const struct smtp_session *s)
{
    return s->state == SMTP_CONNECTING &&
           (s->end == SMTP_END_TIMEOUT || s->end == SMTP_END_UNREACHABLE || s->end == SMTP_END_LOCAL);
}

static bool is_better(const struct smtp_session *again, const struct smtp_session *first)
{
    switch (again->end) {
    case SMTP_END_OK:
    case SMTP_END_PROTOCOL:
    case SMTP_END_INJECTION:
        return true; /* a fact, and no bad luck */
    case SMTP_END_BUDGET:
        return false;
    default:
        return again->state >= first->state; /* what the first saw stands */
    }
}

static struct trouble lost_trouble(struct run *run, const struct smtp_session *s)
{
    struct trouble trouble = trouble_of(REASON_CONNECTION_LOST);

    trouble.why =
        str_printf(run_arena(run), "the connection was %s %s", session_loss_word(s), smtp_state_during(s->state));
    return trouble;
}

static struct trouble trouble_of_end(struct run *run, const struct smtp_session *s)
{
    if (session_lost_in_tls(s))
        return lost_trouble(run, s);
    switch (s->end) {
    case SMTP_END_OK:
    case SMTP_END_REFUSED:
    case SMTP_END_PROTOCOL:
    case SMTP_END_TLS:
    case SMTP_END_INJECTION:
    case SMTP_END_NOT_CONTACTED: /* nobody else can reach such an address either: ip.public says so */
        break;
    case SMTP_END_TIMEOUT:
    case SMTP_END_UNREACHABLE:
        return s->state == SMTP_CONNECTING ? (struct trouble){0} : s->trouble;
    case SMTP_END_RESET:
    case SMTP_END_CLOSED:
        return lost_trouble(run, s);
    case SMTP_END_LOCAL:
    case SMTP_END_BUDGET:
    case SMTP_END_COUNT:
        return s->trouble;
    }
    return (struct trouble){0};
}

const struct smtp_session *need_judged_session(struct run *run, const char *mx_host, const struct ip *ip,
                                               struct trouble *trouble)
{
    const struct smtp_session *s = need_smtp(run, ip, mx_host), *first;
    bool unconnected;

    *trouble = (struct trouble){0};
    if (!s)
        return NULL;
    if (ip->family == IP_V6 && did_not_connect(s)) {
        enum ipv6 ipv6 = need_ipv6(run);

        if (ipv6 == IPV6_PENDING)
            return NULL;
        if (ipv6 != IPV6_WORKS) {
            *trouble = trouble_of(REASON_NO_IPV6_HERE);
            return s;
        }
    }
    unconnected = s->end == SMTP_END_REFUSED ||
                  ((s->end == SMTP_END_TIMEOUT || s->end == SMTP_END_UNREACHABLE) && s->state == SMTP_CONNECTING);
    if (unconnected) {
        enum port25 port25 = need_port25(run);

        if (port25 == PORT25_PENDING)
            return NULL;
        *trouble = connect_trouble(port25);
        if (trouble->reason)
            return s;
    }
    first = s;
    if (deserves_retry(s)) {
        const struct smtp_session *again = need_smtp_again(run, ip, mx_host);

        if (!again)
            return NULL;
        if (is_better(again, first))
            s = again;
        if (again->end == SMTP_END_BUDGET && did_not_connect(first)) {
            *trouble = again->trouble; /* one packet lost is no server that is down */
            return s;
        }
    }
    if (s == first || !lost_behind_starttls(first) || !lost_behind_starttls(s) || first->state != s->state)
        *trouble = trouble_of_end(run, s);
    return s; /* lost twice at the same place behind STARTTLS: that is how the server is */
}

const struct smtp_session *need_lost_session(struct run *run, const struct smtp_session *judged)
{
    const struct smtp_session *first = need_smtp(run, &judged->ip, judged->server_name);

    return first && first != judged && first->end != SMTP_END_OK ? first : NULL;
}

const char *greeting_host_name(struct run *run, const struct smtp_session *s)
{
    return str_text(run_arena(run), smtp_greeting_name(&s->greeting));
}

const char *ehlo_host_name(struct run *run, const struct smtp_session *s)
{
    return str_text(run_arena(run), smtp_ehlo_name(s));
}

static bool is_reverse_name(const struct reverse *r, const char *name)
{
    if (r->state != REVERSE_NAMES)
        return false;
    for (size_t i = 0; i < r->ptr->count; i++)
        if (name_equal(r->ptr->records[i].name, name))
            return true;
    return false;
}

bool need_helo_stand_in(struct run *run, const struct ip *ip, const struct smtp_session *s, const char **name)
{
    const char *greeting = greeting_host_name(run, s), *ehlo = ehlo_host_name(run, s);
    struct reverse r = {.state = REVERSE_ABSENT};

    if (*greeting && *ehlo && !name_equal(greeting, ehlo))
        r = need_reverse(run, ip);
    *name = !is_reverse_name(&r, greeting) && is_reverse_name(&r, ehlo) ? ehlo : greeting;
    return r.state != REVERSE_PENDING;
}

/* Before a name that is out of place is blamed on the host: does another host stand behind the same address? */
static bool raises_question(struct run *run, const struct mail_address *address, const struct smtp_session *s)
{
    const char *name = greeting_host_name(run, s);
    struct reverse r;

    if (!address_is_sender(address) || address->helo_count || !name_is_host(name))
        return false;
    r = need_reverse(run, &address->ip);
    return (s->ehlo.code == 250 && !name_equal(ehlo_host_name(run, s), name)) ||
           (r.state == REVERSE_NAMES && !is_reverse_name(&r, name));
}

const struct smtp_session *need_other_session(struct run *run, const char *mx_host, const struct mail_address *address,
                                              const struct smtp_session *judged)
{
    unsigned sessions = run_target(run)->sessions;
    const struct smtp_session *other;

    if (judged->greeting.code != 220 || judged != need_smtp(run, &address->ip, mx_host)) /* two there are already */
        return NULL;
    if (sessions == 1 || (sessions == 0 && !raises_question(run, address, judged)))
        return NULL;
    other = need_smtp_again(run, &address->ip, mx_host);
    if (!other || other->greeting.code != 220 || !name_is_host(greeting_host_name(run, other)))
        return NULL;
    return name_equal(greeting_host_name(run, other), greeting_host_name(run, judged)) ? NULL : other;
}
