/* core/facts/dns_json.c - describes DNS answers as JSON, once for both directions. */

#include "core/facts/evidence_json.h"

#include <assert.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/json_codec.h"
#include "core/base/limits.h"
#include "core/facts/record_text.h"

static const char *const statuses[] = {"ok", "nodata", "nxdomain", "unknown"};
static const char *const securities[] = {"undecided", "insecure", "secure", "bogus"};

enum { STATUSES = sizeof statuses / sizeof *statuses, SECURITIES = sizeof securities / sizeof *securities };

static_assert(DNS_UNKNOWN + 1 == (int)STATUSES, "a word for every status");
static_assert(DNS_BOGUS + 1 == (int)SECURITIES, "a word for every security");

struct trouble trouble_json(struct json_codec *c, struct trouble value, enum reason fallback)
{
    const char *reasons[REASON_COUNT], *sides[SIDE_TARGET + 1];

    for (int i = 0; i < REASON_COUNT; i++)
        reasons[i] = i == REASON_NONE ? "none" : reason_word((enum reason)i);
    for (int i = 0; i <= SIDE_TARGET; i++)
        sides[i] = i == SIDE_NONE ? "none" : side_word((enum side)i);
    value.reason = (enum reason)json_word(c, "reason", (int)value.reason, reasons, REASON_COUNT, (int)fallback);

    struct trouble usual = trouble_of(value.reason);

    value.side = (enum side)json_word(c, "side", (int)value.side, sides, SIDE_TARGET + 1, (int)usual.side);
    value.why = json_text(c, "why", value.why, value.reason ? usual.why : NULL);
    return value;
}

/* As json_borrow(), with the name in the form of record_text.h. */
static const char *name(struct json_codec *c, const char *member, const char *value)
{
    if (c->writing && !value)
        return NULL;

    const char *text = json_borrow(c, member, c->writing ? record_name_text(value) : NULL);

    if (c->writing || !text)
        return value;
    value = record_name_parse(c->arena, text);
    if (!value)
        json_fail(c, member, "expected a name without a final dot");
    return value;
}

/* A text, or an object where the TTL or the number of strings is not what the text suggests. */
static void record(struct json_codec *c, struct dns_record *r, enum dns_type type, uint32_t ttl)
{
    const char *text = NULL, *why = "";
    struct dns_record usual;
    bool in_short = json_is_text(c, NULL);

    if (c->writing) {
        text = record_text(c->arena, r);
        in_short = record_parse(c->arena, r->type, text, &usual, &why) && r->ttl_s == ttl &&
                   (r->type != DNS_TXT || (r->txt.strings == usual.txt.strings && !r->txt.oversize));
    }
    if (in_short) {
        text = json_borrow(c, NULL, text);
        if (!c->writing && text && !record_parse(c->arena, type, text, r, &why))
            json_fail(c, NULL, "%s", why);
        r->ttl_s = c->writing ? r->ttl_s : ttl;
        return;
    }
    if (!json_object(c, NULL, true))
        return;
    json_require(c, "text");
    text = json_borrow(c, "text", text);
    if (!c->writing && text && !record_parse(c->arena, type, text, r, &why))
        json_fail(c, "text", "%s", why);
    r->ttl_s = (uint32_t)json_int(c, "ttl", r->ttl_s, 0, UINT32_MAX, ttl);
    if (type == DNS_TXT && !c->failed) {
        r->txt.strings = (unsigned)json_int(c, "strings", r->txt.strings, 0, UINT16_MAX, r->txt.strings);
        r->txt.oversize = json_bool(c, "oversize", r->txt.oversize, false);
    }
    json_end(c);
}

static void records(struct json_codec *c, const char *member, struct dns_answer *a, enum dns_type type)
{
    a->count = json_list(c, member, a->count);
    if (a->count == 0)
        return;

    struct dns_record *all = ARENA_ARRAY(c->arena, struct dns_record, a->count);

    for (size_t i = 0; i < a->count; i++) {
        if (c->writing)
            all[i] = a->records[i];
        record(c, &all[i], type, a->ttl_s);
    }
    a->records = all;
    json_end(c);
}

static void algorithms(struct json_codec *c, struct dns_answer *a)
{
    a->algorithm_count = json_list(c, "algorithms", a->algorithm_count);
    if (a->algorithm_count == 0)
        return;

    uint8_t *all = ARENA_ARRAY(c->arena, uint8_t, a->algorithm_count);

    for (size_t i = 0; i < a->algorithm_count; i++)
        all[i] = (uint8_t)json_int(c, NULL, c->writing ? a->algorithms[i] : 0, 0, UINT8_MAX, 0);
    a->algorithms = all;
    json_end(c);
}

