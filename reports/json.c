/* reports/json.c - the report for programs, as docs/report-1.schema.json describes it: one document, or one a line.
 *
 * Every text is made visible before cJSON gets it; values of evidence are spelled without loss by evidence_to_json().
 */

#include "reports/reporter.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/mail_path.h"
#include "core/derive/resolver.h"
#include "core/derive/services.h"
#include "core/derive/spf.h"
#include "core/facts/evidence.h"
#include "core/facts/evidence_json.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "core/result/agree.h"
#include "core/result/cause.h"
#include "core/result/difference.h"
#include "core/result/identity.h"
#include "reports/receivers.h"
#include "reports/services.h"
#include "reports/words.h"

enum { EXACT_BITS = 53 }; /* of a number in JSON: RFC 8259 6 */

/* A node that could not be made leaves a hole in the document, so it is the end of the document. */
static void made(struct report *report, const void *node)
{
    if (!node)
        sink_fail(&report->sink, ENOMEM);
}

static void add_text(struct report *report, cJSON *object, const char *name, const char *text)
{
    made(report, cJSON_AddStringToObject(object, name, sink_visible(report->arena, str_of(text))));
}

static void add_number(struct report *report, cJSON *object, const char *name, int64_t number)
{
    made(report, cJSON_AddNumberToObject(object, name, (double)number));
}

static cJSON *add_object(struct report *report, cJSON *object, const char *name)
{
    cJSON *node = cJSON_AddObjectToObject(object, name);

    made(report, node);
    return node;
}

static cJSON *add_array(struct report *report, cJSON *object, const char *name)
{
    cJSON *node = cJSON_AddArrayToObject(object, name);

    made(report, node);
    return node;
}

static void append(struct report *report, cJSON *array, cJSON *item) /* takes the item */
{
    made(report, item);
    if (!cJSON_AddItemToArray(array, item)) {
        cJSON_Delete(item);
        made(report, NULL);
    }
}

static void append_text(struct report *report, cJSON *array, const char *text)
{
    append(report, array, cJSON_CreateString(sink_visible(report->arena, str_of(text))));
}

static cJSON *append_object(struct report *report, cJSON *array)
{
    cJSON *object = cJSON_CreateObject();

    append(report, array, object);
    return object;
}

static void add_target(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *target = add_object(report, document, "target");
    cJSON *senders;

    add_text(report, target, "domain", result->target->domain);
    add_text(report, target, "unicode", result->target->unicode ? result->target->unicode : result->target->domain);
    if (result->target->owner)
        add_text(report, target, "owner", result->target->owner);
    senders = add_array(report, target, "senders");
    for (size_t i = 0; result->inventory && i < result->inventory->address_count; i++) {
        const struct mail_address *address = &result->inventory->addresses[i];

        for (size_t h = 0; address->origin != SENDER_NOT && (h == 0 || h < address->helo_count); h++) {
            cJSON *sender = append_object(report, senders);

            add_text(report, sender, "ip", ip_text(report->arena, &address->ip));
            if (address->helo_count)
                add_text(report, sender, "helo", address->helos[h]);
            add_text(report, sender, "origin", sender_origin_word(address->origin));
        }
    }
}

static void add_instrument(struct report *report, cJSON *vantage, const struct instrument *in)
{
    static const char *const roots[] = {"untested", "untested", "answered", "filtered", "silent"};
    static const char *const inventions[] = {"untested", "untested", "denied", "answered"};
    static const char *const validations[] = {"untested", "untested", "shown", "missing"};
    cJSON *node = add_object(report, vantage, "instrument"), *prefixes;

    add_text(report, node, "root", roots[in->root]);
    add_text(report, node, "invented_names", inventions[in->invented]);
    prefixes = add_array(report, node, "dns64");
    for (size_t i = 0; i < in->dns64_count; i++)
        append_text(report, prefixes, ip_network_text(report->arena, &in->dns64[i]));
    add_text(report, node, "validation", validations[in->validation]);
    if (in->bogus)
        add_text(report, node, "bogus_name", in->bogus);
}

