/* core/derive/session.c - which session is judged, and when it says nothing about the server.  (checks.md, section 7) */
#include "core/derive/session.h"

#include <strings.h>

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

enum { MASK_STARS = 4 };

/* A second look is worth it where the first may have been bad luck. */
static bool deserves_retry(const struct smtp_session *s)
{
    switch (s->end) {
    case SMTP_END_RESET:
    case SMTP_END_CLOSED:
        return true;
    case SMTP_END_TIMEOUT:
    case SMTP_END_UNREACHABLE:
        return s->state == SMTP_CONNECTING;
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
        return own_words(REASON_TIMEOUT, SIDE_NETWORK, "no connection, and no canary could show whether port 25 works from here");
    default:
        return (struct trouble){0};
    }
}

static bool did_not_connect(const struct smtp_session *s)
{
    return s->state == SMTP_CONNECTING &&
           (s->end == SMTP_END_TIMEOUT || s->end == SMTP_END_UNREACHABLE || s->end == SMTP_END_LOCAL);
}

const struct smtp_session *need_judged_session(struct run *run, const char *mx_host, const struct ip *ip, struct trouble *trouble)
{
    const struct smtp_session *s = need_smtp(run, ip, mx_host), *again;
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
    unconnected = s->end == SMTP_END_REFUSED || ((s->end == SMTP_END_TIMEOUT || s->end == SMTP_END_UNREACHABLE) && s->state == SMTP_CONNECTING);
    if (unconnected) {
        enum port25 port25 = need_port25(run);

        if (port25 == PORT25_PENDING)
            return NULL;
        *trouble = connect_trouble(port25);
        if (trouble->reason)
            return s;
    }
    if (deserves_retry(s)) {
        again = need_smtp_again(run, ip, mx_host);
        if (!again)
            return NULL;
        if (again->end != SMTP_END_BUDGET)
            s = again;
    }
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
        if (s->state != SMTP_CONNECTING)
            *trouble = s->trouble;
        break;
    case SMTP_END_RESET:
    case SMTP_END_CLOSED:
        *trouble = trouble_of(REASON_CONNECTION_LOST);
        trouble->why = str_printf(run_arena(run), "the connection was %s %s", s->end == SMTP_END_RESET ? "reset" : "closed",
                                  smtp_state_during(s->state));
        break;
    case SMTP_END_LOCAL:
    case SMTP_END_BUDGET:
    case SMTP_END_COUNT:
        *trouble = s->trouble;
        break;
    }
    return s;
}

const char *greeting_host_name(struct run *run, const struct smtp_session *s)
{
    return name_compared(run_arena(run), str_text(run_arena(run), smtp_reply_name(&s->greeting)));
}

static bool is_reverse_name(const struct reverse *r, const char *name)
{
    for (size_t i = 0; i < r->ptr->count; i++)
        if (name_equal(r->ptr->records[i].name, name))
            return true;
    return false;
}

/* Before a name that is out of place is blamed on the host: does another host stand behind the same address? */
static bool raises_question(struct run *run, const struct mail_address *address, const struct smtp_session *s)
{
    const char *name = greeting_host_name(run, s), *ehlo = str_text(run_arena(run), smtp_reply_name(&s->ehlo));
    struct reverse r;

    if (!address_is_sender(address) || address->helo_count || !name_is_host(name))
        return false;
    r = need_reverse(run, &address->ip);
    return (s->ehlo.code == 250 && !name_equal(ehlo, name)) || (r.state == REVERSE_NAMES && !is_reverse_name(&r, name));
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

static bool contains_nocase(struct str text, const char *word)
{
    struct str w = str_of(word);

    for (size_t i = 0; i + w.len <= text.len; i++)
        if (str_equal_nocase((struct str){text.at + i, w.len}, w))
            return true;
    return false;
}

static bool names_us(struct run *run, const struct smtp_session *s, struct str text)
{
    static const char *const words[] = {"blocklist", "block list", "blocked", "blacklist", "black list", "denylist",
                                        "spamhaus",  "dnsbl",      "rbl",     "reputation", "banned"};

    if (s->our_ip.family != IP_NONE && contains_nocase(text, ip_text(run_arena(run), &s->our_ip)))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (contains_nocase(text, words[i]))
            return true;
    return false;
}

/* Firewalls that "fix" SMTP write asterisks over the greeting. */
static bool is_masked(const struct smtp_reply *greeting)
{
    struct str text = smtp_reply_text(greeting, 0);
    size_t stars = 0;

    for (size_t i = 0; i < text.len; i++)
        stars += text.at[i] == '*';
    return stars >= MASK_STARS;
}

/* And an X for every letter of STARTTLS. */
static bool has_masked_keyword(const struct smtp_reply *ehlo)
{
    return smtp_keyword(ehlo, "XXXXXXXX", NULL) || smtp_keyword(ehlo, "XXXXXXXA", NULL);
}

struct trouble reply_trouble(struct run *run, const struct smtp_session *s, const struct smtp_reply *reply)
{
    if (reply->code == 220 && reply == &s->greeting && is_masked(reply))
        return trouble_of(REASON_SMTP_INTERCEPTED);
    if (reply == &s->ehlo && ((s->greeting.code && is_masked(&s->greeting)) || has_masked_keyword(reply)))
        return trouble_of(REASON_SMTP_INTERCEPTED);
    if (reply->code / 100 == 4)
        return trouble_of(REASON_TEMPORARY_REFUSAL);
    for (size_t i = 0; reply->code / 100 == 5 && i < reply->line_count; i++)
        if (names_us(run, s, smtp_reply_text(reply, i)))
            return trouble_of(REASON_WE_ARE_BLOCKED);
    return (struct trouble){0};
}
