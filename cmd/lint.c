/* cmd/lint.c - `mailready lint`: zone files and MTA-STS policies, judged by what stands in them.
 *
 * Zones are laid over a world that answers nothing, and audited: what would have to be asked is unknown, and left out.
 * So the checks are those of an audit, and no second opinion.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/io/file.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/plan.h"
#include "cmd/options/usage.h"
#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/derive/dane.h"
#include "core/facts/evidence.h"
#include "core/records/overlay.h"
#include "core/records/sts_policy.h"
#include "core/records/zone_file.h"
#include "core/result/gate.h"
#include "probes/probes.h"
#include "reports/sink.h"
#include "reports/words.h"

enum { LINT_BYTES = ZONE_BYTES * 8, LINT_MS = 60000, SELECTORS_MAX = 100, DOMAINS_MAX = 1000 };

struct linted { /* a zone file */
    const char *path;
    const struct zone_file *zone;
};

struct policy_file {
    const char *path;
    struct sts_policy policy;
};

struct lint {
    struct arena *arena;
    struct gate gate;
    struct overlay *overlay;
    struct linted *zones;
    struct policy_file *policies;
    size_t zone_count, policy_count;
    struct loop *loop;
    struct engine *engine;
    struct recording *nothing; /* the world */
    struct sink sink;
    const struct linted *at;         /* the zone that is audited now */
    bool is_done, is_starved, fails; /* starved: something was not judged for want of memory */
};

/* What a zone tells of itself. */
static const enum check_id of_zone[] = {
    MX_EXISTS,         MX_NULL,      MX_TARGET_CNAME, MX_TARGET_LITERAL, MX_RESOLVES,    IP_PUBLIC,
    SPF_EXISTS,        SPF_SINGLE,   SPF_SYNTAX,      SPF_LOOKUP_COUNT,  SPF_VOID_COUNT, SPF_ENDS_IN_ALL,
    SPF_PTR_MECHANISM, SPF_WIDTH,    DKIM_EXISTS,     DKIM_SYNTAX,       DKIM_STRENGTH,  DKIM_REVOKED,
    DMARC_EXISTS,      DMARC_SINGLE, DMARC_SYNTAX,    MTA_STS_RECORD,    TLS_RPT_RECORD,
};
static const enum check_id of_reverse_zone[] = {PTR_NAME_VALID, PTR_FCRDNS, PTR_TARGET_CNAME};

/* What is no finding of an audit, but weighs as much. */
static void told(struct lint *lint, enum status status)
{
    lint->fails = lint->fails || (lint->gate.fail_on != PASS && status >= lint->gate.fail_on);
}

/* ---- reading ---- */

static bool is_policy(const char *path, struct str bytes)
{
    size_t length = strlen(path), suffix = strlen("mta-sts.txt");

    return str_starts_nocase(bytes, "version:") ||
           (length >= suffix && strcmp(path + length - suffix, "mta-sts.txt") == 0);
}

static void print(struct lint *lint, const char *path, unsigned line, const char *text)
{
    sink_text(&lint->sink, line ? str_printf(lint->arena, "%s:%u: %s", path, line, text)
                                : str_printf(lint->arena, "%s: %s", path, text));
    sink_literal(&lint->sink, "\n");
}

static void read_policy(struct lint *lint, const char *path, struct str bytes)
{
    struct policy_file *file = &lint->policies[lint->policy_count];
    const char *why, *behind;
    unsigned long line;
    char *end;

    file->path = path;
    if (sts_policy_parse(lint->arena, bytes, &file->policy, &why)) {
        lint->policy_count++;
        return;
    }
    line = strncmp(why, "line ", strlen("line ")) == 0 ? strtoul(why + strlen("line "), &end, 10) : 0;
    behind = line && strncmp(end, ": ", 2) == 0 ? end + 2 : why;
    print(lint, path, (unsigned)line, str_printf(lint->arena, "FAIL mta_sts.policy: %s", behind));
    told(lint, FAIL);
}

