/* reports/services.c - who sends for the domain, arranged for people. */
#include "reports/services.h"

#include <assert.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/words.h"

enum { CLUES_SHOWN = 6, OWNERS_SHOWN = 2 };

const char *clue_word(enum service_clue_kind kind)
{
    static const char *const words[] = {
        [CLUE_MX] = "mx", [CLUE_SPF] = "spf", [CLUE_DKIM] = "dkim", [CLUE_ENVELOPE] = "envelope"};

    return words[kind];
}

static const char *what_it_is(const struct provider *p)
{
    static const char *const words[] = {
        [PROVIDER_MAILBOX] = "mailboxes",
        [PROVIDER_WEB_HOST] = "web host",
        [PROVIDER_RELAY] = "relay for programs and servers",
        [PROVIDER_NEWSLETTER] = "newsletters and marketing",
        [PROVIDER_DESK] = "support and sales mail",
        [PROVIDER_SHOP] = "mail of a shop or site",
        [PROVIDER_GATEWAY] = "gateway",
        [PROVIDER_FORWARDER] = "forwarding",
        [PROVIDER_RECORDS] = "keeps records for you",
    };
    static_assert(sizeof words / sizeof *words == PROVIDER_KIND_COUNT, "words for every kind");

    return words[p->kind];
}

static const char *role_of(struct arena *arena, const struct service *s)
{
    const char *does = s->roles == (SERVICE_RECEIVES | SERVICE_SENDS) ? ": receives and sends your mail"
                       : s->roles == SERVICE_SENDS                    ? ": may send in your name"
                       : s->roles != SERVICE_RECEIVES                 ? ""
                       : s->provider->kind == PROVIDER_GATEWAY        ? ": takes your mail and passes it on"
                                                                      : ": receives your mail";

    return str_printf(arena, "%s%s", what_it_is(s->provider), does);
}

static const char *seen_by(struct arena *arena, const struct service *s)
{
    static const char *const labels[] = {
        [CLUE_MX] = "MX", [CLUE_SPF] = "SPF", [CLUE_DKIM] = "DKIM", [CLUE_ENVELOPE] = "return path"};
    struct list_text text = list_text(arena, "; ", CLUES_SHOWN);

    for (size_t i = 0; i < s->clue_count; i++) {
        const struct service_clue *clue = &s->clues[i];

        list_add(&text, clue->leads
                            ? str_printf(arena, "%s %s, an alias for %s", labels[clue->kind], clue->name, clue->leads)
                            : str_printf(arena, "%s %s", labels[clue->kind], clue->name));
    }
    return list_end(&text);
}

/* ---- what is yours ---- */

static void add_part(struct service_view *v, const char *label, enum status status, const char *says)
{
    v->parts[v->part_count++] = (struct service_part){label, status, says};
    if (status > v->worst)
        v->worst = status;
}

static const struct finding *about(const struct result *result, enum check_id check, const struct service *s)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->check == check && f->about.kind == SUBJECT_SERVICE && strcmp(f->about.host, s->provider->name) == 0)
            return f;
    }
    return NULL;
}

static const struct finding *about_domain(const struct result *result, enum check_id check)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->check == check && f->about.kind == SUBJECT_DOMAIN && name_equal(f->about.name, result->target->domain))
            return f;
    }
    return NULL;
}

static const struct finding *worst_of(const struct result *result, enum check_id check)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < result->finding_count; i++)
        if (result->findings[i]->check == check && (!worst || result->findings[i]->status > worst->status))
            worst = result->findings[i];
    return worst;
}

/* "spf.lookups": what makes the record end in an error. */
static const char *spf_fault(const struct result *result)
{
    static const enum check_id asked[] = {SPF_SINGLE, SPF_SYNTAX, SPF_LOOKUP_COUNT};

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const struct finding *worst = worst_of(result, asked[i]);

        if (worst && worst->status == FAIL)
            return check_of(asked[i])->name;
    }
    return check_of(SPF_AUTHORIZES)->name;
}