static void add_vantage(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *node = add_object(report, document, "vantage");
    const struct vantage *vantage = result->vantage;
    cJSON *resolvers;

    add_text(report, node, "host", vantage && vantage->host ? vantage->host : "");
    resolvers = add_array(report, node, "resolvers");
    for (size_t i = 0; vantage && i < vantage->resolver_count; i++)
        append_text(report, resolvers, vantage->resolvers[i]);
    made(report,
         cJSON_AddBoolToObject(node, "validating",
                               vantage && result->instrument && instrument_validates(result->instrument, vantage)));
    if (result->instrument)
        add_instrument(report, node, result->instrument);
    add_text(report, node, "started", time_text(report->arena, result->started_s));
    add_number(report, node, "elapsed_ms", result->elapsed_ms);
}

static void add_words(struct report *report, cJSON *node, const char *name, const char *const *words, size_t count)
{
    cJSON *array = add_array(report, node, name);

    for (size_t i = 0; i < count; i++)
        append_text(report, array, words[i]);
}

static void add_scope(struct report *report, cJSON *document, const struct result *result)
{
    const struct target *target = result->target;
    const struct vantage *here = result->vantage;
    const char *families[2];
    size_t count = 0;
    cJSON *node, *never;

    if (!result_is_partial(result))
        return;
    if (!here || here->ipv4_used)
        families[count++] = "ipv4";
    if (!here || here->ipv6_used)
        families[count++] = "ipv6";
    node = add_object(report, document, "scope");
    add_words(report, node, "only", target->only, target->only_count);
    add_words(report, node, "skip", target->skip, target->skip_count);
    add_words(report, node, "families", families, count);
    never = add_array(report, node, "not_senders");
    for (size_t i = 0; i < target->not_sender_count; i++)
        append_text(report, never, ip_network_text(report->arena, &target->not_senders[i]));
}

static void add_list(struct report *report, cJSON *object, const char *name, const struct text_list *list)
{
    cJSON *array = add_array(report, object, name);

    for (size_t i = 0; i < list->count; i++)
        append_text(report, array, list->at[i]);
}

static void add_sources(struct report *report, cJSON *object, const char *sources) /* "; " between them */
{
    cJSON *array = add_array(report, object, "sources");

    while (sources && *sources) {
        const char *end = strstr(sources, "; ");
        size_t length = end ? (size_t)(end - sources) : strlen(sources);

        append_text(report, array, str_text(report->arena, (struct str){sources, length}));
        sources += length + (end ? 2 : 0);
    }
}

static void add_subject(struct report *report, cJSON *finding, const struct finding *f)
{
    const struct subject *s = &f->about;
    cJSON *parts;

    add_text(report, finding, "subject", f->subject);
    parts = add_object(report, finding, "subject_parts");
    add_text(report, parts, "kind", subject_kind_word(s->kind));
    if (s->ip.family != IP_NONE)
        add_text(report, parts, "ip", ip_text(report->arena, &s->ip));
    if (s->host)
        add_text(report, parts, "host", s->host);
    if (s->name)
        add_text(report, parts, "name", s->name);
    if (s->selector)
        add_text(report, parts, "selector", s->selector);
}

static void add_agreement(struct report *report, cJSON *node, const struct suppression *suppression)
{
    add_text(report, node, "reason", suppression->reason);
    add_text(report, node, "until", suppression->until);
    add_text(report, node, "where", suppression->where);
}

static void add_suppressions(struct report *report, cJSON *document, const struct result *result)
{
    const struct target *target = result->target;
    cJSON *list = target->suppression_count ? add_array(report, document, "suppressions") : NULL;

    for (size_t i = 0; i < target->suppression_count; i++) {
        const struct suppression *suppression = &target->suppressions[i];
        cJSON *node = append_object(report, list);
        size_t count;

        add_text(report, node, "state", suppression_state_word(suppression_state(result, suppression, &count)));
        add_number(report, node, "findings", (int64_t)count);
        add_text(report, node, "check", check_of((enum check_id)suppression->check)->name);
        if (suppression->subject)
            add_text(report, node, "subject", suppression->subject);
        add_agreement(report, node, suppression);
    }
}

static void add_change(struct report *report, cJSON *list, const struct difference_item *item)
{
    const struct seen *seen = item->after ? item->after : item->before;
    cJSON *node = append_object(report, list);

    add_text(report, node, "id", seen->check);
    add_text(report, node, "subject", seen->subject);
    if (item->before)
        add_text(report, node, "was", status_word(item->before->status));
    if (item->after)
        add_text(report, node, "status", status_word(item->after->status));
    add_text(report, node, "message", seen->message);
}