/* False: it is said what cannot be read. */
static bool read_one(struct lint *lint, const struct options *options, const char *given, enum exit_status *status)
{
    struct option_use use = {.id = OPT_ZONE, .value = given, .where = "lint"};
    struct zone_file *zone = ARENA_NEW(lint->arena, struct zone_file);
    const char *path, *origin, *why;
    struct str bytes;

    *status = EXIT_STATUS_USAGE;
    if (!plan_split(options, &use, &path, &origin, &why) || !file_read(lint->arena, path, ZONE_BYTES, &bytes, &why)) {
        usage_error(why);
        return false;
    }
    if (is_policy(path, bytes)) {
        read_policy(lint, path, bytes);
        return true;
    }
    zone_file_read(lint->arena, bytes, origin, zone);
    for (size_t i = 0; i < zone->fault_count; i++)
        print(lint, path, zone->faults[i].line, str_printf(lint->arena, "FAIL zone: %s", zone->faults[i].text));
    if (zone->fault_count) {
        told(lint, FAIL);
        return true;
    }
    for (size_t i = 0; i < lint->zone_count; i++)
        if (name_equal(lint->zones[i].zone->apex, zone->apex)) {
            usage_error(str_printf(lint->arena, "%s: is a zone file of %s, and so is %s", path, zone->apex,
                                   lint->zones[i].path));
            return false;
        }
    lint->zones[lint->zone_count++] = (struct linted){path, zone};
    overlay_add_zone(lint->overlay, zone, path);
    return true;
}

/* ---- judging ---- */

static unsigned line_with(const struct zone_file *zone, const char *owner, unsigned type)
{
    for (size_t i = 0; owner && i < zone->count; i++)
        if ((!type || zone->records[i].type == type) && name_equal(zone->records[i].owner, owner))
            return zone->records[i].line;
    return 0;
}

/* The MX record that names the host. */
static unsigned line_naming(const struct zone_file *zone, const char *host)
{
    for (size_t i = 0; host && i < zone->count; i++)
        if (zone->records[i].is_read && zone->records[i].record.type == DNS_MX &&
            name_equal(zone->records[i].record.mx.host, host))
            return zone->records[i].line;
    return 0;
}

static unsigned line_with_address(const struct zone_file *zone, const struct ip *ip)
{
    for (size_t i = 0; i < zone->count; i++)
        if (zone->records[i].is_read &&
            (zone->records[i].record.type == DNS_A || zone->records[i].record.type == DNS_AAAA) &&
            ip_equal(&zone->records[i].record.ip, ip))
            return zone->records[i].line;
    return 0;
}

/* Where the record stands that the finding rests on; of one that is missing, where its owner is first named. */
static unsigned line_of(struct lint *lint, const struct finding *f)
{
    const struct zone_file *zone = lint->at->zone;
    unsigned line = line_naming(zone, f->about.host);

    for (size_t k = 0; k < f->evidence.count; k++) {
        struct key key;

        if (!key_parse(lint->arena, f->evidence.at[k], &key) || key.kind != EVIDENCE_DNS)
            continue;
        line = line ? line : line_with(zone, key.name, (unsigned)key.type);
    }
    if (!line && f->about.ip.family != IP_NONE)
        line = line_with(zone, ip_reverse_name(lint->arena, &f->about.ip), DNS_PTR);
    if (!line && f->about.ip.family != IP_NONE)
        line = line_with_address(zone, &f->about.ip);
    if (!line && strcmp(check_of(f->check)->group, "mx") == 0)
        line = line_with(zone, f->about.name, DNS_MX);
    return line ? line : line_with(zone, f->about.name, 0);
}

static void judged(void *arg, const struct result *result)
{
    struct lint *lint = arg;

    lint->is_starved |= result->out_of_memory;
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        lint->is_starved |= f->status == UNKNOWN && f->reason == REASON_RESOURCES;
        if (f->status != NOTE && f->status != WARN && f->status != FAIL)
            continue;
        lint->fails = lint->fails || gate_fails_for(&lint->gate, result, f);
        print(lint, lint->at->path, line_of(lint, f),
              str_printf(lint->arena, "%s %s %s: %s", status_label(f->status), check_of(f->check)->name, f->subject,
                         f->message));
    }
    lint->is_done = true;
    loop_stop(lint->loop);
}

static bool audit(struct lint *lint, struct target *target, const enum check_id *checks, size_t count)
{
    bool *selected = ARENA_ARRAY(lint->arena, bool, CHECK_COUNT);

    for (size_t i = 0; i < count; i++)
        selected[checks[i]] = true;
    target->unicode = target->domain;
    target->smtp_port = 25;
    target->sessions = 1;
    target->no_smtp = true;
    target->selected = selected;
    lint->is_done = false;
    if (!engine_audit(lint->engine, target, judged, lint))
        return false;
    loop_run(lint->loop);
    return lint->is_done;
}

static bool is_mail_domain(const struct zone_record *record)
{
    if (!record->is_read || record->owner[0] == '*')
        return false;
    return record->record.type == DNS_MX ||
           (record->record.type == DNS_TXT && str_starts_nocase(record->record.txt.joined, "v=spf1"));
}

static bool has_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (name_equal(names[i], name))
            return true;
    return false;
}

