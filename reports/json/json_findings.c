/* reports/json/json_findings.c - findings, what they come to, and what has changed. */
#include <string.h>

#include "core/derive/mail_path.h"
#include "core/result/agree.h"
#include "core/result/cause.h"
#include "core/result/difference.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"
#include "reports/receivers.h"
#include "reports/services.h"
#include "reports/words.h"

static void add_sources(struct report *report, cJSON *object, const char *sources) /* "; " between them */
{
    cJSON *array = json_add_array(report, object, "sources");

    while (sources && *sources) {
        const char *end = strstr(sources, "; ");
        size_t length = end ? (size_t)(end - sources) : strlen(sources);

        json_append_text(report, array, str_text(report->arena, (struct str){sources, length}));
        sources += length + (end ? 2 : 0);
    }
}

static void add_subject(struct report *report, cJSON *finding, const struct finding *f)
{
    const struct subject *s = &f->about;
    cJSON *parts;

    json_add_text(report, finding, "subject", f->subject);
    parts = json_add_object(report, finding, "subject_parts");
    json_add_text(report, parts, "kind", subject_kind_word(s->kind));
    if (s->ip.family != IP_NONE)
        json_add_text(report, parts, "ip", ip_text(report->arena, &s->ip));
    if (s->host)
        json_add_text(report, parts, "host", s->host);
    if (s->name)
        json_add_text(report, parts, "name", s->name);
    if (s->selector)
        json_add_text(report, parts, "selector", s->selector);
}

static void add_agreement(struct report *report, cJSON *node, const struct suppression *suppression)
{
    json_add_text(report, node, "reason", suppression->reason);
    json_add_text(report, node, "until", suppression->until);
    json_add_text(report, node, "where", suppression->where);
}

void json_add_suppressions(struct report *report, cJSON *document, const struct result *result)
{
    const struct target *target = result->target;
    cJSON *list = target->suppression_count ? json_add_array(report, document, "suppressions") : NULL;

    for (size_t i = 0; i < target->suppression_count; i++) {
        const struct suppression *suppression = &target->suppressions[i];
        cJSON *node = json_append_object(report, list);
        size_t count;

        json_add_text(report, node, "state", suppression_state_word(suppression_state(result, suppression, &count)));
        json_add_number(report, node, "findings", (int64_t)count);
        json_add_text(report, node, "check", check_of((enum check_id)suppression->check)->name);
        if (suppression->subject)
            json_add_text(report, node, "subject", suppression->subject);
        add_agreement(report, node, suppression);
    }
}

static void add_change(struct report *report, cJSON *list, const struct difference_item *item)
{
    const struct seen *seen = item->after ? item->after : item->before;
    cJSON *node = json_append_object(report, list);

    json_add_text(report, node, "id", seen->check);
    json_add_text(report, node, "subject", seen->subject);
    if (item->before)
        json_add_text(report, node, "was", status_word(item->before->status));
    if (item->after)
        json_add_text(report, node, "status", status_word(item->after->status));
    json_add_text(report, node, "message", seen->message);
}

void json_add_baseline(struct report *report, cJSON *document)
{
    const struct difference *d = report->gate->difference;
    cJSON *node = d ? json_add_object(report, document, "baseline") : NULL;

    if (d && d->before) {
        json_add_text(report, node, "started", d->before->started);
        json_add_text(report, node, "verdict", d->before->verdict);
    }
    for (int change = 0; d && change < CHANGE_COUNT; change++) {
        cJSON *list = json_add_array(report, node, change_word((enum change)change));

        for (size_t i = 0; i < d->count; i++)
            if ((int)d->items[i].change == change)
                add_change(report, list, &d->items[i]);
    }
}

void json_add_finding(struct report *report, cJSON *findings, const struct finding *f)
{
    const struct check *check = check_of(f->check);
    cJSON *node = json_append_object(report, findings);

    json_add_text(report, node, "id", check->name);
    json_add_text(report, node, "group", check->group);
    json_add_text(report, node, "status", status_word(f->status));
    add_subject(report, node, f);
    json_add_text(report, node, "message", f->message);
    if (f->status == UNKNOWN && f->reason != REASON_NONE) {
        json_add_text(report, node, "reason", reason_word(f->reason));
        json_add_text(report, node, "side", side_word(f->side));
    }
    if (f->place)
        json_add_text(report, node, "place", f->place);
    if (f->level)
        json_add_text(report, node, "judged", status_word(f->judged));
    if (f->suppressed)
        add_agreement(report, json_add_object(report, node, "suppressed"), f->suppressed);
    if (f->because != CHECK_NONE)
        json_add_text(report, node, "because", check_of(f->because)->name);
    if (cause_name(report->arena, f))
        json_add_text(report, node, "cause", cause_name(report->arena, f));
    if (f->run_by)
        json_add_text(report, node, "service", f->run_by->provider->id);
    json_add_text(report, node, "remedy", remedy_text(f) ? remedy_text(f) : "");
    json_add_list(report, node, "records", &f->records);
    if (f->records.count && f->proposal != PROPOSAL_UNTRIED)
        json_add_bool(report, node, "tried", f->proposal == PROPOSAL_WORKS);
    add_sources(report, node, check->sources);
    json_add_list(report, node, "evidence", &f->evidence);
}

static void add_steps(struct report *report, cJSON *node, const struct cause *cause)
{
    cJSON *steps = json_add_array(report, node, "steps");

    for (size_t i = 0; i < cause->step_count; i++) {
        const struct cause_step *step = &cause->steps[i];
        static const struct text_list none;
        cJSON *one = json_append_object(report, steps), *subjects;

        json_add_text(report, one, "text", step->what);
        subjects = json_add_array(report, one, "subjects");
        for (size_t f = 0; f < step->finding_count; f++)
            json_append_text(report, subjects, step->findings[f]->subject);
        json_add_list(report, one, "before", step->waits_for ? &none : &step->lead->before);
        json_add_list(report, one, "after", step->waits_for ? &none : &step->lead->records);
        if (step->waits_for)
            json_add_number(report, one, "waits_for", (int64_t)step->waits_for);
    }
}

void json_add_causes(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *causes = json_add_array(report, document, "causes");

    for (size_t i = 0; i < result->cause_count; i++) {
        const struct cause *cause = &result->causes[i];
        cJSON *node = json_append_object(report, causes), *list;

        json_add_text(report, node, "cause", cause->name);
        json_add_text(report, node, "status", status_word(cause->status));
        json_add_text(report, node, "text", cause->text);
        json_add_text(report, node, "who", actor_word(cause->actor));
        add_steps(report, node, cause);
        list = json_add_array(report, node, "repairs");
        for (size_t r = 0; r < cause->repair_count; r++) {
            cJSON *finding = json_append_object(report, list);

            json_add_text(report, finding, "id", check_of(cause->repairs[r]->check)->name);
            json_add_text(report, finding, "subject", cause->repairs[r]->subject);
        }
        list = json_add_array(report, node, "frees");
        for (size_t r = 0; r < cause->free_count; r++) {
            cJSON *verdict = json_append_object(report, list);

            json_add_text(report, verdict, "receiver", cause->frees[r]->receiver->name);
            json_add_text(report, verdict, "sender", cause->frees[r]->who);
            json_add_text(report, verdict, "outcome", receiver_outcome_word(cause->frees[r]->outcome));
        }
        json_add_text(report, node, "command", cause->command);
    }
}
