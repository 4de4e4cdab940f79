/* cmd/options/settings.c - what the options of an audit mean. */
#include "cmd/options/settings.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/mta/mta.h"
#include "cmd/options/options.h"
#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/vantage.h"
#include "core/result/receiver.h"
#include "reports/reporter.h"

enum { HELO_MAX = 255, NAMES_MAX = CHECK_COUNT * 2 };

static size_t count_of(const struct options *options, enum option_id id)
{
    size_t count = 0;

    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use))
        count++;
    return count;
}

static bool wrong(const struct options *options, const struct option_use *use, const char *value, const char *what,
                  const char **why)
{
    *why = str_printf(options->arena, "%s: \"%s\" %s", use->where, value, what);
    return false;
}

static const char *without_brackets(struct arena *arena, const char *text)
{
    size_t length = strlen(text);

    if (length > 2 && text[0] == '[' && text[length - 1] == ']')
        return str_text(arena, (struct str){text + 1, length - 2});
    return text;
}

/* What a server may say in HELO, right or wrong: it is for the checks to judge.  But it is one printable word. */
static bool is_helo(const char *text)
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
        return wrong(options, use, use->value,
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
    const char *host = without_brackets(options->arena, str_text(options->arena, (struct str){use->value, length})),
               *fault;
    struct sender sender = {.helo = use->value[length] == '=' ? use->value + length + 1 : NULL};
    struct ip_network network;

    if (sender.helo && !is_helo(sender.helo))
        return wrong(options, use, use->value, "names no HELO that could be said", why);
    if (ip_network_parse(host, &network)) /* an address is one, too */
        return add_network(options, use, &network, sender.helo, out, senders, why);
    sender.host = name_from_user(options->arena, host, &fault);
    if (!sender.host)
        return wrong(options, use, host,
                     strchr(host, '/')
                         ? "is no network (ADDR/BITS, no bits set behind BITS)"
                         : str_printf(options->arena, "is neither an address nor a host name: it %s", fault),
                     why);
    senders[out->target.sender_count++] = sender;
    return true;
}

static bool make_senders(const struct options *options, struct settings *out, const char **why)
{
    size_t room = count_of(options, OPT_SENDER) * SENDER_RANGE_ADDRESSES + VANTAGE_ADDRESSES_MAX + MTA_SENDERS_MAX;
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

static bool make_networks(const struct options *options, enum option_id id, struct ip_network **networks, size_t *count,
                          const char **why)
{
    *count = 0;
    *networks = ARENA_ARRAY(options->arena, struct ip_network, count_of(options, id));
    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use)) {
        if (!ip_network_parse(use->value, &(*networks)[(*count)++]))
            return wrong(options, use, use->value,
                         "is neither an address nor a network (ADDR/BITS, no bits set behind BITS)", why);
    }
    return true;
}

/* Unrelated to each other, and each greets with a name of its own organisation. */
static const char *const large_providers[] = {"gmail-smtp-in.l.google.com", "mta5.am0.yahoodns.net",
                                              "mx01.mail.icloud.com"};

static bool make_canaries(const struct options *options, struct settings *out, const char **why)
{
    const char **hosts = ARENA_ARRAY(options->arena, const char *,
                                     count_of(options, OPT_CANARY) + sizeof large_providers / sizeof *large_providers);
    const char *fault;

    for (const struct option_use *use = options_next(options, OPT_CANARY, NULL); use;
         use = options_next(options, OPT_CANARY, use)) {
        const char *host = name_from_user(options->arena, use->value, &fault);

        if (!host)
            return wrong(options, use, use->value, fault, why);
        hosts[out->target.canary_count++] = host;
    }
    if (!out->target.canary_count) {
        for (size_t i = 0; i < sizeof large_providers / sizeof *large_providers; i++)
            hosts[out->target.canary_count++] = large_providers[i];
    }
    out->target.canaries = hosts;
    return true;
}

static bool make_domains(const struct options *options, enum option_id id, const char *const **domains, size_t *count,
                         const char **why)
{
    const char **all = ARENA_ARRAY(options->arena, const char *, count_of(options, id)), *fault;

    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use)) {
        const char *domain = name_from_user(options->arena, use->value, &fault);

        if (!domain)
            return wrong(options, use, use->value, fault, why);
        all[(*count)++] = domain;
    }
    *domains = all;
    return true;
}

