/* tests/unit/readings.h - what readers of records, reverse names and refusals make of a text, every field of it, in
 * lines for people.
 *
 * Kinds are numbers, in the order of their headers; texts are spelled by bytes_escape().
 */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/ip_network.h"
#include "core/base/str.h"
#include "core/derive/refusal.h"
#include "core/facts/record_text.h"
#include "core/records/bimi_record.h"
#include "core/records/dkim_key.h"
#include "core/records/dkim_mend.h"
#include "core/records/dmarc_mend.h"
#include "core/records/dmarc_record.h"
#include "core/records/dnsbl.h"
#include "core/records/policy_mend.h"
#include "core/records/spf_macro.h"
#include "core/records/spf_record.h"
#include "core/records/spf_repair.h"
#include "core/records/sts_policy.h"
#include "core/records/sts_record.h"
#include "core/records/svg.h"
#include "core/records/tag_mend.h"
#include "core/records/taglist.h"
#include "core/records/tlsrpt.h"
#include "core/records/txt_kind.h"
#include "core/records/zone_file.h"
#include "probes/generic/generic.h"

enum { TERMS_PRINTED = 20 };

struct reading {
    FILE *out;
    struct arena *arena;
};

static inline const char *escaped(const struct reading *r, struct str text)
{
    return text.at ? bytes_escape(r->arena, text) : "-";
}

static inline const char *text_or_none(const char *text)
{
    return text ? text : "-";
}

static inline void print_tags(const struct reading *r, const struct taglist *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        fprintf(r->out, "  tag %s=%s%s\n", escaped(r, tags->tags[i].name), escaped(r, tags->tags[i].value),
                tags->tags[i].repeated ? " repeated" : "");
    for (size_t i = 0; i < tags->fault_count; i++)
        fprintf(r->out, "  tag fault %d at %zu: %s\n", (int)tags->faults[i].kind,
                taglist_column(tags, tags->faults[i].span), escaped(r, tags->faults[i].span));
    if (tags->blank_end)
        fprintf(r->out, "  blank end\n");
}

static inline void print_slips(const struct reading *r, unsigned slips)
{
    if (slips)
        fprintf(r->out, "  %s\n", tag_slips_text(r->arena, slips));
}

static inline void print_uris(const struct reading *r, const char *name, const struct dmarc_uri *uris, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(r->out, "  %s %s of %s\n", name, escaped(r, uris[i].text), text_or_none(uris[i].host));
}

static inline void print_dmarc(const struct reading *r, struct str text)
{
    struct dmarc_mended mended = dmarc_mend(r->arena, text);

    if (dmarc_is_record(text)) {
        struct dmarc_record d = dmarc_record_parse(r->arena, text);

        fprintf(r->out, "  p %d sp %d np %d psd %d pct %u%s%s%s%s\n", (int)d.p, (int)d.sp, (int)d.np, (int)d.psd, d.pct,
                d.bad_policy ? " bad" : "", d.testing ? " testing" : "", d.strict_dkim ? " strict DKIM" : "",
                d.strict_spf ? " strict SPF" : "");
        print_uris(r, "rua", d.rua, d.rua_count);
        print_uris(r, "ruf", d.ruf, d.ruf_count);
        for (size_t i = 0; i < d.remark_count; i++)
            fprintf(r->out, "  remark %d: %s\n", (int)d.remarks[i].kind, escaped(r, d.remarks[i].span));
        print_tags(r, &d.tags);
    }
    if (dmarc_looks_like_record(r->arena, text))
        fprintf(r->out, "  looks like one\n");
    print_slips(r, mended.slips);
    fprintf(r->out, "  mended%s: %s\n", mended.guessed_policy ? " by a guess" : "", text_or_none(mended.text));
}

