/* core/result/identity_verdict.c - what the findings say about
 * a sending address: the weight of each name, and a verdict. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/result/identity_internal.h"
#include "core/result/receiver.h"

/* The checks that judge a part.  Those of one name have it in their subject, those of a server its host. */
static const struct {
    size_t count;
    enum check_id at[4];
    bool of_server;
} checks[PART_COUNT] = {
    [PART_PTR] = {3, {PTR_EXISTS, PTR_NAME_VALID, PTR_FCRDNS}, false},
    [PART_HELO] = {4, {HELO_FQDN, HELO_RESOLVES, HELO_MATCHES_IP, HELO_MATCHES_PTR}, false},
    [PART_GREETING] = {4, {BANNER_GREETING, BANNER_FQDN, BANNER_RESOLVES, BANNER_MATCHES_PTR}, true},
    [PART_EHLO] = {1, {BANNER_MATCHES_EHLO}, true},
    [PART_CERTIFICATE] = {0},
    [PART_HELO_SPF] = {1, {HELO_SPF}, false},
};

static bool is_about(const struct finding *f, const struct mail_address *address, enum identity_part part)
{
    return (!checks[part].of_server || f->about.kind == SUBJECT_HOST_ADDRESS) && finding_concerns(f, address);
}

const struct finding *identity_finding(const struct result *result, const struct mail_address *address,
                                       enum identity_part part, enum check_id check)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->check == check && is_about(f, address, part) && (!worst || f->status > worst->status))
            worst = f;
    }
    return worst;
}

/* Of several names only the one in question. */
static bool names_another(const struct finding *f, const char *name)
{
    return *name && f->about.name && !name_equal(f->about.name, name);
}

static enum status usual_weight(enum cell state)
{
    static const enum status weights[CELL_COUNT] = {
        [CELL_NONE] = SKIPPED, [CELL_OK] = PASS, [CELL_DIFFERS] = NOTE, [CELL_BROKEN] = WARN, [CELL_UNKNOWN] = UNKNOWN};

    return weights[state];
}

enum status identity_weight(struct arena *arena, const struct result *result, const struct mail_address *address,
                            const struct identity_name *row)
{
    bool is_one_of_several =
        row->part == PART_PTR || row->part == PART_GREETING || (row->part == PART_HELO && row->assumed);
    const char *name = is_one_of_several ? str_text(arena, row->name) : "";
    enum status weight = SKIPPED;

    if (row->state == CELL_OK || row->state == CELL_NONE)
        return usual_weight(row->state);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (!is_about(f, address, row->part) || names_another(f, name))
            continue;
        for (size_t k = 0; k < checks[row->part].count; k++)
            if (f->check == checks[row->part].at[k])
                weight = f->status > weight ? f->status : weight;
    }
    return weight == SKIPPED || row->state == CELL_UNKNOWN ? usual_weight(row->state) : weight;
}

/* ---- the verdict ---- */

static bool is_of_sender(const struct finding *f, const struct mail_address *sender)
{
    static const char *const groups[] = {"ip", "ptr", "helo", "dnsbl"};
    bool of_group = f->check == SPF_AUTHORIZES;

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        of_group = of_group || strcmp(check_of(f->check)->group, groups[i]) == 0;
    return of_group && finding_concerns(f, sender);
}

static enum verdict worse(enum verdict a, enum verdict b)
{
    if (a > b)
        return a;
    return b;
}

static void keep(struct identity *identity, const struct finding **list, const struct finding *f)
{
    size_t at = identity->finding_count;

    for (size_t i = 0; i < identity->finding_count; i++)
        if (list[i] == f)
            return;
    for (; at > 0 && list[at - 1]->status < f->status; at--)
        list[at] = list[at - 1];
    list[at] = f;
    identity->finding_count++;
}

/* A finding about the domain weighs as much as a receiver that refuses for it, a bulk rule only where mail is bulk.
 * What is about the sender itself has its own weight: one receiver that takes no warning makes it no failure. */
static enum verdict weight_of_refusal(const struct result *result, const struct receiver_verdict *v)
{
    if (v->receiver->kind == RECEIVER_BULK)
        return result->target->volume == VOLUME_BULK ? VERDICT_NOT_READY : VERDICT_WARNINGS;
    for (size_t r = 0; r < v->reason_count; r++) {
        const struct finding *f = v->reasons[r].finding;

        if (!f || f->status != WARN || !is_of_sender(f, v->sender))
            return VERDICT_NOT_READY;
    }
    return VERDICT_WARNINGS;
}

/* Is it accepted, with everything that it is refused for? */
static bool is_accepted(const struct receiver_verdict *v)
{
    for (size_t r = 0; r < v->reason_count; r++)
        if (!v->reasons[r].finding || !v->reasons[r].finding->suppressed)
            return false;
    return v->reason_count > 0;
}

static void judge_refusals(const struct result *result, struct identity *identity, const struct finding **list)
{
    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];
        bool too_many = v->receiver->kind == RECEIVER_BULK && result->target->volume == VOLUME_LOW;

        if (v->sender != identity->sender || v->outcome != RECEIVER_REJECTS || too_many || is_accepted(v))
            continue;
        identity->verdict = worse(identity->verdict, weight_of_refusal(result, v));
        for (size_t r = 0; r < v->reason_count; r++)
            if (v->reasons[r].finding)
                keep(identity, list, v->reasons[r].finding);
    }
}

static bool has_helo(const struct identity *identity)
{
    for (size_t i = 0; i < identity->name_count; i++)
        if (identity->names[i].part == PART_HELO && identity->names[i].name.len)
            return true;
    return false;
}

/* A greeting that could not be heard would have told the HELO name: whatever else the check is worth. */
static bool leaves_helo_open(const struct finding *f, const struct identity *identity)
{
    bool of_greeting = f->check == SMTP_REACHABLE || f->check == BANNER_GREETING;

    return of_greeting && f->status == UNKNOWN && !f->suppressed && f->about.kind == SUBJECT_HOST_ADDRESS &&
           ip_equal(&f->about.ip, &identity->sender->ip) && !has_helo(identity);
}

void identity_judge(struct arena *arena, const struct result *result, struct identity *identity)
{
    const struct finding **list = ARENA_ARRAY(arena, const struct finding *, result->finding_count + 1);
    bool judged = false;

    identity->verdict = VERDICT_READY;
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (leaves_helo_open(f, identity))
            identity->verdict = worse(identity->verdict, VERDICT_UNKNOWN);
        if (!is_of_sender(f, identity->sender) || f->suppressed)
            continue;
        judged = judged || f->status != SKIPPED;
        if (f->status == FAIL || f->status == WARN || finding_is_undecided(f)) {
            identity->verdict = worse(identity->verdict, f->status == FAIL   ? VERDICT_NOT_READY
                                                         : f->status == WARN ? VERDICT_WARNINGS
                                                                             : VERDICT_UNKNOWN);
            if (f->because == CHECK_NONE)
                keep(identity, list, f);
        }
    }
    judge_refusals(result, identity, list);
    if (!judged && identity->verdict == VERDICT_READY) /* --only left nothing that could tell */
        identity->verdict = VERDICT_UNKNOWN;
    identity->findings = list;
}
