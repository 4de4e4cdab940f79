/* core/result/result.c - what a result says as a whole. */
#include "core/result/result.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/x509_mark.h"
#include "core/derive/services.h"
#include "core/facts/evidence.h"

enum {
    BECAUSE_DEPTH = 8,     /* causes of causes */
    FINGERPRINT_HEX = 32,  /* digits: enough that none is met twice by accident or by intent */
};

enum verdict result_verdict(const struct result *result)
{
    if (result->counts[FAIL])
        return VERDICT_NOT_READY;
    for (size_t i = 0; i < result->finding_count; i++)
        if (finding_is_undecided(result->findings[i]))
            return VERDICT_UNKNOWN;
    return result->counts[WARN] ? VERDICT_WARNINGS : VERDICT_READY;
}

bool result_is_hosted(const struct result *result)
{
    const struct inventory *mail = result->inventory;
    bool any = false;

    for (size_t i = 0; mail && i < mail->address_count; i++)
        if (address_is_sender(&mail->addresses[i]) && !service_of_address(result->services, &mail->addresses[i]))
            return false;
    for (size_t i = 0; result->services && i < result->services->count; i++)
        any = any || result->services->at[i].roles & SERVICE_SENDS;
    return any;
}

const struct evidence *result_evidence(const struct result *result, const char *key)
{
    for (size_t i = 0; i < result->planned_count; i++)
        if (strcmp(result->planned[i]->text, key) == 0)
            return result->planned[i];
    for (size_t i = 0; i < result->evidence_count; i++)
        if (result->evidence[i]->known && strcmp(result->evidence[i]->text, key) == 0)
            return result->evidence[i];
    return NULL;
}

bool finding_concerns(const struct finding *f, const struct mail_address *address)
{
    if (f->about.kind == SUBJECT_SERVICE)
        return false;
    return f->about.ip.family == IP_NONE || ip_equal(&f->about.ip, &address->ip);
}

/* Something is undecided because of it.  No IPv6 here is a note, since nobody needs to have it. */
static bool leaves_undecided(const struct finding *f)
{
    return !f->suppressed && (f->status == UNKNOWN || (f->check == ENV_IPV6 && f->status == NOTE));
}

static const struct finding *undecided(const struct result *result, enum check_id check, const char *subject)
{
    const struct finding *found = NULL;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->check != check || !leaves_undecided(f))
            continue;
        if (!found || (strcmp(f->subject, subject) == 0 && strcmp(found->subject, subject) != 0))
            found = f;
    }
    return found;
}

const struct finding *result_cause(const struct result *result, const struct finding *f)
{
    const struct finding *cause = f;

    for (unsigned depth = 0; cause->because != CHECK_NONE && cause->status == UNKNOWN; depth++) {
        const struct finding *next = undecided(result, cause->because, cause->subject);

        if (!next || depth == BECAUSE_DEPTH)
            break;
        cause = next;
    }
    return cause == f || cause->because != CHECK_NONE ? NULL : cause;
}

static const char *add_part(struct arena *arena, const char *text, const char *part)
{
    return part ? str_printf(arena, "%s\n%zu:%s", text, strlen(part), part) : str_printf(arena, "%s\n-", text);
}

/* Findings of the same check about the same thing before this one: a few checks have two to say. */
static size_t twins_before(const struct result *result, const struct finding *f)
{
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count && result->findings[i] != f; i++)
        count += result->findings[i]->check == f->check && strcmp(result->findings[i]->subject, f->subject) == 0;
    return count;
}

const char *result_fingerprint(struct arena *arena, const struct result *result, const struct finding *f)
{
    const struct subject *about = &f->about;
    const char *text = str_printf(arena, "%s\n%s\n%s", result->target->domain, check_of(f->check)->name,
                                  subject_kind_word(about->kind));
    size_t twins = twins_before(result, f);

    text = add_part(arena, text, about->ip.family == IP_NONE ? NULL : ip_text(arena, &about->ip));
    text = add_part(arena, text, about->host);
    text = add_part(arena, text, about->name);
    text = add_part(arena, text, about->selector);
    if (twins > 0)
        text = str_printf(arena, "%s\n%zu", text, twins);
    return str_text(arena, (struct str){x509_sha256(arena, str_of(text)), FINGERPRINT_HEX});
}
