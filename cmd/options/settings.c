/* cmd/options/settings.c - what the options of an audit mean. */
#include "cmd/options/settings.h"

#include <string.h>

#include "cmd/archive/archive.h"
#include "cmd/options/settings_internal.h"
#include "cmd/wait.h"
#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum { HELO_MAX = 255, VERBOSE_MAX = 2 };

size_t settings_count(const struct options *options, enum option_id id)
{
    size_t count = 0;

    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use))
        count++;
    return count;
}

bool settings_wrong(const struct options *options, const struct option_use *use, const char *value, const char *what,
                    const char **why)
{
    *why = str_printf(options->arena, "%s: \"%s\" %s", use->where, value, what);
    return false;
}

const char *settings_unbracketed(struct arena *arena, const char *text)
{
    size_t length = strlen(text);

    if (length > 2 && text[0] == '[' && text[length - 1] == ']')
        return str_text(arena, (struct str){text + 1, length - 2});
    return text;
}

/* What a server may say in HELO, right or wrong: it is for the checks to judge.  But it is one printable word. */
bool settings_is_helo(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > HELO_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return true;
}

bool settings_networks(const struct options *options, enum option_id id, struct ip_network **networks, size_t *count,
                       const char **why)
{
    *count = 0;
    *networks = ARENA_ARRAY(options->arena, struct ip_network, settings_count(options, id));
    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use)) {
        if (!ip_network_parse(use->value, &(*networks)[(*count)++]))
            return settings_wrong(options, use, use->value,
                                  "is neither an address nor a network (ADDR/BITS, no bits set behind BITS)", why);
    }
    return true;
}

bool settings_domains(const struct options *options, enum option_id id, const char *const **domains, size_t *count,
                      const char **why)
{
    const char **all = ARENA_ARRAY(options->arena, const char *, settings_count(options, id)), *fault;

    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use)) {
        const char *domain = name_from_user(options->arena, use->value, &fault);

        if (!domain)
            return settings_wrong(options, use, use->value, fault, why);
        all[(*count)++] = domain;
    }
    *domains = all;
    return true;
}

static const char *last_value(const struct options *options, enum option_id id)
{
    const struct option_use *use = options_last(options, id);

    return use ? use->value : NULL;
}

static bool is_word(const struct options *options, enum option_id id, const char *word)
{
    const char *value = last_value(options, id);

    return value && strcmp(value, word) == 0;
}

/* "-vv" is twice the flag. */
static unsigned verbosity(const struct options *options)
{
    size_t count = settings_count(options, OPT_VERBOSE);

    return !options_flag(options, OPT_VERBOSE) ? 0 : count < VERBOSE_MAX ? (unsigned)count : VERBOSE_MAX;
}

static bool settings_store(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *use = options_last(options, OPT_STORE);
    const char *fault = use ? archive_url_fault(options->arena, use->value) : NULL;

    out->store = use ? use->value : NULL;
    if (fault)
        *why = str_printf(options->arena, "%s: %s", use->where, fault);
    return !fault;
}

static bool settings_reuse(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *use = options_last(options, OPT_REUSE);
    int64_t reuse_ms = 0;

    if (use && !wait_parse(use->value, &reuse_ms))
        return settings_wrong(options, use, use->value, "is no age of a session: 30m, 12h; a day at most", why);
    out->reuse_s = reuse_ms / 1000;
    if (!use || out->store)
        return true;
    *why = str_printf(options->arena, "%s: takes sessions from a store, and --store names none", use->where);
    return false;
}

bool settings_make(const struct options *options, struct settings *out, const char **why)
{
    struct ip_network *not_senders;

    *out = (struct settings){
        .target.smtp_port = (uint16_t)options_number(options, OPT_SMTP_PORT, 25),
        .target.sessions = (unsigned)options_number(options, OPT_SESSIONS, 0),
        .trust_ad = options_flag(options, OPT_TRUST_AD),
        .ca_file = last_value(options, OPT_CA_FILE),
        .timeout_ms = options_number(options, OPT_TIMEOUT, AUDIT_MS / 1000) * 1000,
        .jobs = (size_t)options_number(options, OPT_JOBS, 0),
        .in_flight = (size_t)options_number(options, OPT_IN_FLIGHT, 50),
        .trace = options_flag(options, OPT_TRACE),
        .gate.fail_on = options_fail_on(options, OPT_FAIL_ON),
        .quiet = options_flag(options, OPT_QUIET),
        .verbose = verbosity(options),
        .compact = options_flag(options, OPT_COMPACT),
        .ordered = options_flag(options, OPT_ORDERED),
        .domains_file = last_value(options, OPT_DOMAINS),
        .record = last_value(options, OPT_RECORD),
        .replay = last_value(options, OPT_REPLAY),
        .baseline = last_value(options, OPT_BASELINE),
        .trust_anchor = last_value(options, OPT_TRUST_ANCHOR),
        .journal = last_value(options, OPT_JOURNAL),
        .resume = options_flag(options, OPT_RESUME),
        .progress_json = is_word(options, OPT_PROGRESS, "json"),
        .progress_none = is_word(options, OPT_PROGRESS, "none"),
    };
    out->target.owner = last_value(options, OPT_OWNER);
    if (!settings_senders(options, out, why) || !settings_identities(options, out, why) ||
        !settings_agreements(options, out, why) || !settings_receivers(options, out, why) ||
        !settings_canaries(options, out, why) || !settings_bogus_canaries(options, out, why) ||
        !settings_trust_anchors(options, out, why) || !settings_resolvers(options, out, why) ||
        !settings_networks(options, OPT_NOT_SENDER, &not_senders, &out->target.not_sender_count, why) ||
        !settings_memory(options, out, why) || !settings_connection(options, out, why) ||
        !settings_selection(options, out, why) || !settings_reports(options, out, why) ||
        !settings_letterhead(options, out, why) || !settings_language(options, out, why) ||
        !settings_store(options, out, why) || !settings_reuse(options, out, why))
        return false;
    out->target.not_senders = not_senders;
    return true;
}
