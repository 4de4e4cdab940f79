/* core/result/identity_rows.c - the names of a sending address, one a row, and where each leads. */
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/x509.h"
#include "core/derive/inventory.h"
#include "core/derive/mail_path.h"
#include "core/result/identity.h"
#include "core/result/identity_internal.h"

enum { SHOWN_ADDRESSES = 3, SHOWN_SANS = 8 };

/* ---- where names lead ---- */

static const char *own_type(const struct identity_build *b)
{
    return b->sender->ip.family == IP_V6 ? "AAAA" : "A";
}

static const char *addresses_text(struct arena *arena, const struct dns_answer *answer)
{
    const char *text = "";

    for (size_t i = 0; i < answer->count && i < SHOWN_ADDRESSES; i++)
        text = str_printf(arena, "%s%s%s", text, i ? ", " : "", ip_text(arena, &answer->records[i].ip));
    return answer->count > SHOWN_ADDRESSES ? str_printf(arena, "%s and %zu more", text, answer->count - SHOWN_ADDRESSES)
                                           : text;
}

static const char *lead(const struct identity_build *b, const char *host, struct identity_name *row)
{
    bool v6 = b->sender->ip.family == IP_V6;
    const struct path_host *known = path_host(b->path, host);
    const struct dns_answer *own = known ? known->own : NULL, *other = known ? known->other : NULL;

    row->forward = own;
    row->leads = CELL_NONE;
    if (!own)
        return NULL;
    if (dns_answer_is_open(own)) {
        row->leads = CELL_UNKNOWN;
        return str_printf(b->arena, "no answer: %s", own->trouble.why ? own->trouble.why : "?");
    }
    if (dns_answer_has_ip(own, &b->sender->ip)) {
        row->leads = CELL_OK;
        return row->part == PART_PTR ? "leads back to the address" : "leads to the address";
    }
    if (own->count) {
        row->leads = CELL_DIFFERS;
        return str_printf(b->arena, "leads to %s", addresses_text(b->arena, own));
    }
    if (other && other->count) {
        row->leads = CELL_DIFFERS;
        return str_printf(b->arena, "has no %s record, only %s", own_type(b), v6 ? "A" : "AAAA");
    }
    row->leads = CELL_BROKEN;
    return own->status == DNS_NXDOMAIN  ? "does not exist"
           : own->status == DNS_UNKNOWN ? "is an alias that leads nowhere"
           : other && dns_answer_is_open(other)    ? str_printf(b->arena, "has no %s record", own_type(b))
                                        : "has no address";
}

const char *identity_follow(const struct identity_build *b, const char *host, struct identity_name *row)
{
    row->leads_says = lead(b, host, row);
    return row->leads_says;
}

/* ---- rows ---- */

static struct identity_name *add(struct identity_build *b, enum identity_part part, struct str name, const char *key)
{
    struct identity_name *row = &b->rows[b->count];

    *row = (struct identity_name){.part = part, .name = name};
    b->keys[b->count++] = key;
    return row;
}

static void add_none(struct identity_build *b, enum identity_part part, enum cell state, const char *says)
{
    struct identity_name *row = add(b, part, (struct str){NULL, 0}, "");

    row->state = state;
    row->says = says;
}

static void add_ptr_name(struct identity_build *b, const char *name)
{
    struct identity_name *row = add(b, PART_PTR, str_of(name), name);
    enum name_fault fault = name_fault(name);

    if (!name_is_host(name)) {
        row->state = CELL_BROKEN;
        row->says = name_fault_text(fault);
        return;
    }
    row->says = identity_follow(b, name, row);
    row->state = row->leads == CELL_DIFFERS ? CELL_BROKEN : row->leads;
    if (!row->says) {
        row->state = CELL_UNKNOWN;
        row->says = "not looked up";
    } else if (row->forward->count && row->state == CELL_BROKEN) {
        row->says = str_printf(b->arena, "%s, not back", row->says);
    }
}

static void add_ptr(struct identity_build *b)
{
    const struct mail_path *path = b->path;

    if (path->reverse == LINK_BROKEN)
        add_none(b, PART_PTR, CELL_BROKEN, "no PTR record");
    else if (path->reverse == LINK_OPEN)
        add_none(b, PART_PTR, path->ptr ? CELL_UNKNOWN : CELL_NONE,
                 path->trouble.reason ? str_printf(b->arena, "no answer: %s", path->trouble.why) : "not looked up");
    for (size_t i = 0; i < path->name_count; i++)
        add_ptr_name(b, path->names[i].name);
}

static void add_helo_name(struct identity_build *b, struct str name, bool assumed)
{
    const char *key = name_compared(b->arena, str_text(b->arena, name));
    struct identity_name *row = add(b, PART_HELO, name, key);
    struct ip literal;

    row->assumed = assumed;
    if (ip_parse_literal(str_text(b->arena, name), &literal)) {
        bool own = ip_equal(&literal, &b->sender->ip);

        row->state = own ? CELL_DIFFERS : CELL_BROKEN;
        row->says = own ? "an address literal: legal, but scored by filters" : "an address literal of another address";
    } else if (!name_is_host(key)) {
        row->state = CELL_BROKEN;
        row->says = name_fault_text(name_fault(key));
    } else {
        row->says = identity_follow(b, key, row);
        row->state = row->says ? row->leads : CELL_NONE;
        if (!row->says)
            row->says = "not looked up";
    }
}

