/* reports/json/json_parts.h - the parts of a document, in files by what they are about. */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "reports/reporter.h"

struct evidence;
struct finding;
struct mail_path;
struct result;

/* json_setting.c */
void json_add_target(struct report *, cJSON *document, const struct result *result);
void json_add_vantage(struct report *, cJSON *document, const struct result *result);
void json_add_scope(struct report *, cJSON *document, const struct result *result);
void json_add_values(struct report *, cJSON *node, const struct evidence *const *all, size_t count);
void json_add_plan(struct report *, cJSON *document, const struct result *result);

/* json_compact.c: the whole document, as report->document */
void json_make_compact(struct report *, const struct result *);

/* json_findings.c */
void json_add_suppressions(struct report *, cJSON *document, const struct result *result);
void json_add_baseline(struct report *, cJSON *document);
void json_add_finding(struct report *, cJSON *findings, const struct finding *f);
void json_add_causes(struct report *, cJSON *document, const struct result *result);

/* json_senders.c */
void json_add_mail_address(struct report *, cJSON *addresses, const struct mail_path *path);
void json_add_ranges(struct report *, cJSON *document, const struct result *result);
void json_add_identities(struct report *, cJSON *document, const struct result *result);
void json_add_services(struct report *, cJSON *document, const struct result *result);
void json_add_receivers(struct report *, cJSON *document, const struct result *result);