static inline void print_dkim(const struct reading *r, struct str text)
{
    struct dkim_key key = dkim_key_parse(r->arena, text);
    struct dkim_mended mended = dkim_mend(r->arena, text);

    fprintf(r->out, "  %s type %d bits %u%s%s%s%s%s%s\n", dkim_key_is_usable(&key) ? "usable" : "no key", (int)key.type,
            key.bits, key.is_key_record ? "" : " no record", key.revoked ? " revoked" : "",
            key.testing ? " testing" : "", key.strict ? " strict" : "", key.allows_sha1 ? " sha1" : "",
            key.allows_sha256 ? " sha256" : "");
    for (size_t i = 0; i < key.fault_count; i++)
        fprintf(r->out, "  %s: %s\n", key.faults[i].what, escaped(r, key.faults[i].span));
    print_tags(r, &key.tags);
    if (dkim_has_private_key(r->arena, text))
        fprintf(r->out, "  private\n");
    print_slips(r, mended.slips);
    fprintf(r->out, "  mishap %d, %zu of %zu octets: %s\n", (int)mended.mishap, mended.octets, mended.wanted,
            text_or_none(mended.text));
}

static inline void print_mended(const struct reading *r, struct policy_mended mended)
{
    print_slips(r, mended.slips);
    fprintf(r->out, "  mended%s: %s\n", mended.meant ? "" : ", not meant", text_or_none(mended.text));
}

static inline void print_sts(const struct reading *r, struct str text)
{
    struct sts_record record;
    const char *why;

    if (!sts_record_is_one(text))
        fprintf(r->out, "  none\n");
    else if (sts_record_parse(text, &record, &why))
        fprintf(r->out, "  id %s\n", escaped(r, record.id));
    else
        fprintf(r->out, "  %s\n", why);
    print_mended(r, sts_record_mend(r->arena, text));
}

static inline void print_tlsrpt(const struct reading *r, struct str text)
{
    struct tlsrpt_record record = {.uris = 0};
    const char *why;

    if (!tlsrpt_is_one(text))
        fprintf(r->out, "  none\n");
    else if (tlsrpt_parse(text, &record, &why))
        fprintf(r->out, "  %zu destinations, %zu unknown: %s\n", record.uris, record.unknown,
                escaped(r, record.first_odd));
    else
        fprintf(r->out, "  %s\n", why);
    print_mended(r, tlsrpt_mend(r->arena, text));
}

static inline void print_policy(const struct reading *r, struct str text)
{
    static const char *const hosts[] = {"mx.example.net", "a.mx.example.net", "example.net", "mx.example.org"};
    struct sts_policy policy;
    const char *why;

    if (!sts_policy_parse(r->arena, text, &policy, &why)) {
        fprintf(r->out, "  %s\n", why);
        return;
    }
    fprintf(r->out, "  %s for %" PRIu32 " s, %zu patterns and %zu more\n", sts_mode_word(policy.mode), policy.max_age_s,
            policy.mx_count, policy.mx_left_out);
    for (size_t i = 0; i < policy.mx_count; i++)
        fprintf(r->out, "  mx %s\n", escaped(r, policy.mx[i]));
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (sts_policy_covers(&policy, hosts[i]))
            fprintf(r->out, "  covers %s\n", hosts[i]);
}

static inline void print_term(const struct reading *r, const struct spf_record *record, const struct spf_term *t)
{
    fprintf(r->out, "  %zu: %d%c /%u //%u%s%s%s%s", spf_term_column(record, t), (int)t->kind,
            t->qualifier ? t->qualifier : ' ', t->bits4, t->bits6, t->dead ? " dead" : "",
            spf_term_costs(t) ? " costs" : "", spf_term_is_mechanism(t) ? "" : " modifier",
            spf_term_passes(t) ? " passes" : "");
    if (t->has_spec)
        fprintf(r->out, " of \"%s\"", escaped(r, t->spec));
    if (t->network.base.family != IP_NONE)
        fprintf(r->out, " %s", ip_network_text(r->arena, &t->network));
    if (t->fault)
        fprintf(r->out, " %s at %zu", t->fault, t->fault_at);
    fputc('\n', r->out);
}

