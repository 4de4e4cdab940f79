/* core/result/identity.c - lays the names of every sending address side by side.  (checks.md, section 6) */
#include "core/result/identity.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/x509.h"
#include "core/derive/inventory.h"
#include "core/derive/mail_path.h"
#include "core/result/identity_internal.h"

enum { SHOWN_ADDRESSES = 3, SHOWN_SANS = 8 };

/* Two of each part where there is a load balancer. */
enum { ROWS_MAX = PTR_NAMES_TRIED + 2 * PART_COUNT };

struct covered { /* does the certificate cover the host? */
    const char *host;
    bool covers;
};

struct build {
    struct arena *arena;
    const struct result *result;
    const struct mail_path *path;
    const struct mail_address *sender;
    struct identity_name *rows;
    const char **keys; /* the name of each row, as names are compared; "" */
    size_t count;
    struct covered *covered; /* what was asked so far: most rows show the same name */
    size_t covered_count;
};

const char *cell_word(enum cell cell)
{
    static const char *const words[CELL_COUNT] = {"none", "ok", "differs", "broken", "unknown"};

    return words[cell];
}

const char *identity_part_word(enum identity_part part)
{
    static const char *const words[PART_COUNT] = {"ptr", "helo", "greeting", "ehlo", "certificate", "helo_spf"};

    return words[part];
}

const char *identity_verdict_word(enum verdict verdict)
{
    return verdict == VERDICT_WARNINGS ? "at_risk" : verdict_word(verdict);
}

static const char *compared(struct arena *arena, struct str name)
{
    return name_compared(arena, str_text(arena, name));
}

/* ---- where names lead ---- */

static const char *own_type(const struct build *b)
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

static const char *lead(const struct build *b, const char *host, struct identity_name *row)
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
        return row->part == PART_PTR ? "leads back" : "leads to the address";
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

/* Follows a name to the sending address; says where it leads, NULL where that was not asked. */
static const char *follow(const struct build *b, const char *host, struct identity_name *row)
{
    row->leads_says = lead(b, host, row);
    return row->leads_says;
}

/* ---- rows ---- */

static struct identity_name *add(struct build *b, enum identity_part part, struct str name, const char *key)
{
    struct identity_name *row = &b->rows[b->count];

    *row = (struct identity_name){.part = part, .name = name};
    b->keys[b->count++] = key;
    return row;
}

static void add_none(struct build *b, enum identity_part part, enum cell state, const char *says)
{
    struct identity_name *row = add(b, part, (struct str){NULL, 0}, "");

    row->state = state;
    row->says = says;
}

static void add_ptr_name(struct build *b, const char *name)
{
    struct identity_name *row = add(b, PART_PTR, str_of(name), name);
    enum name_fault fault = name_fault(name);

    if (!name_is_host(name)) {
        row->state = CELL_BROKEN;
        row->says = name_fault_text(fault);
        return;
    }
    row->says = follow(b, name, row);
    row->state = row->leads == CELL_DIFFERS ? CELL_BROKEN : row->leads;
    if (!row->says) {
        row->state = CELL_UNKNOWN;
        row->says = "not looked up";
    } else if (row->forward->count && row->state == CELL_BROKEN) {
        row->says = str_printf(b->arena, "%s, not back", row->says);
    }
}

static void add_ptr(struct build *b)
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

static void add_helo_name(struct build *b, struct str name, bool assumed)
{
    const char *key = compared(b->arena, name);
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
        row->says = follow(b, key, row);
        row->state = row->says ? row->leads : CELL_NONE;
        if (!row->says)
            row->says = "not looked up";
    }
}

static void add_helo(struct build *b)
{
    for (size_t i = 0; i < b->path->helo_count; i++)
        add_helo_name(b, b->path->helos[i].name, b->path->helos[i].origin != HELO_DECLARED);
    if (!b->path->helo_count)
        add_none(b, PART_HELO, CELL_NONE, "not declared: --sender ADDRESS=NAME");
}