static void add_baseline(struct report *report, cJSON *document)
{
    const struct difference *d = report->gate->difference;
    cJSON *node = d ? add_object(report, document, "baseline") : NULL;

    if (d && d->before) {
        add_text(report, node, "started", d->before->started);
        add_text(report, node, "verdict", d->before->verdict);
    }
    for (int change = 0; d && change < CHANGE_COUNT; change++) {
        cJSON *list = add_array(report, node, change_word((enum change)change));

        for (size_t i = 0; i < d->count; i++)
            if ((int)d->items[i].change == change)
                add_change(report, list, &d->items[i]);
    }
}

static void add_finding(struct report *report, cJSON *findings, const struct finding *f)
{
    const struct check *check = check_of(f->check);
    cJSON *node = append_object(report, findings);

    add_text(report, node, "id", check->name);
    add_text(report, node, "group", check->group);
    add_text(report, node, "status", status_word(f->status));
    add_subject(report, node, f);
    add_text(report, node, "message", f->message);
    if (f->status == UNKNOWN && f->reason != REASON_NONE) {
        add_text(report, node, "reason", reason_word(f->reason));
        add_text(report, node, "side", side_word(f->side));
    }
    if (f->place)
        add_text(report, node, "place", f->place);
    if (f->level)
        add_text(report, node, "judged", status_word(f->judged));
    if (f->suppressed)
        add_agreement(report, add_object(report, node, "suppressed"), f->suppressed);
    if (f->because != CHECK_NONE)
        add_text(report, node, "because", check_of(f->because)->name);
    if (cause_name(report->arena, f))
        add_text(report, node, "cause", cause_name(report->arena, f));
    if (f->run_by)
        add_text(report, node, "service", f->run_by->provider->id);
    add_text(report, node, "remedy", remedy_text(f) ? remedy_text(f) : "");
    add_list(report, node, "records", &f->records);
    if (f->records.count && f->proposal != PROPOSAL_UNTRIED)
        made(report, cJSON_AddBoolToObject(node, "tried", f->proposal == PROPOSAL_WORKS));
    add_sources(report, node, check->sources);
    add_list(report, node, "evidence", &f->evidence);
}

static void add_steps(struct report *report, cJSON *node, const struct cause *cause)
{
    cJSON *steps = add_array(report, node, "steps");

    for (size_t i = 0; i < cause->step_count; i++) {
        const struct cause_step *step = &cause->steps[i];
        static const struct text_list none;
        cJSON *one = append_object(report, steps), *subjects;

        add_text(report, one, "text", step->what);
        subjects = add_array(report, one, "subjects");
        for (size_t f = 0; f < step->finding_count; f++)
            append_text(report, subjects, step->findings[f]->subject);
        add_list(report, one, "before", step->waits_for ? &none : &step->lead->before);
        add_list(report, one, "after", step->waits_for ? &none : &step->lead->records);
        if (step->waits_for)
            add_number(report, one, "waits_for", (int64_t)step->waits_for);
    }
}

static void add_causes(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *causes = add_array(report, document, "causes");

    for (size_t i = 0; i < result->cause_count; i++) {
        const struct cause *cause = &result->causes[i];
        cJSON *node = append_object(report, causes), *list;

        add_text(report, node, "cause", cause->name);
        add_text(report, node, "status", status_word(cause->status));
        add_text(report, node, "text", cause->text);
        add_text(report, node, "who", actor_word(cause->actor));
        add_steps(report, node, cause);
        list = add_array(report, node, "repairs");
        for (size_t r = 0; r < cause->repair_count; r++) {
            cJSON *finding = append_object(report, list);

            add_text(report, finding, "id", check_of(cause->repairs[r]->check)->name);
            add_text(report, finding, "subject", cause->repairs[r]->subject);
        }
        list = add_array(report, node, "frees");
        for (size_t r = 0; r < cause->free_count; r++) {
            cJSON *verdict = append_object(report, list);

            add_text(report, verdict, "receiver", cause->frees[r]->receiver->name);
            add_text(report, verdict, "sender", cause->frees[r]->who);
            add_text(report, verdict, "outcome", receiver_outcome_word(cause->frees[r]->outcome));
        }
        add_text(report, node, "command", cause->command);
    }
}

