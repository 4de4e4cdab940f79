/* core/derive/spf_source.c - what an evaluation of SPF is made of:
 * records, names of MX hosts and of addresses, macro values. */
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/records/spf_macro.h"

static struct trouble too_large(void)
{
    struct trouble trouble = trouble_of(REASON_BUDGET);

    trouble.why = "the record is larger than is looked at";
    return trouble;
}

static void select_records(struct arena *arena, struct spf_source *source)
{
    const struct dns_answer *answer = source->answer;
    bool cut = false;

    for (size_t i = 0; i < answer->count; i++) {
        struct str text = answer->records[i].txt.joined;

        if (!spf_record_is(text))
            continue;
        if (source->record_count < 2)
            source->texts[source->record_count] = text;
        source->record_count++;
        cut |= answer->records[i].txt.oversize;
    }
    source->state = source->record_count == 0   ? SPF_SOURCE_ABSENT
                    : source->record_count == 1 ? SPF_SOURCE_FOUND
                                                : SPF_SOURCE_SEVERAL;
    if (!source->record_count)
        return;
    source->record = spf_record_parse(arena, source->texts[0]);
    if (source->state == SPF_SOURCE_FOUND && (cut || source->record->too_many)) {
        source->state = SPF_SOURCE_TOO_LARGE;
        source->trouble = too_large();
    }
}

static const struct spf_source *source_of(struct run *run, const char *name, const struct dns_answer *answer)
{
    struct spf_source *source = ARENA_NEW(run_arena(run), struct spf_source);

    *source = (struct spf_source){.name = name, .answer = answer};
    switch (answer->status) {
    case DNS_UNKNOWN:
        source->state = SPF_SOURCE_TROUBLE;
        source->trouble = answer->trouble;
        break;
    case DNS_NXDOMAIN:
    case DNS_NODATA:
        source->state = SPF_SOURCE_ABSENT;
        break;
    case DNS_OK:
        select_records(run_arena(run), source);
        break;
    }
    return source;
}

static const void *derive_source(struct run *run, const void *argument)
{
    const char *name = str_dup(run_arena(run), argument);
    const struct dns_answer *answer = need_confirmed(run, name, DNS_TXT).answer;

    return answer ? source_of(run, name, answer) : NULL;
}

const struct spf_source *need_spf_source(struct run *run, const char *name)
{
    static const struct derivation source = {"SPF records of a name", derive_source};

    return need_derived(run, &source, name_lower(run_arena(run), name), name);
}

const struct spf_source *need_spf_source_for(struct run *run, const struct spf_question *q, const char *name)
{
    const struct spf_source *published = need_spf_source(run, name);
    struct spf_source *source;

    if (!published || !q->tried_at || !name_equal(name, q->tried_at))
        return published;
    source = ARENA_NEW(run_arena(run), struct spf_source);
    *source = (struct spf_source){
        .name = published->name, .state = SPF_SOURCE_FOUND, .answer = published->answer, .record_count = 1};
    source->texts[0] = q->tried;
    source->record = spf_record_parse(run_arena(run), q->tried);
    if (source->record->too_many) {
        source->state = SPF_SOURCE_TOO_LARGE;
        source->trouble = too_large();
    }
    return source;
}

struct spf_question spf_question_of(struct run *run, const struct ip *ip, const char *mail_from_domain,
                                    const char *helo)
{
    struct arena *arena = run_arena(run);
    const char *domain = *mail_from_domain ? mail_from_domain : helo;

    return (struct spf_question){.domain = domain,
                                 .ip = *ip,
                                 .sender = str_of(str_printf(arena, "postmaster@%s", domain)),
                                 .helo = str_of(helo)};
}

const char *spf_question_text(struct arena *arena, const struct spf_question *q)
{
    const char *ip = q->ip.family == IP_NONE ? "-" : ip_text(arena, &q->ip);

    return str_concat(arena, name_lower(arena, q->domain), " ", ip, " ", bytes_escape(arena, q->sender), " ",
                      bytes_escape(arena, q->helo), q->explain ? " explain" : "", q->stranger ? " stranger" : "", " ",
                      q->tried_at ? name_lower(arena, q->tried_at) : "", " ",
                      q->tried_at ? bytes_escape(arena, q->tried) : "", NULL);
}

