/* cmd/options/settings_identity.c - what the mail of a domain looks like, and what is asked of it, by the options. */
#include "cmd/options/settings_internal.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/receiver.h"

/* A selector is a name that stands before "._domainkey"; it may have several labels.  (RFC 6376 3.1) */
static bool make_selectors(const struct options *options, struct settings *out, const char **why)
{
    static const char below[] = "._domainkey.example";
    const char **all = ARENA_ARRAY(options->arena, const char *, settings_count(options, OPT_DKIM)), *fault;

    for (const struct option_use *use = options_next(options, OPT_DKIM, NULL); use;
         use = options_next(options, OPT_DKIM, use)) {
        const char *name;

        if (strstr(use->value, "._domainkey"))
            return settings_wrong(options, use, use->value,
                                  "is more than the selector, which stands before \"._domainkey\"", why);
        name = name_from_user(options->arena, str_printf(options->arena, "%s%s", use->value, below), &fault);
        if (!name || name[0] == '.')
            return settings_wrong(options, use, use->value, name ? "is no selector" : fault, why);
        all[out->target.selector_count++] = str_text(options->arena, (struct str){name, strlen(name) - strlen(below)});
    }
    out->target.selectors = all;
    return true;
}

static bool make_blocklists(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *no = options_last(options, OPT_NO_DNSBL);

    out->no_dnsbl = options_flag(options, OPT_NO_DNSBL);
    if (!settings_domains(options, OPT_DNSBL, &out->target.dnsbls, &out->target.dnsbl_count, why))
        return false;
    if (out->target.dnsbl_count > DNSBL_LISTS_MAX) {
        *why = str_printf(options->arena, "--dnsbl: more than %d lists", DNSBL_LISTS_MAX);
        return false;
    }
    if (out->no_dnsbl && out->target.dnsbl_count && options_last(options, OPT_DNSBL)->source == no->source) {
        *why = str_printf(options->arena, "%s and %s exclude each other", options_last(options, OPT_DNSBL)->where,
                          no->where);
        return false;
    }
    if (out->no_dnsbl && out->target.dnsbl_count && options_last(options, OPT_DNSBL)->source < no->source)
        out->target.dnsbl_count = 0;
    return true;
}

static bool add_test(const struct options *options, const struct option_use *use, const char *word,
                     struct target *target, const char **why)
{
    size_t length = strcspn(word, "=");
    const char *value = word[length] ? word + length + 1 : NULL, *fault;
    enum active test;

    if (!active_from_word(str_text(options->arena, (struct str){word, length}), &test) ||
        (value && test != ACTIVE_RELAY))
        return settings_wrong(options, use, word,
                              "is no test; there are postmaster, relay=DOMAIN, old-tls and injection", why);
    if (test == ACTIVE_RELAY && !value)
        return settings_wrong(options, use, word, "needs a domain that your servers take no mail for: relay=DOMAIN",
                              why);
    if (value && !(target->relay_domain = name_from_user(options->arena, value, &fault)))
        return settings_wrong(options, use, value, fault, why);
    target->active |= test;
    return true;
}

static bool make_active(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *active = options_last(options, OPT_ACTIVE);

    for (const struct option_use *use = options_next(options, OPT_ACTIVE, NULL); use;
         use = options_next(options, OPT_ACTIVE, use)) {
        for (const char *at = use->value; *at; at += strspn(at, ", ")) {
            size_t length = strcspn(at, ", ");

            if (length &&
                !add_test(options, use, str_text(options->arena, (struct str){at, length}), &out->target, why))
                return false;
            at += length;
        }
    }
    if (!settings_domains(options, OPT_OWN, &out->target.own, &out->target.own_count, why))
        return false;
    if (out->target.active && !out->target.own_count) {
        *why = str_printf(options->arena, "%s is for your own mail servers: name them with --own HOST", active->where);
        return false;
    }
    return true;
}

bool settings_identities(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *volume = options_last(options, OPT_VOLUME);

    if (volume)
        out->target.volume = strcmp(volume->value, "bulk") == 0 ? VOLUME_BULK : VOLUME_LOW;
    out->target.guess_selectors = options_flag(options, OPT_DKIM_GUESS);
    return make_selectors(options, out, why) && make_active(options, out, why) && make_blocklists(options, out, why) &&
           settings_domains(options, OPT_MAIL_FROM, &out->target.mail_froms, &out->target.mail_from_count, why) &&
           settings_domains(options, OPT_FROM, &out->target.froms, &out->target.from_count, why);
}

static const char *known_receivers(struct arena *arena)
{
    const char *names = "";

    for (size_t i = 0; i < receiver_count(); i++)
        names = str_printf(arena, "%s%s%s", names, i ? ", " : "", receiver_at(i)->name);
    return names;
}

bool settings_receivers(const struct options *options, struct settings *out, const char **why)
{
    const struct receiver **receivers =
        ARENA_ARRAY(options->arena, const struct receiver *, settings_count(options, OPT_RECEIVER));

    out->gate.receivers = receivers;
    for (const struct option_use *use = options_next(options, OPT_RECEIVER, NULL); use;
         use = options_next(options, OPT_RECEIVER, use)) {
        const struct receiver *receiver = receiver_from_name(use->value);

        if (!receiver)
            return settings_wrong(
                options, use, use->value,
                str_printf(options->arena, "is no receiver; known are %s", known_receivers(options->arena)), why);
        receivers[out->gate.receiver_count++] = receiver;
    }
    return true;
}