static void add_mail_address(struct report *report, cJSON *addresses, const struct mail_path *path)
{
    const struct mail_address *address = path->address;
    struct str banner = session_banner(path->session), ehlo = session_ehlo_name(path->session);
    cJSON *node = append_object(report, addresses), *list;

    add_text(report, node, "ip", ip_text(report->arena, &address->ip));
    list = add_array(report, node, "roles");
    if (address->roles & ROLE_SENDER)
        append_text(report, list, "sender");
    if (address->roles & ROLE_MX)
        append_text(report, list, "mx");
    if (address->origin != SENDER_NOT)
        add_text(report, node, "origin", sender_origin_word(address->origin));
    if (address->term)
        add_text(report, node, "term", address->term);
    if (address->spf)
        add_text(report, node, "spf", address->spf);
    list = add_array(report, node, "hosts");
    for (size_t i = 0; i < address->host_count; i++)
        append_text(report, list, address->hosts[i]);
    list = add_array(report, node, "ptr");
    for (size_t i = 0; i < path->name_count; i++)
        append_text(report, list, path->names[i].name);
    if (banner.len)
        add_text(report, node, "banner", sink_visible(report->arena, banner));
    if (ehlo.len)
        add_text(report, node, "ehlo", sink_visible(report->arena, ehlo));
}

static void add_range(struct report *report, cJSON *ranges, const struct spf_range *range)
{
    cJSON *node = append_object(report, ranges);
    unsigned bits = ip_network_host_bits(&range->network);

    add_text(report, node, "network", ip_network_text(report->arena, &range->network));
    if (bits <= EXACT_BITS)
        add_number(report, node, "addresses", (int64_t)1 << bits);
    add_text(report, node, "domain", range->domain);
    add_text(report, node, "term", range->term);
}

static void add_include(struct report *report, cJSON *includes, const struct spf_include *include)
{
    cJSON *node = append_object(report, includes);

    add_text(report, node, "domain", include->domain);
    add_text(report, node, "organisation", name_org_domain(include->domain));
    add_number(report, node, "ip4_addresses", (int64_t)include->ip4);
    add_number(report, node, "ip4_ranges", (int64_t)include->networks4);
    add_number(report, node, "ip6_ranges", (int64_t)include->networks6);
    add_number(report, node, "host_terms", (int64_t)include->hosts);
    made(report, cJSON_AddBoolToObject(node, "complete", include->is_known));
}

/* What SPF lets send beside the mail addresses. */
static void add_ranges(struct report *report, cJSON *document, const struct result *result)
{
    const struct spf_addresses *named = result->inventory ? result->inventory->named : NULL;
    cJSON *ranges = add_array(report, document, "ranges"), *includes = add_array(report, document, "includes");

    for (size_t i = 0; named && i < named->range_count; i++)
        add_range(report, ranges, &named->ranges[i]);
    for (size_t i = 0; named && i < named->include_count; i++)
        add_include(report, includes, &named->includes[i]);
}

static void add_name(struct report *report, cJSON *names, const struct identity_name *row)
{
    cJSON *node = append_object(report, names), *list;

    add_text(report, node, "part", identity_part_word(row->part));
    if (row->name.len)
        add_text(report, node, "name", sink_visible(report->arena, row->name));
    if (row->part == PART_HELO && row->name.len)
        add_text(report, node, "origin", row->assumed ? "assumed" : "declared");
    add_text(report, node, "state", cell_word(row->state));
    add_text(report, node, "status", status_word(row->weight));
    add_text(report, node, "leads", cell_word(row->leads));
    list = add_array(report, node, "addresses");
    for (size_t i = 0; row->forward && i < row->forward->count; i++)
        append_text(report, list, ip_text(report->arena, &row->forward->records[i].ip));
    list = add_object(report, node, "compared");
    for (int part = 0; part < PART_NAMES; part++)
        if (row->with[part] != CELL_NONE)
            add_text(report, list, identity_part_word((enum identity_part)part), cell_word(row->with[part]));
    add_text(report, node, "says", row->says);
}