/* Kept broken on purpose, for tests like this one. */
static const char *const broken_on_purpose[] = {"dnssec-failed.org", "fail01.dnssec.works"};

static bool make_bogus_canaries(const struct options *options, struct settings *out, const char **why)
{
    if (!make_domains(options, OPT_BOGUS_CANARY, &out->target.bogus_canaries, &out->target.bogus_canary_count, why))
        return false;
    if (!out->target.bogus_canary_count) {
        out->target.bogus_canaries = broken_on_purpose;
        out->target.bogus_canary_count = sizeof broken_on_purpose / sizeof *broken_on_purpose;
    }
    return true;
}

/* A selector is a name that stands before "._domainkey"; it may have several labels.  (RFC 6376 3.1) */
static bool make_selectors(const struct options *options, struct settings *out, const char **why)
{
    static const char below[] = "._domainkey.example";
    const char **all = ARENA_ARRAY(options->arena, const char *, count_of(options, OPT_DKIM)), *fault;

    for (const struct option_use *use = options_next(options, OPT_DKIM, NULL); use;
         use = options_next(options, OPT_DKIM, use)) {
        const char *name;

        if (strstr(use->value, "._domainkey"))
            return wrong(options, use, use->value, "is more than the selector, which stands before \"._domainkey\"",
                         why);
        name = name_from_user(options->arena, str_printf(options->arena, "%s%s", use->value, below), &fault);
        if (!name || name[0] == '.')
            return wrong(options, use, use->value, name ? "is no selector" : fault, why);
        all[out->target.selector_count++] =
            str_text(options->arena, (struct str){name, strlen(name) - strlen(below)});
    }
    out->target.selectors = all;
    return true;
}

static bool make_blocklists(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *no = options_last(options, OPT_NO_DNSBL);

    out->no_dnsbl = options_flag(options, OPT_NO_DNSBL);
    if (!make_domains(options, OPT_DNSBL, &out->target.dnsbls, &out->target.dnsbl_count, why))
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
        return wrong(options, use, word, "is no test; there are postmaster, relay=DOMAIN, old-tls and injection", why);
    if (test == ACTIVE_RELAY && !value)
        return wrong(options, use, word, "needs a domain that your servers take no mail for: relay=DOMAIN", why);
    if (value && !(target->relay_domain = name_from_user(options->arena, value, &fault)))
        return wrong(options, use, value, fault, why);
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
    if (!make_domains(options, OPT_OWN, &out->target.own, &out->target.own_count, why))
        return false;
    if (out->target.active && !out->target.own_count) {
        *why = str_printf(options->arena, "%s is for your own mail servers: name them with --own HOST", active->where);
        return false;
    }
    return true;
}

static bool make_identities(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *volume = options_last(options, OPT_VOLUME);

    if (volume)
        out->target.volume = strcmp(volume->value, "bulk") == 0 ? VOLUME_BULK : VOLUME_LOW;
    out->target.guess_selectors = options_flag(options, OPT_DKIM_GUESS);
    return make_selectors(options, out, why) && make_active(options, out, why) && make_blocklists(options, out, why) &&
           make_domains(options, OPT_MAIL_FROM, &out->target.mail_froms, &out->target.mail_from_count, why) &&
           make_domains(options, OPT_FROM, &out->target.froms, &out->target.from_count, why);
}