/* Those that have keys for this domain. */
static void add_selectors(struct lint *lint, struct target *target)
{
    const char **selectors = ARENA_ARRAY(lint->arena, const char *, SELECTORS_MAX);
    const char *suffix = str_printf(lint->arena, "._domainkey.%s", target->domain);

    for (size_t i = 0; i < lint->at->zone->count && target->selector_count < SELECTORS_MAX; i++) {
        const char *owner = name_lower(lint->arena, lint->at->zone->records[i].owner);
        size_t length = strlen(owner), tail = strlen(suffix);
        const char *selector;

        if (length <= tail || strcmp(owner + length - tail, suffix) != 0)
            continue;
        selector = str_text(lint->arena, (struct str){owner, length - tail});
        if (selector[0] != '*' && !has_name(selectors, target->selector_count, selector))
            selectors[target->selector_count++] = selector;
    }
    target->selectors = selectors;
}

/* Whether they are signed is not to be seen in the file; what is no TLSA record that a sender could use is. */
static void lint_tlsa(struct lint *lint)
{
    for (size_t i = 0; i < lint->at->zone->count; i++) {
        const struct zone_record *record = &lint->at->zone->records[i];
        enum dane_fault fault =
            record->is_read && record->record.type == DNS_TLSA ? dane_record_fault(&record->record) : TLSA_USABLE;

        if (fault == TLSA_USABLE)
            continue;
        print(lint, lint->at->path, record->line,
              str_printf(lint->arena, "warn dane.usable %s: %s %s", record->owner,
                         dane_record_label(lint->arena, &record->record), dane_fault_text(fault)));
        told(lint, WARN);
    }
}

/* The apex, and every name with mail of its own. */
static bool lint_zone(struct lint *lint)
{
    const char **domains = ARENA_ARRAY(lint->arena, const char *, DOMAINS_MAX);
    size_t count = 0;

    domains[count++] = lint->at->zone->apex;
    for (size_t i = 0; i < lint->at->zone->count && count < DOMAINS_MAX; i++) {
        const char *owner = name_lower(lint->arena, lint->at->zone->records[i].owner);

        if (is_mail_domain(&lint->at->zone->records[i]) && !has_name(domains, count, owner))
            domains[count++] = owner;
    }
    lint_tlsa(lint);
    for (size_t i = 0; i < count; i++) {
        struct target *target = ARENA_NEW(lint->arena, struct target);

        target->domain = domains[i];
        add_selectors(lint, target);
        if (!audit(lint, target, of_zone, sizeof of_zone / sizeof *of_zone))
            return false;
    }
    return true;
}

/* The address whose reverse name this is. */
static bool address_of(struct arena *arena, const char *owner, struct ip *out)
{
    bool is_v6 = name_is_under(owner, "ip6.arpa");
    char text[64] = "";
    size_t labels = is_v6 ? 32 : 4, length = 0;
    const char *at[32];

    if (name_labels(owner) != labels + 2)
        return false;
    for (size_t i = 0; i < labels; i++, owner = name_parent(owner))
        at[i] = owner;
    for (size_t i = labels; i-- > 0;) {
        size_t size = strcspn(at[i], ".");

        if (length + size + 2 > sizeof text)
            return false;
        memcpy(text + length, at[i], size);
        length += size;
        if (i && (!is_v6 || i % 4 == 0))
            text[length++] = is_v6 ? ':' : '.';
        text[length] = '\0';
    }
    return ip_parse(text, out) && name_equal(ip_reverse_name(arena, out), at[0]);
}

/* Every address that has a reverse name in it, as if it sent mail. */
static bool lint_reverse_zone(struct lint *lint)
{
    const struct zone_file *zone = lint->at->zone;
    struct sender *senders = ARENA_ARRAY(lint->arena, struct sender, zone->count + 1);
    size_t count = 0;

    for (size_t i = 0; i < zone->count; i++) {
        struct ip ip;
        bool is_new = true;

        if (!zone->records[i].is_read || zone->records[i].record.type != DNS_PTR ||
            !address_of(lint->arena, name_lower(lint->arena, zone->records[i].owner), &ip))
            continue;
        for (size_t k = 0; k < count && is_new; k++)
            is_new = !ip_equal(&senders[k].ip, &ip);
        if (is_new)
            senders[count++] = (struct sender){.ip = ip};
    }
    for (size_t i = 0; i < count; i += SENDERS_MAX / 4) {
        struct target *target = ARENA_NEW(lint->arena, struct target);

        target->domain = zone->apex;
        target->senders = senders + i;
        target->sender_count = count - i < SENDERS_MAX / 4 ? count - i : SENDERS_MAX / 4;
        if (!audit(lint, target, of_reverse_zone, sizeof of_reverse_zone / sizeof *of_reverse_zone))
            return false;
    }
    return true;
}