static void add_identities(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *identities = add_array(report, document, "identities");
    size_t count;
    const struct identity *all = identities_of(report->arena, result, &count);

    for (size_t i = 0; i < count; i++) {
        cJSON *node = append_object(report, identities), *list;

        add_text(report, node, "ip", ip_text(report->arena, &all[i].sender->ip));
        add_text(report, node, "verdict", identity_verdict_word(all[i].verdict));
        list = add_array(report, node, "names");
        for (size_t n = 0; n < all[i].name_count; n++)
            add_name(report, list, &all[i].names[n]);
        list = add_array(report, node, "findings");
        for (size_t f = 0; f < all[i].finding_count; f++) {
            cJSON *finding = append_object(report, list);

            add_text(report, finding, "id", check_of(all[i].findings[f]->check)->name);
            add_text(report, finding, "subject", all[i].findings[f]->subject);
        }
    }
}

static void add_clues(struct report *report, cJSON *node, const struct service *s)
{
    cJSON *list = add_array(report, node, "clues");

    for (size_t i = 0; i < s->clue_count; i++) {
        cJSON *clue = append_object(report, list);

        add_text(report, clue, "kind", clue_word(s->clues[i].kind));
        add_text(report, clue, "name", s->clues[i].name);
        if (s->clues[i].leads)
            add_text(report, clue, "leads_to", s->clues[i].leads);
        add_text(report, clue, "evidence", s->clues[i].key);
    }
}

static void add_services(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *services = add_array(report, document, "services");
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);

    for (size_t i = 0; i < count; i++) {
        const struct service *s = views[i].service;
        cJSON *node = append_object(report, services), *list;

        add_text(report, node, "id", s->provider->id);
        add_text(report, node, "name", s->provider->name);
        add_text(report, node, "owner", s->provider->owner);
        add_text(report, node, "kind", provider_kind_word(s->provider->kind));
        list = add_array(report, node, "roles");
        if (s->roles & SERVICE_RECEIVES)
            append_text(report, list, "receives");
        if (s->roles & SERVICE_SENDS)
            append_text(report, list, "sends");
        if (s->provider->kind == PROVIDER_GATEWAY)
            append_text(report, list, "gateway");
        add_clues(report, node, s);
        list = add_array(report, node, "yours");
        for (size_t k = 0; k < views[i].part_count; k++) {
            cJSON *part = append_object(report, list);

            add_text(report, part, "part", views[i].parts[k].label);
            add_text(report, part, "status", status_word(views[i].parts[k].status));
            add_text(report, part, "says", views[i].parts[k].says);
        }
        add_number(report, node, "findings_on_servers", (int64_t)views[i].findings_on_servers);
        add_text(report, node, "source", s->provider->source);
    }
}

static void add_receivers(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *receivers = add_array(report, document, "receivers"), *rules = add_object(report, document, "rules");

    add_text(report, rules, "date", receiver_rules_date());
    add_number(report, rules, "age_days", receiver_rules_age_days(result->started_s));

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];
        cJSON *node, *reasons;

        if (!receiver_is_shown(result->target, v->receiver))
            continue;
        node = append_object(report, receivers);
        add_text(report, node, "receiver", v->receiver->name);
        add_text(report, node, "title", v->receiver->title);
        add_text(report, node, "sender", v->who);
        if (v->service)
            add_text(report, node, "service", v->service->provider->id);
        add_text(report, node, "outcome", receiver_outcome_word(v->outcome));
        reasons = add_array(report, node, "reasons");
        for (size_t r = 0; r < v->reason_count; r++) {
            const struct receiver_reason *reason = &v->reasons[r];
            cJSON *item = append_object(report, reasons);

            add_text(report, item, "words", reason->rule->words);
            add_text(report, item, "source", reason->rule->source);
            add_text(report, item, "date", reason->rule->date);
            add_text(report, item, "check", reason_check(reason));
            add_text(report, item, "finding_subject", reason->finding ? reason->finding->subject : "");
        }
        add_text(report, node, "not_visible", v->receiver->not_visible);
        add_text(report, node, "enrol", receiver_contact_of(v->receiver).enrol);
        add_text(report, node, "contact", receiver_contact_of(v->receiver).contact);
    }
}

static void add_values(struct report *report, cJSON *node, const struct evidence *const *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct evidence *evidence = all[i];
        cJSON *value;

        if (!evidence->known)
            continue;
        value = evidence_to_json(evidence);
        made(report, value);
        if (!cJSON_AddItemToObject(node, sink_visible(report->arena, str_of(evidence->text)), value)) {
            cJSON_Delete(value);
            made(report, NULL);
        }
    }
}

