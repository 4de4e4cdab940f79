/* cmd/setup.c - from settings to the configuration of engines. */
#include "cmd/setup.h"

#include <sys/resource.h>
#include <unistd.h>

#include "cmd/io/file.h"
#include "cmd/options/project.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/facts/vantage.h"
#include "core/records/dnsbl.h"
#include "probes/probes.h"

enum { DESCRIPTORS_WANTED = 65536 };

static struct dns_config dns_config_of(const struct setup *setup)
{
    const struct settings *settings = &setup->project->defaults;
    struct dns_config config = {.servers = settings->resolvers,
                                .server_count = settings->resolver_count,
                                .trust_ad = settings->trust_ad,
                                .trace = setup->trace};
    struct dns_system *found;

    if (config.server_count == 0) {
        found = ARENA_NEW(setup->arena, struct dns_system);
        settings_system_servers(found);
        config.servers = found->servers;
        config.server_count = found->count;
    }
    return config;
}

/* Where the user named none: the usual lists for a single domain,
 * unless they would refuse the resolver.  (threats.md A6) */
static void choose_blocklists(const struct setup *setup, struct settings *settings, const struct dns_config *dns)
{
    const char **zones;
    size_t count = 0;

    if (settings->target.dnsbl_count || settings->no_dnsbl || setup->recording || !setup->is_for_one_domain)
        return;
    for (size_t i = 0; i < dns->server_count; i++)
        if (dnsbl_refuses_resolver(&dns->servers[i].ip))
            return;
    while (dnsbl_standard(count))
        count++;
    zones = ARENA_ARRAY(setup->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        zones[i] = dnsbl_standard(i);
    settings->target.dnsbls = zones;
    settings->target.dnsbl_count = count;
}

static void fit_settings(const struct setup *setup, struct settings *settings, const struct dns_config *dns)
{
    choose_blocklists(setup, settings, dns);
    if (!settings->target.sessions && !setup->is_for_one_domain) /* a mail server of many domains is visited once:
                                                                    threats.md A1 */
        settings->target.sessions = 1;
}

struct engine_config setup_engines(const struct setup *setup)
{
    struct settings *settings = &setup->project->defaults;
    struct engine_config config = {.probes = all_probes,
                                   .probe_count = all_probe_count,
                                   .audit_ms = settings->timeout_ms,
                                   .trace = setup->trace,
                                   .plan = setup->plan,
                                   .asks_zones = settings->wait_ms > 0,
                                   .replay = setup->recording};

    config.helo = settings->helo ? settings->helo : vantage_look(setup->arena, NULL)->host;
    config.dns = dns_config_of(setup);
    fit_settings(setup, settings, &config.dns);
    for (size_t i = 0; i < setup->project->section_count; i++)
        fit_settings(setup, &setup->project->sections[i].settings, &config.dns);
    config.smtp = (struct smtp_config){.our_name = config.helo,
                                       .source4 = settings->source4,
                                       .source6 = settings->source6,
                                       .use_ipv4 = settings->use_ipv4,
                                       .use_ipv6 = settings->use_ipv6,
                                       .allowed = settings->allowed,
                                       .allowed_count = settings->allowed_count,
                                       .ca = setup->ca,
                                       .session_ms = settings->timeout_ms,
                                       .trace = setup->trace};
    return config;
}

bool setup_ca(struct arena *arena, const struct settings *settings, const char **ca, const char **why)
{
    struct str bytes = {0};

    *ca = NULL;
    if (settings->ca_file && !file_read(arena, settings->ca_file, JSON_BYTES, &bytes, why))
        return false;
    if (settings->ca_file)
        *ca = str_text(arena, bytes);
    return true;
}

size_t setup_jobs(const struct settings *settings)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t processors = online > 1 ? (size_t)online : 1, fit = settings->memory / JOB_MEMORY;

    return processors < fit ? processors : fit ? fit : 1;
}

enum progress_kind setup_progress(const struct settings *settings, bool several)
{
    return settings->progress_json   ? PROGRESS_JSON
           : settings->progress_none ? PROGRESS_NONE
                                     : progress_usual(settings->trace, several, settings->quiet);
}

void setup_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
    setrlimit(RLIMIT_NOFILE, &limit);
}
