/* reports/summary.c - who refuses, why, and what repairs it, in one sentence; five tiles. */
#include "reports/summary.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/services.h"
#include "core/result/cause.h"
#include "core/result/receiver.h"
#include "reports/services.h"
#include "reports/words.h"

enum { RECEIVERS_NAMED = 4, SENDERS_NAMED = 2, REASONS_NAMED = 2 };

/* ---- tiles ---- */

static const struct matter {
    const char *title, *asks;
    const char *groups; /* of checks, blanks around each */
    enum check_id also; /* one of another group; CHECK_NONE */
    enum check_id main; /* without which nothing is known */
    const char *sound;  /* where nothing is amiss */
} matters[TILE_COUNT] = {
    {"Server identity", "Do the address and its names confirm each other?", " ptr helo ip ", CHECK_NONE, PTR_FCRDNS,
     "address and reverse name confirm each other"},
    {"Permission (SPF)", "May these servers send for the domain?", " spf ", CHECK_NONE, SPF_AUTHORIZES,
     "every sender that was looked at is allowed"},
    {"Signature (DKIM)", "Can receivers check who signed the mail?", " dkim ", CHECK_NONE, DKIM_EXISTS,
     "the key is published and can be used"},
    {"Policy (DMARC)", "What happens to mail that forges the domain?", " dmarc ", CHECK_NONE, DMARC_EXISTS,
     "a policy is published"},
    {"Encryption (TLS)", "Is mail to the domain encrypted on its way?", " tls dane mta_sts ", SMTP_STARTTLS_OFFERED,
     TLS_HANDSHAKE, "offered, with a certificate that holds"},
};

static bool is_about(const struct matter *matter, const struct finding *f)
{
    const char *group = check_of(f->check)->group, *at = strstr(matter->groups, group);

    return !f->suppressed && !f->run_by &&
           (f->check == matter->also || (at && at[-1] == ' ' && at[strlen(group)] == ' '));
}

size_t summary_tile_of(const struct finding *f)
{
    size_t at = 0;

    while (at < TILE_COUNT && !is_about(&matters[at], f))
        at++;
    return at;
}

/* Notes on what a domain may well do without, and that are no news on a first page; every other one shows. */
static bool is_optional(enum check_id check)
{
    static const enum check_id optional[] = {DANE_TLSA,      MTA_STS_RECORD, PTR_DOMAIN_ALIGNED,
                                             PTR_RANGE,      DMARC_REPORTS,  HELO_MATCHES_PTR};

    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        if (optional[i] == check)
            return true;
    return false;
}

/* What outweighs what, as in a verdict: what is undecided and could have failed stands above a warning. */
static int weight(const struct finding *f)
{
    switch (f->status) {
    case PASS:
    case SKIPPED:
        return 0;
    case NOTE:
        return is_optional(f->check) ? 0 : 1;
    case UNKNOWN:
        return finding_is_undecided(f) ? 4 : f->worst == NOTE ? 0 : 2;
    case WARN:
        return 3;
    case FAIL:
        break;
    }
    return 5;
}

const char *summary_words(struct arena *arena, const char *line)
{
    bool is_word = line[0] >= 'A' && line[0] <= 'Z' && (ascii_is_letter(line[1]) ? line[1] >= 'a' : line[1] == ' ');

    return is_word ? str_printf(arena, "%c%s", ascii_lower(line[0]), line + 1) : line;
}

static const char *amiss(struct arena *arena, const struct result *result, const struct finding *f)
{
    size_t number = cause_number(result, f);

    return number ? summary_words(arena, result->causes[number - 1].text) : f->message;
}

static const char *why_open(const struct result *result, const struct finding *f)
{
    const struct finding *cause = result_cause(result, f);

    f = cause ? cause : f;
    return f->reason && strcmp(check_of(f->check)->group, "env") != 0 ? trouble_of(f->reason).why : f->message;
}

/* Does the domain's SPF record let every service pass that sends?  Then it does its part, whatever their addresses. */
static bool services_are_allowed(const struct result *result)
{
    const struct services *services = result->services;
    size_t senders = 0;

    for (size_t i = 0; services && i < services->count; i++) {
        if (!(services->at[i].roles & SERVICE_SENDS))
            continue;
        senders++;
        if (services->at[i].spf != SERVICE_SPF_PASSES && !services->at[i].envelope.has_record)
            return false;
    }
    return senders > 0;
}

