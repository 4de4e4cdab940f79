/* cmd/resume.h - the journal of a run: where it is, and whether it is one to go on with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cmd/io/journal.h"
#include "cmd/options/run_text.h"

struct options;
struct settings;
struct sheets;

struct resume_plan {
    const struct options *options;
    const struct settings *settings;
    const struct sheets *sheets; /* open */
    const char *const *domains;  /* arguments */
    size_t domain_count;
    int list_fd; /* -1: none */
    const struct run_list *list;
    const char *const *files; /* that the run reads, and whose content counts; NULL among them is fine */
    size_t file_count;
};

/* How many domains there are, where that can be known before they are read. */
struct run_list resume_survey(const char *const *domains, size_t domain_count, int list_fd);
/* READY: the journal is open, or this run needs none, and its path is NULL.  Else the status to end with, and *why. */
enum exit_status resume_open(struct journal *, const struct resume_plan *, const char **why);
/* Closes it.  It is removed where all is said that it is for, or nothing is in it; else its user is told of it. `kept`:
 * by this run. */
void resume_end(struct journal *, bool is_all_said, size_t kept);
