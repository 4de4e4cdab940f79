/* cmd/options/settings_senders.c - which addresses send, by the options. */
#include "cmd/options/settings_internal.h"

#include <string.h>

#include "cmd/command.h"
#include "cmd/mta/mta.h"
#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/vantage.h"

/* Where the kernel chooses the source address, it is one of the public ones of this machine. */
static void add_mta_sender(const struct mta_sender *said, const struct vantage *here, struct sender *senders,
                           size_t *count)
{
    if (!mta_is_any(&said->ip)) {
        senders[(*count)++] = (struct sender){.ip = said->ip, .helo = said->helo};
        return;
    }
    for (size_t i = 0; i < here->address_count; i++)
        if (here->addresses[i].family == said->ip.family && !ip_special(&here->addresses[i]))
            senders[(*count)++] = (struct sender){.ip = here->addresses[i], .helo = said->helo};
}

/* The addresses that the local mail server sends from, with the names that it says. */
static bool add_mta_senders(const struct options *options, struct sender *senders, size_t *count, const char **why)
{
    const struct vantage *here;
    const char *note, *helo = NULL;
    struct mta mta;

    if (!mta_read(options->arena, &mta, why, &note)) {
        *why = str_printf(options->arena, "--from-mta: %s", *why);
        return false;
    }
    if (note)
        complain("--from-mta: %s", note);
    here = vantage_look(options->arena, NULL);
    for (size_t i = 0; i < mta.count; i++) {
        add_mta_sender(&mta.senders[i], here, senders, count);
        helo = mta.senders[i].helo;
    }
    if (*count)
        return true;
    *why = str_printf(options->arena,
                      "--from-mta: %s says \"%s\" in HELO, but this machine has private addresses only; name the "
                      "public one: --sender ADDRESS=%s",
                      mta.kind, helo ? helo : "?", helo ? helo : "HELO");
    return false;
}

/* Every address of a network, which must be so small that each may be a host. */
static bool add_network(const struct options *options, const struct option_use *use, const struct ip_network *network,
                        const char *helo, struct settings *out, struct sender *senders, const char **why)
{
    unsigned bits = ip_network_host_bits(network);

    if (bits >= 32 || 1U << bits > SENDER_RANGE_ADDRESSES)
        return settings_wrong(
            options, use, use->value,
            str_printf(options->arena,
                       "is a network of %s, of which %d at most can be declared at once: name those that send",
                       ip_network_size_text(options->arena, network), SENDER_RANGE_ADDRESSES),
            why);
    for (unsigned n = 0; n < 1U << bits; n++)
        senders[out->target.sender_count++] = (struct sender){.ip = ip_network_nth(network, n), .helo = helo};
    return true;
}

static bool add_sender(const struct options *options, const struct option_use *use, struct settings *out,
                       struct sender *senders, const char **why)
{
    size_t length = strcspn(use->value, "=");
    const char *host = settings_unbracketed(options->arena, str_text(options->arena, (struct str){use->value, length})),
               *fault;
    struct sender sender = {.helo = use->value[length] == '=' ? use->value + length + 1 : NULL};
    struct ip_network network;

    if (sender.helo && !settings_is_helo(sender.helo))
        return settings_wrong(options, use, use->value, "names no HELO that could be said", why);
    if (ip_network_parse(host, &network)) /* an address is one, too */
        return add_network(options, use, &network, sender.helo, out, senders, why);
    sender.host = name_from_user(options->arena, host, &fault);
    if (!sender.host)
        return settings_wrong(options, use, host,
                              strchr(host, '/')
                                  ? "is no network (ADDR/BITS, no bits set behind BITS)"
                                  : str_printf(options->arena, "is neither an address nor a host name: it %s", fault),
                              why);
    senders[out->target.sender_count++] = sender;
    return true;
}

bool settings_senders(const struct options *options, struct settings *out, const char **why)
{
    size_t room =
        settings_count(options, OPT_SENDER) * SENDER_RANGE_ADDRESSES + VANTAGE_ADDRESSES_MAX + MTA_SENDERS_MAX;
    struct sender *senders = ARENA_ARRAY(options->arena, struct sender, room);

    out->target.senders = senders;
    if (options_flag(options, OPT_FROM_MTA) && !add_mta_senders(options, senders, &out->target.sender_count, why))
        return false;
    for (const struct option_use *use = options_next(options, OPT_SENDER, NULL); use;
         use = options_next(options, OPT_SENDER, use))
        if (!add_sender(options, use, out, senders, why))
            return false;
    if (out->target.sender_count <= SENDERS_MAX)
        return true;
    *why = str_printf(options->arena,
                      "--sender: %zu addresses are declared; one audit judges %d at most, and leaves none out",
                      out->target.sender_count, SENDERS_MAX);
    return false;
}