bool settings_server(struct arena *arena, const char *text, struct dns_server *out)
{
    const char *at = strrchr(text, '@');
    const char *address = at ? str_text(arena, (struct str){text, (size_t)(at - text)}) : text;

    if (!dns_server_parse(without_brackets(arena, address), out))
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

static const char *known_receivers(struct arena *arena)
{
    const char *names = "";

    for (size_t i = 0; i < receiver_count(); i++)
        names = str_printf(arena, "%s%s%s", names, i ? ", " : "", receiver_at(i)->name);
    return names;
}

static bool make_receivers(const struct options *options, struct settings *out, const char **why)
{
    out->receivers = ARENA_ARRAY(options->arena, const struct receiver *, count_of(options, OPT_RECEIVER));
    for (const struct option_use *use = options_next(options, OPT_RECEIVER, NULL); use;
         use = options_next(options, OPT_RECEIVER, use)) {
        const struct receiver *receiver = receiver_from_name(use->value);

        if (!receiver)
            return wrong(options, use, use->value,
                         str_printf(options->arena, "is no receiver; known are %s", known_receivers(options->arena)),
                         why);
        out->receivers[out->receiver_count++] = receiver;
    }
    return true;
}

static bool make_resolvers(const struct options *options, struct settings *out, const char **why)
{
    out->resolvers = ARENA_ARRAY(options->arena, struct dns_server, count_of(options, OPT_RESOLVER));
    for (const struct option_use *use = options_next(options, OPT_RESOLVER, NULL); use;
         use = options_next(options, OPT_RESOLVER, use)) {
        if (!settings_server(options->arena, use->value, &out->resolvers[out->resolver_count++]))
            return wrong(options, use, use->value, "is no address of a resolver (ADDR or ADDR@PORT)", why);
    }
    return true;
}

static bool make_connection(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *ipv4 = options_last(options, OPT_IPV4), *ipv6 = options_last(options, OPT_IPV6);
    const struct option_use *helo = options_last(options, OPT_HELO);
    bool only4 = options_flag(options, OPT_IPV4), only6 = options_flag(options, OPT_IPV6);

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

        if (!ip_parse(without_brackets(options->arena, use->value), &ip))
            return wrong(options, use, use->value, "is no address", why);
        *(ip.family == IP_V4 ? &out->source4 : &out->source6) = ip;
    }
    if (helo) {
        if (!is_helo(helo->value))
            return wrong(options, helo, helo->value, "is no name for EHLO", why);
        out->helo = helo->value;
    }
    return make_networks(options, OPT_ALLOW_NET, &out->allowed, &out->allowed_count, why);
}

static const char *nearest_check(const char *word)
{
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        names[count++] = check_of(id)->name;
        names[count++] = check_of(id)->group;
    }
    return nearest_of(word, names, count);
}

/* Sets `selected` for every check of a list; false for a word that is neither check nor group. */
static bool select_checks(const struct options *options, const struct option_use *use, bool to,
                          bool selected[CHECK_COUNT], const char **why)
{
    for (const char *at = use->value; *at; at += strspn(at, ", ")) {
        size_t length = strcspn(at, ", ");
        const char *word = str_text(options->arena, (struct str){at, length}), *nearest;
        bool known = false;

        for (enum check_id id = 0; id < CHECK_COUNT; id++) {
            if (strcmp(check_of(id)->name, word) == 0 || strcmp(check_of(id)->group, word) == 0) {
                selected[id] = to;
                known = true;
            }
        }
        if (!known && length > 0) {
            nearest = nearest_check(word);
            return wrong(
                options, use, word,
                nearest ? str_printf(options->arena, "is neither a check nor a group; did you mean \"%s\"?", nearest)
                        : "is neither a check nor a group; \"mailready checks\" lists them",
                why);
        }
        at += length;
    }
    return true;
}

/* The words of an option that takes a list, however often it is given. */
static const char *const *list_words(const struct options *options, enum option_id option, size_t *count)
{
    size_t room = 0;
    const char **words;

    for (const struct option_use *use = options_next(options, option, NULL); use;
         use = options_next(options, option, use))
        room += strlen(use->value) + 1;
    words = ARENA_ARRAY(options->arena, const char *, room + 1);
    *count = 0;
    for (const struct option_use *use = options_next(options, option, NULL); use;
         use = options_next(options, option, use))
        for (const char *at = use->value; *at;) {
            size_t length = strcspn(at, ",");

            if (length)
                words[(*count)++] = str_text(options->arena, (struct str){at, length});
            at += length + (at[length] == ',');
        }
    return words;
}

static bool make_selection(const struct options *options, struct settings *out, const char **why)
{
    bool *selected = ARENA_ARRAY(options->arena, bool, CHECK_COUNT), any = false;
    const struct option_use *only = options_next(options, OPT_ONLY, NULL);

    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        selected[id] = !only;
    for (const struct option_use *use = only; use; use = options_next(options, OPT_ONLY, use)) {
        if (!select_checks(options, use, true, selected, why))
            return false;
    }
    for (const struct option_use *use = options_next(options, OPT_SKIP, NULL); use;
         use = options_next(options, OPT_SKIP, use)) {
        if (!select_checks(options, use, false, selected, why))
            return false;
    }
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        any = any || selected[id];
    out->target.selected = selected;
    out->target.only = list_words(options, OPT_ONLY, &out->target.only_count);
    out->target.skip = list_words(options, OPT_SKIP, &out->target.skip_count);
    if (!any)
        *why = "--only and --skip leave no check";
    return any;
}