/* A policy does not say whose it is: with one zone beside it, it is that one's. */
static void compare_policies(struct lint *lint)
{
    const struct linted *zone = NULL;
    size_t forward = 0;

    for (size_t i = 0; i < lint->zone_count; i++)
        if (!name_is_reverse(lint->zones[i].zone->apex) && ++forward)
            zone = &lint->zones[i];
    for (size_t p = 0; forward == 1 && p < lint->policy_count; p++)
        for (size_t i = 0; i < zone->zone->count; i++) {
            const struct zone_record *record = &zone->zone->records[i];
            bool is_enforced = lint->policies[p].policy.mode == STS_ENFORCE;

            if (!record->is_read || record->record.type != DNS_MX || !name_equal(record->owner, zone->zone->apex) ||
                !*record->record.mx.host || sts_policy_covers(&lint->policies[p].policy, record->record.mx.host))
                continue;
            print(lint, zone->path, record->line,
                  str_printf(lint->arena, "%s mta_sts.mx_match %s: the policy in %s does not name it",
                             is_enforced ? "FAIL" : "warn", record->record.mx.host, lint->policies[p].path));
            told(lint, is_enforced ? FAIL : WARN);
        }
}

static bool begin(struct lint *lint, const char **why)
{
    const char *text = str_printf(lint->arena,
                                  "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"nothing.invalid\"}, "
                                  "\"evidence\": {\"now\": %lld}}",
                                  (long long)time(NULL));
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = LINT_MS, .plan = lint->overlay};

    overlay_finish(lint->overlay);
    lint->nothing = recording_read(lint->arena, text, strlen(text), why);
    lint->loop = loop_new();
    if (!lint->nothing || !lint->loop)
        return false;
    config.replay = lint->nothing;
    lint->engine = engine_new(lint->loop, &config, why);
    return lint->engine;
}

static enum exit_status judge(struct lint *lint)
{
    const char *why = no_memory;
    bool done = begin(lint, &why);

    for (size_t i = 0; done && i < lint->zone_count; i++) {
        lint->at = &lint->zones[i];
        done = name_is_reverse(lint->at->zone->apex) ? lint_reverse_zone(lint) : lint_zone(lint);
    }
    if (!done || lint->is_starved) {
        complain("lint: %s", done ? no_memory : why);
        return EXIT_STATUS_FAULT;
    }
    compare_policies(lint);
    return lint->fails ? EXIT_STATUS_FINDINGS : EXIT_STATUS_READY;
}

static enum exit_status lint_files(struct lint *lint, const struct options *options)
{
    enum exit_status status;

    if (options->argument_count == 0)
        return usage_error("lint: name zone files, or policies of MTA-STS");
    lint->gate.fail_on = options_fail_on(options, OPT_LINT_FAIL_ON);
    lint->zones = ARENA_ARRAY(lint->arena, struct linted, options->argument_count);
    lint->policies = ARENA_ARRAY(lint->arena, struct policy_file, options->argument_count);
    lint->overlay = overlay_new(lint->arena);
    lint->sink = sink_to(stdout, SINK_TEXT);
    for (size_t i = 0; i < options->argument_count; i++)
        if (!read_one(lint, options, options->arguments[i], &status))
            return status;
    status = judge(lint);
    if (sink_finish(&lint->sink) != 0 || !output_stdout_done())
        return EXIT_STATUS_FAULT;
    return status;
}

static enum exit_status run_lint(int argc, char **argv)
{
    struct lint *lint = calloc(1, sizeof *lint);
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    enum exit_status ended = EXIT_STATUS_FAULT;
    struct options options;
    jmp_buf exhausted;

    if (!x509_begin() || !lint || !(lint->arena = arena_new(LINT_BYTES)) || setjmp(exhausted) != 0) {
        complain("%s", no_memory);
    } else {
        arena_on_exhausted(lint->arena, &exhausted);
        status =
            usage_parse(&options, lint->arena, &lint_command, argc, argv, &ended) ? lint_files(lint, &options) : ended;
    }
    if (lint) {
        engine_free(lint->engine);
        loop_free(lint->loop);
        recording_free(lint->nothing);
        arena_free(lint->arena);
    }
    free(lint);
    return status;
}

const struct command lint_command = {
    .name = "lint",
    .synopsis = "[--fail-on fail|warn|never] FILE[=ORIGIN]...",
    .summary =
        "judge zone files and MTA-STS policies by what stands in them, without any network: MX, SPF, DKIM, DMARC, "
        "TLSA, reverse names; one line a finding, with file and line",
    .run = run_lint,
};
