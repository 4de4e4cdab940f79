/* reports/html/html_index.h - the page that leads to the pages of many domains, one file each beside it.
 *
 * It is written as a report like others, but by who writes the pages, and not by its name: so it is in no list of
 * formats.  `report->is_cut_short` set before report_end() makes it say that domains are missing.
 */
#pragma once

#include "reports/reporter.h"

struct arena;

#define HTML_INDEX_FILE "index.html"

extern const struct reporter html_index_reporter;

/* The file of a domain's page: "example.org.html".  Letters, digits, dots, hyphens and underscores only, and "=" that
 * begins what had to be spelled; never a hidden file, the index, nor a name that an operating system keeps for itself;
 * short enough for any file system.  Two domains never have the same one. */
const char *html_page_file(struct arena *, const char *domain);
