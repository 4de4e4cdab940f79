/* cmd/options/settings.h - the options of an audit, understood: addresses are addresses, checks are checks.
 *
 * Everything lives in the options' arena and is const once made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/options/options.h"
#include "core/collect/dns/dns.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/gate.h"

struct arena;
struct reporter;

struct report_request {
    const struct reporter *reporter;
    const char *path;  /* NULL: standard output */
    bool is_directory; /* an index, and a page for each domain */
    const char *where; /* the option that asked for it, to begin a complaint */
};

enum { RESULTS_SHARE = 4, JOB_MEMORY = 16 * 1024 * 1024 }; /* of the memory: a quarter for results; and for a process */

struct settings {
    struct target target;         /* all but the domain; of every domain of this run */
    struct dns_server *resolvers; /* none: the system's */
    size_t resolver_count;
    bool trust_ad;
    bool no_dnsbl;
    const char *helo; /* NULL: this machine's */
    struct ip source4, source6;
    bool use_ipv4, use_ipv6;
    struct ip_network *allowed;
    size_t allowed_count;
    const char *ca_file; /* NULL */
    int64_t timeout_ms;
    int64_t wait_ms;  /* 0: not at all */
    int64_t reuse_s;  /* how old a session in the store may be; 0: none is used again */
    size_t jobs;      /* worker processes; 0: what fits to this machine and the list */
    size_t in_flight; /* domains in each */
    size_t memory;    /* bytes that they and what they are about to report may hold, all together */
    bool trace;
    struct gate gate; /* --fail-on, --receiver */
    bool quiet;
    bool compact;                       /* JSON */
    bool ordered;                       /* results in the order of the list, not as audits end */
    const char *logo_file, *logo_where; /* NULL: there is none; the option that names it */
    bool has_logos;                     /* of the defaults: is there one in any section? */
    const struct language *language;    /* of reports for people; NULL: English */
    unsigned verbose;                   /* 0 to 2 */
    const char *domains_file, *record, *replay, *baseline, *trust_anchor, *journal, *store; /* NULL: not given */
    bool resume;
    bool progress_json, progress_none; /* neither: what fits to standard error */
    struct report_request *reports;    /* at least one */
    size_t report_count;
};

/* The checks that an option names, by id or group, however often it is given; all where it is not. */
bool settings_checks(const struct options *, enum option_id, bool selected[CHECK_COUNT], const char **why);
bool settings_server(struct arena *, const char *text, struct dns_server *out); /* ADDR or ADDR@PORT */
/* complains of those that cannot be used */
void settings_system_servers(struct dns_system *out);
bool settings_make(const struct options *, struct settings *out, const char **why);
/* Reads the logo, or takes that of `like` (NULL is fine) where both name one file. */
bool settings_logo(struct arena *, struct settings *, const struct settings *like, const char **why);
