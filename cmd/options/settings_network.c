/* cmd/options/settings_network.c - whom to ask, and how to connect, by the options. */
#include "cmd/options/settings_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/io/file.h"
#include "cmd/wait.h"
#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/records/trust_anchor.h"

/* Unrelated to each other, and each greets with a name of its own organisation. */
static const char *const large_providers[] = {"gmail-smtp-in.l.google.com", "mta5.am0.yahoodns.net",
                                              "mx01.mail.icloud.com"};

bool settings_canaries(const struct options *options, struct settings *out, const char **why)
{
    const char **hosts =
        ARENA_ARRAY(options->arena, const char *,
                    settings_count(options, OPT_CANARY) + sizeof large_providers / sizeof *large_providers);
    const char *fault;

    for (const struct option_use *use = options_next(options, OPT_CANARY, NULL); use;
         use = options_next(options, OPT_CANARY, use)) {
        const char *host = name_from_user(options->arena, use->value, &fault);

        if (!host)
            return settings_wrong(options, use, use->value, fault, why);
        hosts[out->target.canary_count++] = host;
    }
    if (!out->target.canary_count) {
        for (size_t i = 0; i < sizeof large_providers / sizeof *large_providers; i++)
            hosts[out->target.canary_count++] = large_providers[i];
    }
    out->target.canaries = hosts;
    return true;
}

/* Kept broken on purpose, for tests like this one. */
static const char *const broken_on_purpose[] = {"dnssec-failed.org", "fail01.dnssec.works"};

bool settings_bogus_canaries(const struct options *options, struct settings *out, const char **why)
{
    if (!settings_domains(options, OPT_BOGUS_CANARY, &out->target.bogus_canaries, &out->target.bogus_canary_count, why))
        return false;
    if (!out->target.bogus_canary_count) {
        out->target.bogus_canaries = broken_on_purpose;
        out->target.bogus_canary_count = sizeof broken_on_purpose / sizeof *broken_on_purpose;
    }
    return true;
}

bool settings_trust_anchors(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *use = options_last(options, OPT_TRUST_ANCHOR);
    struct str file;

    if (!use)
        return true;
    if (!file_read(options->arena, use->value, CONFIG_BYTES, &file, why))
        return false;
    out->target.trust_anchor_count = trust_anchors_read(options->arena, file, &out->target.trust_anchors, why);
    if (!out->target.trust_anchor_count)
        *why = str_printf(options->arena, "%s: %s: %s", use->where, use->value, *why);
    return out->target.trust_anchor_count > 0;
}

bool settings_server(struct arena *arena, const char *text, struct dns_server *out)
{
    const char *at = strrchr(text, '@');
    const char *address = at ? str_text(arena, (struct str){text, (size_t)(at - text)}) : text;

    if (!dns_server_parse(settings_unbracketed(arena, address), out))
        return false;
    if (at) {
        char *end;
        long port = strtol(at + 1, &end, 10);

        if (at[1] < '0' || at[1] > '9' || *end || port < 1 || port > 65535)
            return false;
        out->port = (uint16_t)port;
    }
    return true;
}

/* resolv.conf(5): where none is named, one on this machine is meant.  One that cannot be used is named all the same. */
void settings_system_servers(struct dns_system *out)
{
    static const uint8_t loopback[] = {127, 0, 0, 1};
    int error = dns_system_read(out);

    if (error)
        complain("/etc/resolv.conf: %s", strerror(error));
    for (size_t i = 0; i < out->unusable_count; i++)
        complain("/etc/resolv.conf: \"nameserver %s\" cannot be used", out->unusable[i]);
    if (out->count == 0 && out->unusable_count == 0 && !error)
        out->servers[out->count++] = (struct dns_server){.ip = ip_from_bytes(loopback, sizeof loopback), .port = 53};
}

bool settings_resolvers(const struct options *options, struct settings *out, const char **why)
{
    out->resolvers = ARENA_ARRAY(options->arena, struct dns_server, settings_count(options, OPT_RESOLVER));
    for (const struct option_use *use = options_next(options, OPT_RESOLVER, NULL); use;
         use = options_next(options, OPT_RESOLVER, use)) {
        if (!settings_server(options->arena, use->value, &out->resolvers[out->resolver_count++]))
            return settings_wrong(options, use, use->value, "is no address of a resolver (ADDR or ADDR@PORT)", why);
    }
    return true;
}

bool settings_connection(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *ipv4 = options_last(options, OPT_IPV4), *ipv6 = options_last(options, OPT_IPV6);
    const struct option_use *helo = options_last(options, OPT_HELO);
    const struct option_use *wait = options_last(options, OPT_WAIT);
    bool only4 = options_flag(options, OPT_IPV4), only6 = options_flag(options, OPT_IPV6);

    if (wait && !wait_parse(wait->value, &out->wait_ms))
        return settings_wrong(options, wait, wait->value, "is no time to wait: 30s, 15m, 2h; a day at most", why);
    if (only4 && only6 && ipv4->source == ipv6->source) {
        *why = str_printf(options->arena, "%s and %s exclude each other", ipv4->where, ipv6->where);
        return false;
    }
    if (only4 && only6)
        *(ipv4->source > ipv6->source ? &only6 : &only4) = false;
    out->use_ipv4 = !only6;
    out->use_ipv6 = !only4;
    for (const struct option_use *use = options_next(options, OPT_SOURCE, NULL); use;
         use = options_next(options, OPT_SOURCE, use)) {
        struct ip ip;

        if (!ip_parse(settings_unbracketed(options->arena, use->value), &ip))
            return settings_wrong(options, use, use->value, "is no address", why);
        *(ip.family == IP_V4 ? &out->source4 : &out->source6) = ip;
    }
    if (helo) {
        if (!settings_is_helo(helo->value))
            return settings_wrong(options, helo, helo->value, "is no name for EHLO", why);
        out->helo = helo->value;
    }
    return settings_networks(options, OPT_ALLOW_NET, &out->allowed, &out->allowed_count, why);
}