static const char *known_formats(struct arena *arena)
{
    const char *names = "";

    for (size_t i = 0; reporters[i]; i++)
        names = str_printf(arena, "%s%s%s", names, i ? ", " : "", reporters[i]->name);
    return names;
}

static bool request_of(const struct options *options, const struct option_use *use, struct report_request *out,
                       const char **why)
{
    size_t length = use->id == OPT_FORMAT ? strcspn(use->value, "=") : 0;
    const char *name = str_text(options->arena, (struct str){use->value, length});

    out->where = use->where;
    if (use->id == OPT_OUTPUT) {
        out->path = use->value;
        out->reporter = strcmp(use->value, "-") == 0 ? reporter_by_name("text") : reporter_by_suffix(use->value);
        if (!out->reporter)
            return wrong(options, use, use->value, "has a suffix that names no format; try --format FORMAT=FILE", why);
    } else {
        out->path = use->value[length] == '=' ? use->value + length + 1 : NULL;
        out->reporter = reporter_by_name(name);
        if (!out->reporter)
            return wrong(options, use, name,
                         str_printf(options->arena, "is no format; known are %s", known_formats(options->arena)), why);
        if (out->path && !*out->path)
            return wrong(options, use, use->value, "names no file", why);
    }
    if (out->path && strcmp(out->path, "-") == 0)
        out->path = NULL;
    return true;
}

static bool make_reports(const struct options *options, struct settings *out, const char **why)
{
    static const enum option_id ids[] = {OPT_FORMAT, OPT_OUTPUT};
    const char *on_stdout = NULL;

    out->reports = ARENA_ARRAY(options->arena, struct report_request,
                               count_of(options, OPT_FORMAT) + count_of(options, OPT_OUTPUT) + 1);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        for (const struct option_use *use = options_next(options, ids[i], NULL); use;
             use = options_next(options, ids[i], use)) {
            struct report_request *request = &out->reports[out->report_count++];

            if (!request_of(options, use, request, why))
                return false;
            if (!request->path && on_stdout) {
                *why =
                    str_printf(options->arena, "%s: standard output already has a report (%s)", use->where, on_stdout);
                return false;
            }
            if (!request->path)
                on_stdout = use->where;
        }
    }
    if (out->report_count == 0)
        out->reports[out->report_count++] =
            (struct report_request){.reporter = reporter_by_name("text"), .where = "standard output"};
    return true;
}

static const char *last_value(const struct options *options, enum option_id id)
{
    const struct option_use *use = options_last(options, id);

    return use ? use->value : NULL;
}

bool settings_make(const struct options *options, struct settings *out, const char **why)
{
    const char *fail_on = last_value(options, OPT_FAIL_ON);
    struct ip_network *not_senders;

    *out = (struct settings){
        .target.smtp_port = (uint16_t)options_number(options, OPT_SMTP_PORT, 25),
        .target.sessions = (unsigned)options_number(options, OPT_SESSIONS, 0),
        .trust_ad = options_flag(options, OPT_TRUST_AD),
        .ca_file = last_value(options, OPT_CA_FILE),
        .timeout_ms = options_number(options, OPT_TIMEOUT, AUDIT_MS / 1000) * 1000,
        .in_flight = (size_t)options_number(options, OPT_IN_FLIGHT, 50),
        .trace = options_flag(options, OPT_TRACE),
        .fail_on = FAIL,
        .domains_file = last_value(options, OPT_DOMAINS),
        .record = last_value(options, OPT_RECORD),
        .replay = last_value(options, OPT_REPLAY),
    };
    if (fail_on && strcmp(fail_on, "warn") == 0)
        out->fail_on = WARN;
    else if (fail_on && strcmp(fail_on, "never") == 0)
        out->fail_on = PASS;
    if (!make_senders(options, out, why) || !make_identities(options, out, why) || !make_receivers(options, out, why) ||
        !make_canaries(options, out, why) || !make_bogus_canaries(options, out, why) ||
        !make_resolvers(options, out, why) ||
        !make_networks(options, OPT_NOT_SENDER, &not_senders, &out->target.not_sender_count, why) ||
        !make_connection(options, out, why) || !make_selection(options, out, why) || !make_reports(options, out, why))
        return false;
    out->target.not_senders = not_senders;
    return true;
}