static inline void print_spf(const struct reading *r, struct str text)
{
    const struct spf_repair *repair = spf_repair(r->arena, text);

    if (spf_record_is(text)) {
        const struct spf_record *record = spf_record_parse(r->arena, text);

        fprintf(r->out, "  %zu terms, %zu lookups, %zu faults%s\n", record->count, record->lookups, record->faults,
                record->too_many ? ", too many" : "");
        for (size_t i = 0; i < record->count && i < TERMS_PRINTED; i++)
            print_term(r, record, &record->terms[i]);
    }
    if (!repair) {
        fprintf(r->out, "  not meant\n");
        return;
    }
    for (size_t i = 0; i < repair->fault_count; i++)
        fprintf(r->out, "  %s\n", bytes_escape(r->arena, str_of(repair->faults[i])));
    if (repair->faults_left_out)
        fprintf(r->out, "  and %zu more\n", repair->faults_left_out);
    fprintf(r->out, "  mended%s: %s\n", repair->is_hopeless ? ", hopeless" : "", escaped(r, repair->record));
}

static inline struct spf_macro_values values_for(const char *ip, const char *ptr_name)
{
    struct spf_macro_values values = {.sender = str_of("strong-bad@email.example.com"),
                                      .local = str_of("strong-bad"),
                                      .sender_domain = str_of("email.example.com"),
                                      .domain = str_of("a.email.example.com"),
                                      .helo = str_of("mx_1.example.org"),
                                      .ptr_name = str_of(ptr_name),
                                      .now_s = 1700000000};

    ip_parse(ip, &values.ip);
    return values;
}

/* Expanded as RFC 7208 7.4 does. */
static inline void print_macro(const struct reading *r, struct str text)
{
    const struct spf_macro_values values[] = {values_for("192.0.2.3", "mx.example.org"),
                                              values_for("2001:db8::cb01", "")};
    size_t at;
    const char *why;
    struct str out;

    fprintf(r->out, "  uses %u\n", spf_macro_uses(text));
    for (int place = SPF_IN_NAME; place <= SPF_IN_EXPLANATION; place++) {
        if (!spf_macro_check(text, (enum spf_macro_place)place, &at, &why)) {
            fprintf(r->out, "  place %d: %s at %zu\n", place, why, at);
            continue;
        }
        for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            fprintf(r->out, "  place %d: %s\n", place,
                    spf_macro_expand(r->arena, text, (enum spf_macro_place)place, &values[i], &out) ? escaped(r, out)
                                                                                                    : "too many");
    }
    if (!spf_domain_spec_check(text, &at, &why))
        fprintf(r->out, "  no name: %s at %zu\n", why, at);
    else if (spf_name_expand(r->arena, text, &values[0], &out))
        fprintf(r->out, "  name %s\n", text_or_none(spf_name_text(r->arena, out)));
}

static inline void print_svg(const struct reading *r, struct str text)
{
    struct svg svg;

    svg_parse(r->arena, text, &svg);
    fprintf(r->out, "  %zu elements, title of %zu%s, view box %s%s\n", svg.elements, svg.title_characters,
            svg.has_position ? ", position" : "", escaped(r, svg.view_box), svg.view_box_is_square ? " square" : "");
    for (size_t i = 0; i < svg.fault_count; i++)
        fprintf(r->out, "  fault %d in line %zu: %s\n", (int)svg.faults[i].kind, svg.faults[i].line,
                bytes_escape(r->arena, str_of(svg.faults[i].what)));
    if (svg.faults_left_out)
        fprintf(r->out, "  and %zu more\n", svg.faults_left_out);
}

static inline void print_bimi(const struct reading *r, struct str text)
{
    struct bimi_record record;
    const char *why;

    if (bimi_record_seems_one(r->arena, text))
        fprintf(r->out, "  seems one\n");
    if (!bimi_record_is_one(r->arena, text))
        fprintf(r->out, "  none\n");
    else if (bimi_record_parse(r->arena, text, &record, &why))
        fprintf(r->out, "  logo %s, certificate %s%s\n", text_or_none(record.logo), text_or_none(record.authority),
                record.declines ? ", declines" : "");
    else
        fprintf(r->out, "  %s\n", bytes_escape(r->arena, str_of(why)));
}

/* "name address"; NULL: it is not. */
static inline const char *name_and_address(const struct reading *r, struct str text, struct ip *ip)
{
    const char *name = str_text(r->arena, text), *blank = strchr(name, ' ');

    if (!blank || !ip_parse(blank + 1, ip)) {
        fprintf(r->out, "  not \"name address\"\n");
        return NULL;
    }
    return str_printf(r->arena, "%.*s", (int)(blank - name), name);
}