/* Nothing was found amiss: is that because it is in order, or because nobody looked? */
static void sound(struct arena *arena, const struct result *result, const struct matter *matter, struct tile *tile)
{
    const struct finding *skipped = NULL, *policy = NULL;
    bool is_known = false, is_there = false, helo_is_known = false;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (!is_about(matter, f))
            continue;
        if (f->check == matter->main && f->status != SKIPPED)
            is_known = true;
        if (f->check == matter->main && f->status == SKIPPED)
            skipped = f;
        if (f->check == SPF_EXISTS && f->status == PASS)
            is_there = true;
        if (f->check == DMARC_POLICY)
            policy = f;
        if (f->check == HELO_RESOLVES && f->status != SKIPPED)
            helo_is_known = true;
    }
    tile->status = is_known ? PASS : SKIPPED;
    tile->words = matter->sound;
    if (!is_known && is_there && services_are_allowed(result)) {
        tile->status = PASS;
        tile->words = "the services that send are allowed";
    } else if (!is_known && !skipped && result_is_hosted(result)) {
        tile->words = str_printf(arena, "not yours to maintain: the servers are %s", services_owners(arena, result));
    } else if (!is_known && skipped && skipped->check == DKIM_EXISTS) {
        tile->words = "not checked: the selector that mail is signed with was not named";
        tile->unseen = "the selector that mail is signed with was not named; it is the s= in the DKIM-Signature field "
                       "of a mail that was sent";
    } else if (!is_known) {
        tile->unseen = skipped                                        ? skipped->message
                       : target_selects(result->target, matter->main) ? "nothing to look at is known"
                                                                      : "it was not asked for";
        tile->words = str_printf(arena, "not checked: %s", tile->unseen);
    } else if (matter->main == PTR_FCRDNS && !helo_is_known) {
        tile->words = "address and reverse name confirm each other; the HELO name was not looked at";
    } else if (policy && policy->mark == MARK_POLICY_REJECT) {
        tile->words = "forged mail is to be refused (p=reject)";
    }
}

static void tile_of(struct arena *arena, const struct result *result, const struct matter *matter, struct tile *tile)
{
    const struct finding *worst = NULL;

    *tile = (struct tile){.title = matter->title, .asks = matter->asks};
    for (size_t i = 0; i < result->finding_count; i++)
        if (is_about(matter, result->findings[i]) && weight(result->findings[i]) > (worst ? weight(worst) : 0))
            worst = result->findings[i];
    if (!worst) {
        sound(arena, result, matter, tile);
        return;
    }
    tile->status = worst->status;
    if (worst->status == UNKNOWN)
        tile->words = str_printf(arena, "not known: %s", why_open(result, worst));
    else
        tile->words = amiss(arena, result, worst);
}

void summary_tiles(struct arena *arena, const struct result *result, struct tile tiles[TILE_COUNT])
{
    for (size_t i = 0; i < TILE_COUNT; i++)
        tile_of(arena, result, &matters[i], &tiles[i]);
}

const char *summary_not_checked(struct arena *arena, const struct result *result)
{
    struct tile tiles[TILE_COUNT];
    struct list_text list = list_text(arena, ", ", TILE_COUNT);

    summary_tiles(arena, result, tiles);
    for (size_t i = 0; i < TILE_COUNT; i++)
        if (tiles[i].status == UNKNOWN || tiles[i].unseen)
            list_add(&list, tiles[i].title);
    return list.count ? list_end(&list) : NULL;
}

/* ---- the sentence ---- */

struct refusal {
    enum receiver_outcome outcome;
    struct list_text receivers, senders, reasons;
    size_t sender_count, of; /* senders it is about, and senders at all */
    size_t repaired_by;      /* causes from the first on, after which nobody has a known reason left; 0: nobody knows */
};

/* "Outlook.com (bulk mail)": titles have commas of their own. */
static const char *short_name(struct arena *arena, const struct receiver *receiver)
{
    int length = (int)strcspn(receiver->title, ",");

    return str_printf(arena, "%.*s%s", length, receiver->title, receiver->kind == RECEIVER_BULK ? " (bulk mail)" : "");
}

static bool is_named(const struct result *result, const struct receiver_verdict *v)
{
    const struct receiver_verdict *first = v;

    if (v->receiver->kind == RECEIVER_BULK) /* "Gmail" says it for its bulk rules as well */
        for (size_t i = 0; i < result->receiver_count; i++)
            if (result->receivers[i].outcome == v->outcome &&
                receiver_is_bulk_of(v->receiver, result->receivers[i].receiver))
                return false;
    while (first > result->receivers && first[-1].receiver == v->receiver)
        first--;
    for (; first < v; first++)
        if (first->outcome == v->outcome)
            return false;
    return true;
}

static bool sender_has(const struct result *result, const char *who, enum receiver_outcome outcome)
{
    for (size_t i = 0; i < result->receiver_count; i++)
        if (result->receivers[i].who == who && result->receivers[i].outcome == outcome &&
            receiver_is_shown(result->target, result->receivers[i].receiver))
            return true;
    return false;
}

static void add_senders(struct refusal *r, const struct result *result)
{
    const struct receiver *first = result->receivers[0].receiver;

    for (size_t i = 0; i < result->receiver_count && result->receivers[i].receiver == first; i++) {
        r->of++;
        if (!sender_has(result, result->receivers[i].who, r->outcome))
            continue;
        r->sender_count++;
        list_add(&r->senders, result->receivers[i].who);
    }
}