static void add_helo(struct identity_build *b)
{
    for (size_t i = 0; i < b->path->helo_count; i++)
        add_helo_name(b, b->path->helos[i].name, b->path->helos[i].origin != HELO_DECLARED);
    if (!b->path->helo_count)
        add_none(b, PART_HELO, CELL_NONE, "not known: none was named");
}

/* Why there is no greeting to read; *state is CELL_NONE or CELL_UNKNOWN. */
static const char *no_greeting(const struct identity_build *b, enum cell *state)
{
    const struct smtp_session *s = b->path->session;
    const struct vantage *here = b->result->vantage;
    const char *off = here ? vantage_switched_off(here, b->sender->ip.family) : NULL;

    *state = CELL_NONE;
    if (!b->sender->mx_name)
        return "it only sends, so it is not asked";
    if (off)
        return off;
    if (!s)
        return "not asked";
    *state = CELL_UNKNOWN;
    if (s->greeting.code == 220)
        return "shows no name, or a masked one";
    if (s->greeting.code)
        return str_printf(b->arena, "refuses: %s", smtp_reply_line(b->arena, &s->greeting));
    if (s->end == SMTP_END_REFUSED || s->end == SMTP_END_NOT_CONTACTED)
        *state = CELL_NONE;
    return s->end == SMTP_END_REFUSED ? "refuses connections" : s->trouble.why ? s->trouble.why : "no session";
}

static void add_ehlo(struct identity_build *b, const struct smtp_session *session)
{
    struct str name = session_ehlo_name(session);

    if (name.len)
        add(b, PART_EHLO, name, name_compared(b->arena, str_text(b->arena, name)));
    else
        add_none(b, PART_EHLO, CELL_NONE, "no reply that shows a name");
}

static void add_certificate(struct identity_build *b, const char *why, enum cell why_state)
{
    const struct tls_session *tls = b->path->session ? b->path->session->tls : NULL;
    const struct x509_facts *facts = tls ? tls_session_leaf(tls) : NULL;
    const char *names = "";

    if (why && (!tls || !tls->chain_count)) {
        add_none(b, PART_CERTIFICATE, why_state, why);
    } else if (!tls) {
        add_none(b, PART_CERTIFICATE, CELL_NONE, "no TLS");
    } else if (!tls->chain_count) {
        add_none(b, PART_CERTIFICATE, CELL_UNKNOWN, tls->error ? tls->error : "none was shown");
    } else if (!facts) {
        add_none(b, PART_CERTIFICATE, CELL_BROKEN, "cannot be read");
    } else if (!facts->dns_name_count) {
        add_none(b, PART_CERTIFICATE, CELL_BROKEN, "names no host");
    } else {
        for (size_t i = 0; i < facts->dns_name_count && i < SHOWN_SANS; i++)
            names = str_printf(b->arena, "%s%s%s", names, i ? ", " : "", str_text(b->arena, facts->dns_names[i]));
        if (facts->dns_name_count + facts->dns_names_left_out > SHOWN_SANS)
            names = str_printf(b->arena, "%s and %zu more", names,
                               facts->dns_name_count + facts->dns_names_left_out - SHOWN_SANS);
        add(b, PART_CERTIFICATE, str_of(names), "");
    }
}

static void add_greeting(struct identity_build *b, const struct smtp_session *session)
{
    struct str name = session_greeting_name(session);

    add(b, PART_GREETING, name, name_compared(b->arena, str_text(b->arena, name)));
}

/* Their own words come with the comparison. */
static void add_server_names(struct identity_build *b)
{
    enum cell state = CELL_NONE;
    struct str greeting = session_greeting_name(b->path->session);
    const char *why = greeting.len ? NULL : no_greeting(b, &state);

    if (why) {
        add_none(b, PART_GREETING, state, why);
        add_none(b, PART_EHLO, state, why);
    } else {
        add_greeting(b, b->path->session);
        if (b->path->other)
            add_greeting(b, b->path->other);
        add_ehlo(b, b->path->session);
        if (b->path->other)
            add_ehlo(b, b->path->other);
    }
    add_certificate(b, why, state);
}

static void add_helo_spf(struct identity_build *b)
{
    static const enum cell states[STATUS_COUNT] = { /* CELL_NONE else */
        [PASS] = CELL_OK, [UNKNOWN] = CELL_UNKNOWN, [WARN] = CELL_DIFFERS, [FAIL] = CELL_BROKEN};
    const struct finding *f = identity_finding(b->result, b->sender, PART_HELO_SPF, HELO_SPF);

    if (f)
        add_none(b, PART_HELO_SPF, states[f->status], f->message);
}

void identity_add_rows(struct identity_build *b)
{
    add_ptr(b);
    add_helo(b);
    add_server_names(b);
    add_helo_spf(b);
}