struct spf_question spf_question_copy(struct arena *arena, const struct spf_question *q)
{
    struct spf_question copy = *q;

    copy.domain = str_dup(arena, q->domain);
    copy.sender = str_copy(arena, q->sender);
    copy.helo = str_copy(arena, q->helo);
    copy.tried = str_copy(arena, q->tried);
    copy.tried_at = q->tried_at ? str_dup(arena, q->tried_at) : NULL;
    return copy;
}

void spf_values_of(struct run *run, const struct spf_question *q, struct spf_macro_values *out)
{
    struct arena *arena = run_arena(run);
    struct str domain = spf_name_octets(arena, q->domain);
    struct str sender = q->sender;
    size_t at = sender.len;

    while (at > 0 && sender.at[at - 1] != '@')
        at--;
    *out = (struct spf_macro_values){.domain = domain, .helo = q->helo, .ip = q->ip};
    out->local = at > 1 ? (struct str){sender.at, at - 1} : str_of("postmaster"); /* RFC 7208 4.3 */
    out->sender_domain = sender.len ? (struct str){sender.at + at, sender.len - at} : domain;
    out->sender = at > 1 ? sender : str_of(str_printf(arena, "postmaster@%s", str_text(arena, out->sender_domain)));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_preference(const void *a, const void *b)
{
    const struct dns_record *left = a, *right = b;

    if (left->mx.preference != right->mx.preference)
        return left->mx.preference < right->mx.preference ? -1 : 1;
    return strcmp(left->mx.host, right->mx.host);
}

const char **spf_mx_names(struct run *run, const struct dns_answer *mx, size_t *count)
{
    struct arena *arena = run_arena(run);
    struct dns_record *records = ARENA_ARRAY(arena, struct dns_record, mx->count + 1);
    const char **names = ARENA_ARRAY(arena, const char *, mx->count + 1);

    *count = 0;
    if (mx->count)
        memcpy(records, mx->records, mx->count * sizeof *records);
    qsort(records, mx->count, sizeof *records, by_preference);
    for (size_t i = 0; i < mx->count; i++)
        if (*records[i].mx.host) /* the null MX is no host */
            names[(*count)++] = records[i].mx.host;
    return names;
}

const struct spf_ptr_names *need_spf_ptr_names(struct run *run, const struct ip *ip)
{
    struct arena *arena = run_arena(run);
    const struct dns_answer *ptr = need_dns(run, ip_reverse_name(arena, ip), DNS_PTR);
    struct spf_ptr_names *result = ARENA_NEW(arena, struct spf_ptr_names);
    const char **all;
    bool pending = false;

    if (!ptr)
        return NULL;
    result->is_void = dns_answer_is_negative(ptr);
    result->trouble = ptr->status == DNS_UNKNOWN ? &ptr->trouble : NULL;
    all = ARENA_ARRAY(arena, const char *, ptr->count + 1);
    result->names = ARENA_ARRAY(arena, const char *, SPF_PTR_NAMES);
    for (size_t i = 0; i < ptr->count; i++)
        all[i] = name_lower(arena, ptr->records[i].name);
    qsort(all, ptr->count, sizeof *all, by_text); /* the order of answers changes from one to the next */
    for (size_t i = 0; i < ptr->count && i < SPF_PTR_NAMES; i++) {
        const struct dns_answer *forward = need_dns(run, all[i], ip->family == IP_V6 ? DNS_AAAA : DNS_A);

        pending |= !forward;
        if (!forward)
            continue;
        if (dns_answer_is_open(forward))
            result->trouble = &forward->trouble;
        if (dns_answer_has_ip(forward, ip))
            result->names[result->count++] = all[i];
    }
    return pending ? NULL : result;
}