/* Why there is no greeting to read; *state is CELL_NONE or CELL_UNKNOWN. */
static const char *no_greeting(const struct build *b, enum cell *state)
{
    const struct smtp_session *s = b->path->session;

    *state = CELL_NONE;
    if (!b->sender->mx_name)
        return "it only sends, so it is not asked";
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

static void add_ehlo(struct build *b, const struct smtp_session *session)
{
    struct str name = session_ehlo_name(session);

    if (name.len)
        add(b, PART_EHLO, name, compared(b->arena, name));
    else
        add_none(b, PART_EHLO, CELL_NONE, "no reply that shows a name");
}

static void add_certificate(struct build *b, const char *why, enum cell why_state)
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

static void add_greeting(struct build *b, const struct smtp_session *session)
{
    add(b, PART_GREETING, session_greeting_name(session), compared(b->arena, session_greeting_name(session)));
}

/* Their own words come with the comparison. */
static void add_server_names(struct build *b)
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

static void add_helo_spf(struct build *b)
{
    static const enum cell states[STATUS_COUNT] = {
        [PASS] = CELL_OK,         [SKIPPED] = CELL_NONE, [NOTE] = CELL_NONE,
        [UNKNOWN] = CELL_UNKNOWN, [WARN] = CELL_DIFFERS, [FAIL] = CELL_BROKEN};
    const struct finding *f = identity_finding(b->result, b->sender, PART_HELO_SPF, HELO_SPF);

    if (f)
        add_none(b, PART_HELO_SPF, states[f->status], f->message);
}

/* That of the host itself, which is all that is asked in most reports, the session has told. */
static bool certificate_covers(const struct smtp_session *session, const char *host)
{
    if (smtp_session_is_for(session, host))
        return session->tls->name_matches;
    return x509_name_matches(session->tls->chain[0].der, host);
}

static bool covers(struct build *b, const char *host)
{
    struct covered *asked = b->covered;

    for (; asked < b->covered + b->covered_count; asked++)
        if (name_equal(asked->host, host))
            return asked->covers;
    *asked = (struct covered){host, certificate_covers(b->path->session, host)};
    b->covered_count++;
    x509_demand_memory(b->arena);
    return asked->covers;
}

/* ---- comparison ---- */

static enum cell compare(struct build *b, size_t row, enum identity_part part)
{
    const struct identity_name *one = &b->rows[row];
    enum cell cell = CELL_NONE;

    if (!one->name.len || part == one->part)
        return CELL_NONE;
    for (size_t i = 0; i < b->count && cell != CELL_OK; i++) {
        const struct identity_name *other = &b->rows[i];
        bool same;

        if (other->part != part || !other->name.len)
            continue;
        if ((one->assumed && part == PART_GREETING) || (other->assumed && one->part == PART_GREETING))
            return CELL_NONE; /* the same reply, shown twice */
        if (one->part == PART_CERTIFICATE || part == PART_CERTIFICATE) {
            const char *host = b->keys[part == PART_CERTIFICATE ? row : i];

            same = name_is_host(host) && covers(b, host);
        } else {
            same = name_equal(b->keys[row], b->keys[i]);
        }
        cell = same ? CELL_OK : CELL_DIFFERS;
    }
    return cell;
}

static const char *join(struct arena *arena, const char *text, const char *part)
{
    return *text ? str_printf(arena, "%s; %s", text, part) : part;
}

static void judge_helo(struct build *b, struct identity_name *row)
{
    if (row->with[PART_PTR] == CELL_OK) {
        row->says = join(b->arena, row->says, row->state == CELL_OK ? "is the PTR name" : "is the PTR name, too");
    } else if (row->with[PART_PTR] == CELL_DIFFERS && name_is_host(compared(b->arena, row->name))) {
        row->says = join(b->arena, row->says, "is not the PTR name");
        row->state = row->state == CELL_OK ? CELL_DIFFERS : row->state;
    }
}

static void judge_greeting(struct build *b, struct identity_name *row, const char *key)
{
    enum cell ptr = row->with[PART_PTR], helo = row->with[PART_HELO];
    const char *leads;

    if (!name_is_host(key)) {
        row->state = CELL_DIFFERS;
        row->says = str_printf(b->arena, "no host name: it %s", name_fault_text(name_fault(key)));
        return;
    }
    leads = follow(b, key, row);
    if (ptr == CELL_OK || helo == CELL_OK) {
        row->state = CELL_OK;
        row->says = ptr == CELL_OK && helo == CELL_OK ? "is the PTR and the HELO name"
                    : ptr == CELL_OK ? (helo == CELL_DIFFERS ? "is the PTR name, not the HELO name" : "is the PTR name")
                    : ptr == CELL_DIFFERS ? "is the HELO name, not the PTR name"
                                          : "is the HELO name";
    } else if (ptr == CELL_DIFFERS || helo == CELL_DIFFERS) {
        row->state = CELL_DIFFERS;
        row->says = ptr == CELL_NONE    ? "is not the HELO name"
                    : helo == CELL_NONE ? "is not the PTR name"
                                        : "is neither the PTR nor the HELO name";
    } else {
        row->state = row->leads;
        row->says = "";
    }
    if (leads && (row->leads != CELL_OK || row->state == CELL_DIFFERS || !*row->says))
        row->says = join(b->arena, row->says, leads);
    if (!*row->says)
        row->says = "nothing to compare it with";
}

static void judge_certificate(struct build *b, struct identity_name *row)
{
    static const char *const words[PART_NAMES] = {"PTR", "HELO", "greeting", "EHLO", NULL};
    const char *covered = "", *open = "";
    bool covers_host = covers(b, b->sender->mx_name);

    for (size_t part = 0; part < PART_CERTIFICATE; part++) {
        const char **list = row->with[part] == CELL_OK ? &covered : &open;

        if (row->with[part] != CELL_NONE)
            *list = str_printf(b->arena, "%s%s%s", *list, **list ? ", " : "", words[part]);
    }
    row->state = covers_host || *covered ? CELL_OK : CELL_DIFFERS;
    row->says = *covered && *open ? str_printf(b->arena, "covers %s, not %s", covered, open)
                : *covered        ? str_printf(b->arena, "covers %s", covered)
                                  : "covers none of these names";
    if (covers_host != (*covered != '\0'))
        row->says = str_printf(b->arena, "%s; %s the MX host %s", row->says, covers_host ? "covers" : "does not cover",
                               b->sender->mx_name);
    if (!covers_host)
        row->state = CELL_DIFFERS;
}

static void compare_all(struct build *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct identity_name *row = &b->rows[i];

        for (int part = 0; part < PART_NAMES; part++)
            row->with[part] = compare(b, i, (enum identity_part)part);
        if (row->part == PART_HELO && row->name.len)
            judge_helo(b, row);
        else if (row->part == PART_GREETING && row->name.len)
            judge_greeting(b, row, b->keys[i]);
        else if (row->part == PART_CERTIFICATE && row->name.len)
            judge_certificate(b, row);
        else if (row->part == PART_EHLO && row->name.len) {
            row->state = row->with[PART_GREETING];
            row->says =
                row->state == CELL_OK ? "is the greeting's name" : "is not the greeting's name: a proxy in front?";
        }
        row->weight = identity_weight(b->arena, b->result, b->sender, row);
    }
}

