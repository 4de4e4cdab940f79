/* cmd/options/settings_internal.h - the parts that settings.c is made of.
 *
 * All false with *why in the options' arena, and with it the place that the value comes from.
 */
#pragma once

#include "cmd/options/options.h"
#include "cmd/options/settings.h"

bool settings_senders(const struct options *, struct settings *, const char **why);
bool settings_identities(const struct options *, struct settings *, const char **why);
bool settings_agreements(const struct options *, struct settings *, const char **why);
bool settings_memory(const struct options *, struct settings *, const char **why);
bool settings_receivers(const struct options *, struct settings *, const char **why);
bool settings_canaries(const struct options *, struct settings *, const char **why);
bool settings_bogus_canaries(const struct options *, struct settings *, const char **why);
bool settings_trust_anchors(const struct options *, struct settings *, const char **why);
bool settings_resolvers(const struct options *, struct settings *, const char **why);
bool settings_connection(const struct options *, struct settings *, const char **why);
bool settings_selection(const struct options *, struct settings *, const char **why);
bool settings_letterhead(const struct options *, struct settings *, const char **why);
bool settings_language(const struct options *, struct settings *, const char **why);
bool settings_reports(const struct options *, struct settings *, const char **why);

bool settings_networks(const struct options *, enum option_id, struct ip_network **, size_t *count, const char **why);
bool settings_domains(const struct options *, enum option_id, const char *const **, size_t *count, const char **why);

size_t settings_count(const struct options *, enum option_id); /* how often it is given */
/* False, with "WHERE: "VALUE" WHAT". */
bool settings_wrong(const struct options *, const struct option_use *, const char *value, const char *what,
                    const char **why);
const char *settings_unbracketed(struct arena *, const char *text); /* "[2001:db8::1]" */
bool settings_is_helo(const char *text);
