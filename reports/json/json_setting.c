/* reports/json/json_setting.c - what was asked, from where, and as if what were published. */
#include "core/derive/mail_path.h"
#include "core/derive/resolver.h"
#include "core/facts/evidence_json.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"
#include "reports/words.h"

void json_add_target(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *target = json_add_object(report, document, "target");
    cJSON *senders;

    json_add_text(report, target, "domain", result->target->domain);
    json_add_text(report, target, "unicode",
                  result->target->unicode ? result->target->unicode : result->target->domain);
    if (result->target->owner)
        json_add_text(report, target, "owner", result->target->owner);
    senders = json_add_array(report, target, "senders");
    for (size_t i = 0; result->inventory && i < result->inventory->address_count; i++) {
        const struct mail_address *address = &result->inventory->addresses[i];

        for (size_t h = 0; address->origin != SENDER_NOT && (h == 0 || h < address->helo_count); h++) {
            cJSON *sender = json_append_object(report, senders);

            json_add_text(report, sender, "ip", ip_text(report->arena, &address->ip));
            if (address->helo_count)
                json_add_text(report, sender, "helo", address->helos[h]);
            json_add_text(report, sender, "origin", sender_origin_word(address->origin));
        }
    }
}

static void add_instrument(struct report *report, cJSON *vantage, const struct instrument *in)
{
    static const char *const roots[] = {"untested", "untested", "answered", "filtered", "silent"};
    static const char *const inventions[] = {"untested", "untested", "denied", "answered"};
    static const char *const validations[] = {"untested", "untested", "shown", "missing"};
    cJSON *node = json_add_object(report, vantage, "instrument"), *prefixes;

    json_add_text(report, node, "root", roots[in->root]);
    json_add_text(report, node, "invented_names", inventions[in->invented]);
    prefixes = json_add_array(report, node, "dns64");
    for (size_t i = 0; i < in->dns64_count; i++)
        json_append_text(report, prefixes, ip_network_text(report->arena, &in->dns64[i]));
    json_add_text(report, node, "validation", validations[in->validation]);
    if (in->bogus)
        json_add_text(report, node, "bogus_name", in->bogus);
}

void json_add_vantage(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *node = json_add_object(report, document, "vantage");
    const struct vantage *vantage = result->vantage;
    cJSON *resolvers;

    json_add_text(report, node, "host", vantage && vantage->host ? vantage->host : "");
    resolvers = json_add_array(report, node, "resolvers");
    for (size_t i = 0; vantage && i < vantage->resolver_count; i++)
        json_append_text(report, resolvers, vantage->resolvers[i]);
    json_add_bool(report, node, "validating",
                  vantage && result->instrument && instrument_validates(result->instrument, vantage));
    if (result->instrument)
        add_instrument(report, node, result->instrument);
    if (vantage && vantage->is_unconfined)
        json_add_bool(report, node, "unconfined", true);
    json_add_text(report, node, "started", time_text(report->arena, result->started_s));
    json_add_number(report, node, "elapsed_ms", result->elapsed_ms);
}

void json_add_scope(struct report *report, cJSON *document, const struct result *result)
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
    node = json_add_object(report, document, "scope");
    json_add_words(report, node, "only", target->only, target->only_count);
    json_add_words(report, node, "skip", target->skip, target->skip_count);
    json_add_words(report, node, "families", families, count);
    never = json_add_array(report, node, "not_senders");
    for (size_t i = 0; i < target->not_sender_count; i++)
        json_append_text(report, never, ip_network_text(report->arena, &target->not_senders[i]));
}

void json_add_values(struct report *report, cJSON *node, const struct evidence *const *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct evidence *evidence = all[i];
        cJSON *value;

        if (!evidence->known)
            continue;
        value = evidence_to_json(evidence);
        json_made(report, value);
        if (!cJSON_AddItemToObject(node, sink_visible(report->arena, str_of(evidence->text)), value)) {
            cJSON_Delete(value);
            json_made(report, NULL);
        }
    }
}

void json_add_plan(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *node, *list;
    const char *source;

    if (!result->plan)
        return;
    node = json_add_object(report, document, "plan");
    list = json_add_array(report, node, "zones");
    for (size_t i = 0; i < overlay_zone_count(result->plan); i++) {
        const char *apex = overlay_zone(result->plan, i, &source);

        json_add_pairs(report, list, "zone", record_name_text(apex), source);
    }
    list = json_add_array(report, node, "records");
    for (size_t i = 0; i < overlay_record_count(result->plan); i++) {
        const char *record = overlay_record(result->plan, report->arena, i, &source);

        json_add_pairs(report, list, "record", record, source);
    }
    json_add_values(report, json_add_object(report, node, "answers"), result->planned, result->planned_count);
}