static void look_at(struct build *b, struct identity *identity)
{
    size_t room = ROWS_MAX + b->path->helo_count;

    b->rows = ARENA_ARRAY(b->arena, struct identity_name, room);
    b->keys = ARENA_ARRAY(b->arena, const char *, room);
    b->covered = ARENA_ARRAY(b->arena, struct covered, room + 1);
    add_ptr(b);
    add_helo(b);
    add_server_names(b);
    add_helo_spf(b);
    compare_all(b);
    identity->names = b->rows;
    identity->name_count = b->count;
    identity->ptr_left_out = b->path->names_left_out;
    identity_judge(b->arena, b->result, identity);
}

static void sort(struct identity *all, size_t count) /* stable */
{
    for (size_t i = 1; i < count; i++) {
        struct identity identity = all[i];
        size_t at = i;

        for (; at > 0 && all[at - 1].verdict < identity.verdict; at--)
            all[at] = all[at - 1];
        all[at] = identity;
    }
}

const struct identity *identities_of(struct arena *arena, const struct result *result, size_t *count)
{
    const struct inventory *mail = result->inventory;
    struct identity *all = ARENA_ARRAY(arena, struct identity, mail ? mail->address_count + 1 : 1);

    *count = 0;
    for (size_t i = 0; result->paths && i < result->paths->count; i++) {
        const struct mail_path *path = &result->paths->at[i];
        struct build b = {.arena = arena, .result = result, .path = path, .sender = path->address};

        if (!address_is_sender(b.sender))
            continue;
        all[*count].sender = b.sender;
        look_at(&b, &all[(*count)++]);
    }
    sort(all, *count);
    return all;
}