/* The causes behind the outcome, in the order in which they are told. */
static void add_reasons(struct arena *arena, struct refusal *r, const struct result *result)
{
    bool *is_told = ARENA_ARRAY(arena, bool, result->cause_count + 1);

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        for (size_t k = 0; v->outcome == r->outcome && k < v->reason_count; k++)
            if (v->reasons[k].finding)
                is_told[cause_number(result, v->reasons[k].finding)] = true;
    }
    for (size_t c = 0; c < result->cause_count; c++)
        if (is_told[c + 1])
            list_add(&r->reasons, summary_words(arena, result->causes[c].text));
}

static bool is_freed_by(const struct cause *cause, const struct receiver_verdict *v)
{
    for (size_t i = 0; i < cause->free_count; i++)
        if (cause->frees[i] == v)
            return true;
    return false;
}

static size_t repaired_by(const struct result *result, enum receiver_outcome outcome)
{
    size_t last = 0;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];
        size_t c = 0;

        if (v->outcome != outcome || !receiver_is_shown(result->target, v->receiver))
            continue;
        while (c < result->cause_count && !is_freed_by(&result->causes[c], v))
            c++;
        if (c == result->cause_count)
            return 0;
        last = c + 1 > last ? c + 1 : last;
    }
    return last;
}

static struct refusal refusal_of(struct arena *arena, const struct result *result, enum receiver_outcome outcome)
{
    struct refusal r = {.outcome = outcome,
                        .receivers = list_text(arena, ", ", RECEIVERS_NAMED),
                        .senders = list_text(arena, " and ", SENDERS_NAMED),
                        .reasons = list_text(arena, "; and ", REASONS_NAMED)};

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->outcome == outcome && receiver_is_shown(result->target, v->receiver) && is_named(result, v))
            list_add(&r.receivers, short_name(arena, v->receiver));
    }
    if (r.receivers.count) {
        add_senders(&r, result);
        add_reasons(arena, &r, result);
        r.repaired_by = repaired_by(result, outcome);
    }
    return r;
}

static const char *from_whom(struct arena *arena, struct refusal *r)
{
    if (r->sender_count == r->of)
        return r->of == 1 ? str_printf(arena, "mail from %s", list_end(&r->senders))
                          : str_printf(arena, "mail from all %zu senders", r->of);
    return str_printf(arena, "mail from %zu of %zu senders (%s)", r->sender_count, r->of, list_end(&r->senders));
}

static const char *repair(struct arena *arena, const struct result *result, const struct refusal *r)
{
    const struct cause *first = result->cause_count ? &result->causes[0] : NULL;

    if (!first || !r->repaired_by)
        return "What to do is listed below.";
    if (r->repaired_by > 1)
        return str_printf(arena, "%zu changes repair it; the first one can be made by %s.", r->repaired_by,
                          actor_text(first->actor));
    return str_printf(arena, "One change repairs it, which can be made by %s.", actor_text(first->actor));
}

static const char *is_refused(struct arena *arena, const struct result *result, struct refusal *r)
{
    const char *reasons = list_end(&r->reasons);
    bool one = r->receivers.count == 1;

    return str_printf(arena, "%s %s %s%s%s. %s", list_end(&r->receivers), one ? "refuses" : "refuse",
                      from_whom(arena, r), *reasons ? " because " : "", reasons, repair(arena, result, r));
}

static const char *is_at_risk(struct arena *arena, struct refusal *r)
{
    const char *reasons = list_end(&r->reasons);

    return str_printf(arena, "No receiver is known to refuse this mail, but %s may distrust %s%s%s.",
                      list_end(&r->receivers), from_whom(arena, r), *reasons ? " because " : "", reasons);
}

/* With the first question that servers of the domain did not answer. */
static const char *is_open(struct arena *arena, const struct result *result)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (finding_is_undecided(f) && !result_cause(result, f) && f->side == SIDE_TARGET)
            return str_printf(arena, "%s Still open: %s (%s).", verdict_sentence(arena, result),
                              summary_words(arena, check_of(f->check)->title), why_open(result, f));
    }
    return verdict_sentence(arena, result);
}

const char *summary_sentence(struct arena *arena, const struct result *result)
{
    struct refusal refused = refusal_of(arena, result, RECEIVER_REJECTS);
    struct refusal at_risk = refusal_of(arena, result, RECEIVER_AT_RISK);

    if (refused.receivers.count)
        return is_refused(arena, result, &refused);
    if (result->verdict == VERDICT_NOT_READY && result->cause_count)
        return str_printf(arena, "Mail of this domain is in trouble: %s. The first change can be made by %s.",
                          summary_words(arena, result->causes[0].text), actor_text(result->causes[0].actor));
    if (result->verdict == VERDICT_WARNINGS && at_risk.receivers.count)
        return is_at_risk(arena, &at_risk);
    if (result->verdict == VERDICT_WARNINGS && result->cause_count)
        return str_printf(arena, "No receiver is known to refuse this mail, but something is amiss: %s.",
                          summary_words(arena, result->causes[0].text));
    return result->verdict == VERDICT_UNKNOWN ? is_open(arena, result) : verdict_sentence(arena, result);
}