/* The service sends with the customer's domain as return path. */
static void add_spf_of_record(struct service_view *v, struct arena *arena, const struct result *result)
{
    switch (v->service->spf) {
    case SERVICE_SPF_NOT_NAMED:
        add_part(v, "SPF", WARN, "your record does not name its servers");
        break;
    case SERVICE_SPF_BY_MX:
        add_part(v, "SPF", WARN, "your record names its MX hosts only: mail may leave from others");
        break;
    case SERVICE_SPF_NOT_PASSED:
        add_part(v, "SPF", WARN, "your record names its servers, and does not let them pass");
        break;
    case SERVICE_SPF_BROKEN:
        add_part(v, "SPF", FAIL,
                 str_printf(arena, "your record ends in an error before it comes to its servers: see %s",
                            spf_fault(result)));
        break;
    case SERVICE_SPF_UNDECIDED:
        add_part(v, "SPF", UNKNOWN, "your record names its servers; not all that stands before them is known");
        break;
    case SERVICE_SPF_PERHAPS:
        add_part(v, "SPF", FAIL, "your record names its servers, with too many lookups for some: see spf.lookups");
        break;
    case SERVICE_SPF_PASSES:
        add_part(v, "SPF", PASS, "your record names its servers");
        break;
    }
}

static void add_spf(struct service_view *v, struct arena *arena, const struct result *result)
{
    const struct service *s = v->service;
    const struct finding *none = about_domain(result, SPF_EXISTS);

    if (none && none->status > NOTE && s->provider->envelope == ENVELOPE_CUSTOMER)
        add_part(v, "SPF", none->status, none->message);
    else if (!(s->roles & SERVICE_SENDS))
        add_part(v, "SPF", NOTE, "your record does not name it: right if you send nothing through it");
    else if (s->spf > SERVICE_SPF_NOT_PASSED && s->provider->spare_spf)
        add_part(v, "SPF", NOTE,
                 str_printf(arena, "your record names it, which serves nothing: its return path is %s",
                            s->envelope.has_record ? s->envelope.name : "its own"));
    else if (s->envelope.has_record)
        add_part(v, "SPF", PASS, str_printf(arena, "its return path is %s", s->envelope.name));
    else if (s->provider->envelope == ENVELOPE_CUSTOMER)
        add_spf_of_record(v, arena, result);
    else if (s->spf > SERVICE_SPF_NOT_PASSED)
        add_part(v, "SPF", PASS, "your record names its servers");
    else
        add_part(v, "SPF", SKIPPED, "your record need not name it: its return path is not your domain itself");
}

static const char *keys_text(struct arena *arena, const struct service *s)
{
    struct list_text names = list_text(arena, ", ", CLUES_SHOWN);

    for (size_t i = 0; i < s->selector_count; i++)
        if (s->selectors[i].has_key)
            list_add(&names, s->selectors[i].name);
    return names.count ? str_printf(arena, "a key is published (%s)", list_end(&names)) : "a key is published";
}

static bool is_of_selector(const struct finding *f, const struct service *s)
{
    for (size_t i = 0; f->about.selector && i < s->selector_count; i++)
        if (strcmp(f->about.selector, s->selectors[i].name) == 0)
            return true;
    return false;
}

static const struct finding *worst_of_keys(const struct result *result, const struct service *s)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (strcmp(check_of(f->check)->group, "dkim") == 0 && f->status >= WARN && is_of_selector(f, s) &&
            (!worst || f->status > worst->status))
            worst = f;
    }
    return worst;
}

/* What is wrong with its keys weighs more than that they are there, or that others may be. */
static void add_dkim(struct service_view *v, struct arena *arena, const struct result *result)
{
    const struct service *s = v->service;
    const struct finding *f = about(result, DKIM_EXISTS, s), *worst = worst_of_keys(result, s);

    if (worst && (f ? worst->status == FAIL && f->status != WARN : s->key == SERVICE_KEY_FOUND))
        f = worst;
    if (f)
        add_part(v, "DKIM", f->status, f->message);
    else if (s->key == SERVICE_KEY_FOUND)
        add_part(v, "DKIM", PASS, keys_text(arena, s));
}