static void add_pairs(struct report *report, cJSON *array, const char *name, const char *text, const char *source)
{
    cJSON *node = append_object(report, array);

    add_text(report, node, name, text);
    add_text(report, node, "source", source);
}

static void add_plan(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *node, *list;
    const char *source;

    if (!result->plan)
        return;
    node = add_object(report, document, "plan");
    list = add_array(report, node, "zones");
    for (size_t i = 0; i < overlay_zone_count(result->plan); i++) {
        const char *apex = overlay_zone(result->plan, i, &source);

        add_pairs(report, list, "zone", record_name_text(apex), source);
    }
    list = add_array(report, node, "records");
    for (size_t i = 0; i < overlay_record_count(result->plan); i++) {
        const char *record = overlay_record(result->plan, report->arena, i, &source);

        add_pairs(report, list, "record", record, source);
    }
    add_values(report, add_object(report, node, "answers"), result->planned, result->planned_count);
}

static void write_document(struct report *report, const struct result *result, bool formatted)
{
    const struct mail_path *paths = result->paths ? result->paths->at : NULL;
    cJSON *document = report->document = cJSON_CreateObject();
    cJSON *node;
    char *printed;

    made(report, document);
    add_text(report, document, "schema", "https://mailready.example/schema/report-1.json");
    node = add_object(report, document, "tool");
    add_text(report, node, "name", "mailready");
    add_text(report, node, "version", MAILREADY_VERSION);
    add_target(report, document, result);
    add_vantage(report, document, result);
    add_text(report, document, "verdict", verdict_word(result->verdict));
    add_scope(report, document, result);
    node = add_object(report, document, "counts");
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        static const enum status order[STATUS_COUNT] = {PASS, NOTE, WARN, FAIL, UNKNOWN, SKIPPED};

        add_number(report, node, status_word(order[i]), (int64_t)result->counts[order[i]]);
    }
    if (result->target->suppression_count)
        add_number(report, node, "suppressed", (int64_t)result->suppressed_count);
    add_suppressions(report, document, result);
    add_baseline(report, document);
    node = add_array(report, document, "findings");
    for (size_t i = 0; i < result->finding_count; i++)
        add_finding(report, node, result->findings[i]);
    add_causes(report, document, result);
    node = add_array(report, document, "mail_addresses");
    for (size_t i = 0; paths && i < result->inventory->address_count; i++)
        add_mail_address(report, node, &paths[i]);
    add_ranges(report, document, result);
    add_services(report, document, result);
    add_identities(report, document, result);
    add_receivers(report, document, result);
    add_plan(report, document, result);
    add_values(report, add_object(report, document, "evidence"), result->evidence, result->evidence_count);
    printed = formatted ? cJSON_Print(document) : cJSON_PrintUnformatted(document);
    made(report, printed);
    if (printed)
        sink_json(&report->sink, printed);
    cJSON_free(printed);
}

static void drop(struct report *report)
{
    cJSON_Delete(report->document);
    report->document = NULL;
}

static void json_begin(struct report *report)
{
    if (report->options.several)
        sink_literal(&report->sink, "[\n");
}

static void json_one(struct report *report, const struct result *result)
{
    if (report->results)
        sink_literal(&report->sink, ",\n");
    write_document(report, result, true);
}

static void json_end(struct report *report)
{
    if (report->results)
        sink_literal(&report->sink, "\n");
    if (report->options.several)
        sink_literal(&report->sink, "]\n");
}

static void jsonl_begin(struct report *report)
{
    (void)report;
}

static void jsonl_one(struct report *report, const struct result *result)
{
    write_document(report, result, false);
    sink_literal(&report->sink, "\n");
}

static void jsonl_end(struct report *report)
{
    (void)report;
}

const struct reporter json_reporter = {
    .name = "json",
    .suffix = ".json",
    .summary = "for programs: one document, or an array of them for several domains",
    .language = SINK_JSON,
    .begin = json_begin,
    .one = json_one,
    .end = json_end,
    .drop = drop,
};

const struct reporter jsonl_reporter = {
    .name = "jsonl",
    .suffix = ".jsonl",
    .summary = "for programs: one document a line",
    .language = SINK_JSON,
    .begin = jsonl_begin,
    .one = jsonl_one,
    .end = jsonl_end,
    .drop = drop,
};