/* Of a reverse name. */
static inline void print_generic(const struct reading *r, struct str text)
{
    struct ip ip = {.family = IP_NONE};
    const char *name = name_and_address(r, text, &ip);
    struct generic_verdict verdict;

    if (!name)
        return;
    verdict = generic_judge(r->arena, &ip, name);
    fprintf(r->out, "  %s%s%s%s%s%s\n", generic_class_word(verdict.cls), verdict.provider ? ", " : "",
            verdict.provider ? verdict.provider : "", verdict.exemption ? ", but " : "",
            verdict.exemption ? verdict.exemption : "", verdict.by_suffix_list ? "" : ", without a list");
    for (size_t i = 0; i < verdict.hit_count; i++)
        fprintf(r->out, "  %s %s: %s\n", generic_class_word(verdict.hits[i].cls), verdict.hits[i].rule,
                escaped(r, verdict.hits[i].span));
    if (verdict.filters)
        fprintf(r->out, "  %s\n", verdict.filters);
}

/* "554 text", to 11.9.9.9. */
static inline void print_refusal(const struct reading *r, struct str text)
{
    static const struct refusal_parties parties = {{IP_V4, {11, 9, 9, 9}}, "audit.example.net", "mx1.example.org"};
    int code = text.len > 0 && text.at[0] == '4' ? 450 : 554;
    size_t start = text.len < 4 ? text.len : 4;

    fprintf(r->out, "  refusal %d\n",
            (int)refusal_by_words(r->arena, &parties, code, (struct str){text.at + start, text.len - start}));
}

/* "zone address": the address is asked for, and an answer. */
static inline void print_dnsbl(const struct reading *r, struct str text)
{
    struct ip ip = {.family = IP_NONE};
    const char *zone = name_and_address(r, text, &ip);
    struct dnsbl list;

    if (!zone)
        return;
    list = dnsbl_of(r->arena, zone);
    fprintf(r->out, "  %s kinds %u severity %d %s codes of %s, tests %s %s\n", list.label, list.kinds,
            (int)list.severity, text_or_none(list.name), list.code_zone, list.listed, list.unlisted);
    fprintf(r->out, "  asks %s\n", text_or_none(dnsbl_question(r->arena, &list, &ip)));
    fprintf(r->out, "  answer %d, %s: %s%s\n", (int)dnsbl_judge(&ip), dnsbl_refusal_text(&ip),
            text_or_none(dnsbl_meaning(&list, &ip)), dnsbl_is_policy(&list, &ip) ? ", policy" : "");
    if (dnsbl_refuses_resolver(&ip))
        fprintf(r->out, "  a public resolver\n");
}

static inline void print_zone(const struct reading *r, struct str text)
{
    struct zone_file zone;

    zone_file_read(r->arena, text, "example.org", &zone);
    fprintf(r->out, "  zone %s, %zu records\n", text_or_none(zone.apex), zone.count);
    zone_records_read(r->arena, text, "example.org", &zone);
    for (size_t i = 0; i < zone.count; i++)
        fprintf(r->out, "  %u: %s. %u %s %s\n", zone.records[i].line, zone.records[i].owner,
                (unsigned)zone.records[i].record.ttl_s, zone_type_text(r->arena, zone.records[i].type),
                zone.records[i].is_read ? record_text(r->arena, &zone.records[i].record) : "?");
    zone_file_read(r->arena, text, "example.org", &zone);
    for (size_t i = 0; i < zone.fault_count; i++)
        fprintf(r->out, "  fault in line %u: %s\n", zone.faults[i].line,
                bytes_escape(r->arena, str_of(zone.faults[i].text)));
}

static const struct reader {
    const char *file; /* in tests/golden/readings */
    void (*print)(const struct reading *, struct str text);
} readers[] = {
    {"dmarc", print_dmarc},   {"dkim", print_dkim},   {"sts", print_sts},         {"tlsrpt", print_tlsrpt},
    {"policy", print_policy}, {"spf", print_spf},     {"macro", print_macro},     {"svg", print_svg},
    {"bimi", print_bimi},     {"dnsbl", print_dnsbl}, {"generic", print_generic}, {"refusal", print_refusal},
    {"zone", print_zone},
};