static void add_dmarc(struct service_view *v, const struct result *result)
{
    const struct finding *f = about(result, DMARC_ALIGNMENT, v->service), *none = worst_of(result, DMARC_EXISTS);

    if (f)
        add_part(v, "DMARC", f->status, f->message);
    else if (none && none->status > PASS)
        add_part(v, "DMARC", none->status, none->message);
}

static bool is_noticed(const struct finding *f)
{
    return f->run_by && f->status == NOTE;
}

static size_t findings_on_servers(const struct result *result, const struct service *s)
{
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count; i++)
        count += is_noticed(result->findings[i]) && result->findings[i]->run_by->provider == s->provider;
    return count;
}

const struct service_view *service_views(struct arena *arena, const struct result *result, size_t *count)
{
    const struct services *services = result->services;
    struct service_view *views = ARENA_ARRAY(arena, struct service_view, services ? services->count + 1 : 1);

    *count = services ? services->count : 0;
    for (size_t i = 0; i < *count; i++) {
        struct service_view *v = &views[i];
        const struct service *s = v->service = &services->at[i];

        v->role = role_of(arena, s);
        v->seen_by = seen_by(arena, s);
        v->findings_on_servers = findings_on_servers(result, s);
        if (s->roles & SERVICE_SENDS || (s->roles && s->provider->kind == PROVIDER_MAILBOX))
            add_spf(v, arena, result);
        if (!(s->roles & SERVICE_SENDS))
            continue;
        add_dkim(v, arena, result);
        add_dmarc(v, result);
    }
    return views;
}

/* ---- said once ---- */

const char *services_theirs(struct arena *arena, const struct result *result)
{
    struct list_text noticed = list_text(arena, ", ", CLUES_SHOWN);
    bool seen[CHECK_COUNT] = {false};

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (is_noticed(f) && !seen[f->check])
            list_add(&noticed, check_of(f->check)->name);
        seen[f->check] |= is_noticed(f);
    }
    return str_printf(arena,
                      "Theirs to maintain: reverse names, HELO names and TLS of their servers. None of that counts against "
                      "you%s%s.",
                      noticed.count ? "; noticed there: " : "", list_end(&noticed));
}

const char *services_moving(struct arena *arena, const struct result *result)
{
    const struct service *pair[2];

    if (!services_are_moving(result->services, pair))
        return NULL;
    return str_printf(
        arena,
        "Two mailbox services at once, %s and %s: during a move that is as it should be. Afterwards take the "
        "records of the old one out.",
        pair[0]->provider->name, pair[1]->provider->name);
}

const char *services_owners(struct arena *arena, const struct result *result)
{
    const char *owners[OWNERS_SHOWN + 1];
    size_t count = 0;

    for (size_t i = 0; i < result->services->count && count <= OWNERS_SHOWN; i++) {
        const char *owner = result->services->at[i].provider->owner;
        bool is_told = !(result->services->at[i].roles & SERVICE_SENDS);

        for (size_t k = 0; k < count; k++)
            is_told = is_told || strcmp(owners[k], owner) == 0;
        if (!is_told)
            owners[count++] = owner;
    }
    if (count == 1)
        return str_printf(arena, "%s's", owners[0]);
    return count == 2 ? str_printf(arena, "%s's and %s's", owners[0], owners[1])
                      : str_printf(arena, "%s's, %s's and others'", owners[0], owners[1]);
}

static const char *first_sentence(struct arena *arena, const char *text)
{
    const char *end = strstr(text, ". ");

    return end ? str_text(arena, (struct str){text, (size_t)(end - text) + 1}) : text;
}

const char *services_next(struct arena *arena, const struct result *result)
{
    if (!result_is_hosted(result))
        return NULL;
    if (result->cause_count)
        return str_printf(arena, "Next: %s", first_sentence(arena, result->causes[0].steps[0].what));
    return result->verdict == VERDICT_READY ? "Next: nothing. Look again when a service is added or left." : NULL;
}