static void chain(struct json_codec *c, struct dns_answer *a)
{
    a->chain_count = json_list(c, "chain", a->chain_count);
    if (a->chain_count == 0)
        return;

    struct dns_link *all = ARENA_ARRAY(c->arena, struct dns_link, a->chain_count);

    for (size_t i = 0; i < a->chain_count; i++) {
        struct dns_link link = c->writing ? a->chain[i] : (struct dns_link){"", ""};
        size_t sides = json_list(c, NULL, 2);

        if (sides > 0) {
            link.owner = name(c, NULL, link.owner);
            link.target = sides > 1 ? name(c, NULL, link.target) : "";
            json_end(c);
        }
        if (sides != 2)
            json_fail(c, NULL, "expected [\"owner\", \"target\"]");
        all[i] = link;
    }
    a->chain = all;
    json_end(c);
}

static int usual_rcode(const struct dns_answer *a)
{
    switch (a->status) {
    case DNS_OK:
    case DNS_NODATA:
        return 0;
    case DNS_NXDOMAIN:
        return 3;
    case DNS_UNKNOWN:
        break;
    }
    return a->trouble.reason == REASON_SERVFAIL || a->trouble.reason == REASON_DNSSEC_BOGUS ? 2
           : a->trouble.reason == REASON_REFUSED_BY_RESOLVER                                ? 5
                                                                                            : -1;
}

void dns_answer_json(struct json_codec *c, struct dns_answer *a, const struct key *key)
{
    char server[IP_TEXT_MAX] = "127.0.0.1";
    bool has_records = json_has(c, "records");

    json_require(c, has_records ? "records" : "status");
    a->status = (enum dns_status)json_word(c, "status", (int)a->status, statuses, STATUSES, DNS_OK);
    if (a->status == DNS_UNKNOWN) {
        json_require(c, "reason");
        a->trouble = trouble_json(c, a->trouble, REASON_NONE);
    }
    a->security = (enum dns_security)json_word(c, "security", (int)a->security, securities, SECURITIES,
                                               a->trouble.reason == REASON_DNSSEC_BOGUS ? DNS_BOGUS : DNS_UNDECIDED);
    a->ttl_s = (uint32_t)json_int(c, "ttl", a->ttl_s, 0, UINT32_MAX, DNS_TTL_MAX_S);
    records(c, "records", a, key->type);
    algorithms(c, a);
    if (!c->writing || a->signed_until_s) {
        a->signed_from_s = (uint32_t)json_int(c, "signed_from", a->signed_from_s, 0, UINT32_MAX, 0);
        a->signed_until_s = (uint32_t)json_int(c, "signed_until", a->signed_until_s, 0, UINT32_MAX, 0);
    }
    chain(c, a);
    a->chain_loops = json_bool(c, "chain_loops", a->chain_loops, false);
    a->chain_too_long = json_bool(c, "chain_too_long", a->chain_too_long, false);
    a->zone = name(c, "zone", a->zone);
    a->rcode = (int)json_unusual_int(c, "rcode", a->rcode, -1, 4095, usual_rcode(a));
    a->extended_error = (int)json_unusual_int(c, "extended_error", a->extended_error, -1, UINT16_MAX, -1);
    if (key->ip.family != IP_NONE)
        ip_print(&key->ip, server);
    a->server = json_text(c, "server", a->server, a->rcode < 0 ? "" : str_dup(c->arena, server));
    a->tcp = json_bool(c, "tcp", a->tcp, false);
    if (!c->writing || !a->edns)
        a->edns = json_bool(c, "edns", a->edns, true);
    a->is_own = json_bool(c, "own", a->is_own, false);
    a->is_false_ad = json_bool(c, "false_ad", a->is_false_ad, false);
    a->tries = (unsigned)json_unusual_int(c, "tries", a->tries, 0, UINT16_MAX, 1);
    if (!c->writing || a->setbacks > 0)
        a->setbacks = (unsigned)json_int(c, "setbacks", a->setbacks, 0, UINT16_MAX, 0);
    if (!c->writing && a->status == DNS_OK && a->count == 0)
        json_fail(c, "records", "none, although the status is \"ok\"");
    else if (!c->writing && dns_answer_is_negative(a) && a->count > 0)
        json_fail(c, "records", "not with this status");
}
