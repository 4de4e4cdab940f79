/* cmd/options/options.h - the options of every command.
 *
 * One table says all about them.  Parsing, --help, the manual and the completion of shells follow it, so they cannot
 * differ.  Long names are a contract; they are also the keys of the configuration file, and in capitals with "_" the
 * environment's (MAILREADY_FAIL_ON).
 *
 * A value comes from the command line, the environment or the file: there from the section of a domain, or from what
 * holds for all.  The strongest source that mentions an option decides alone: values of weaker sources are not added to
 * it, but for those of options that say what is agreed upon (`gathers`).  Options of the interface that this version
 * lacks are in the table too, marked `planned`: they are refused by name.
 *
 * Uses point into argv, the environment or the arena, and live as long as these.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

enum option_id {
    OPT_DOMAINS,
    OPT_SENDER,
    OPT_NOT_SENDER,
    OPT_FROM_MTA,
    OPT_DKIM,
    OPT_DKIM_GUESS,
    OPT_MAIL_FROM,
    OPT_FROM,
    OPT_VOLUME,
    OPT_RECEIVER,
    OPT_ONLY,
    OPT_SKIP,
    OPT_FAIL_ON,
    OPT_FORMAT,
    OPT_OUTPUT,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_COMPACT,
    OPT_ORDERED,
    OPT_RESOLVER,
    OPT_TRUST_AD,
    OPT_HELO,
    OPT_SMTP_PORT,
    OPT_SESSIONS,
    OPT_SOURCE,
    OPT_IPV4,
    OPT_IPV6,
    OPT_ALLOW_NET,
    OPT_CA_FILE,
    OPT_CANARY,
    OPT_BOGUS_CANARY,
    OPT_TRUST_ANCHOR,
    OPT_DNSBL,
    OPT_NO_DNSBL,
    OPT_ACTIVE,
    OPT_OWN,
    OPT_TIMEOUT,
    OPT_JOBS,
    OPT_IN_FLIGHT,
    OPT_MEMORY,
    OPT_JOURNAL,
    OPT_RESUME,
    OPT_STORE,
    OPT_REUSE,
    OPT_PROGRESS,
    OPT_ZONE,
    OPT_ASSUME,
    OPT_RECORD,
    OPT_REPLAY,
    OPT_TRACE,
    OPT_BASELINE,
    OPT_EXPECT,
    OPT_WAIT,
    OPT_CONFIG,
    OPT_CLIENT,
    OPT_CONSULTANT,
    OPT_LOGO,
    OPT_LANG,
    OPT_OWNER,
    OPT_IGNORE,
    OPT_LEVEL,
    OPT_AUDIT_HELP,
    OPT_EXPLAIN_BOUNCE,
    OPT_EXPLAIN_HELP,
    OPT_CHECKS_FORMAT,
    OPT_CHECKS_HELP,
    OPT_SPF_IP,
    OPT_SPF_HELO,
    OPT_SPF_MAIL_FROM,
    OPT_SPF_RESOLVER,
    OPT_SPF_TIMEOUT,
    OPT_SPF_TRACE,
    OPT_SPF_HELP,
    OPT_LINT_FAIL_ON,
    OPT_LINT_HELP,
    OPT_DIFF_FORMAT,
    OPT_DIFF_FAIL_ON,
    OPT_DIFF_HELP,
    OPT_HISTORY_STORE,
    OPT_HISTORY_SINCE,
    OPT_HISTORY_FORMAT,
    OPT_HISTORY_HELP,
    OPT_STORE_STORE,
    OPT_STORE_CHECK,
    OPT_STORE_STATUS,
    OPT_STORE_SINCE,
    OPT_STORE_FORMAT,
    OPT_STORE_KEEP,
    OPT_STORE_HELP,
    OPT_HELP_MAN,
    OPT_HELP_COMPLETION,
    OPT_HELP_HELP,
    OPTION_COUNT
};

enum option_type {
    OPTION_FLAG,     /* --name, or --name=yes and --name=no */
    OPTION_TEXT,     /* checked by whoever uses it */
    OPTION_NUMBER,   /* least..most */
    OPTION_CHOICE,   /* one of `choices` */
    OPTION_CHECKS,   /* ids and groups of checks, comma separated */
    OPTION_READ,     /* a file that is read */
    OPTION_WRITE,    /* a file that is written */
    OPTION_REPORT,   /* a format, or FORMAT=FILE */
    OPTION_RECEIVER, /* a receiver's name; checked by whoever uses it */
};

/* Where help and manual show an option of audit; other commands have too few for that. */
enum option_group { GROUP_MORE, GROUP_WHAT, GROUP_SENDS, GROUP_JUDGE, GROUP_PRINT, GROUP_ASK, OPTION_GROUP_COUNT };

struct option {
    const char *command;
    const char *name; /* without "--" */
    enum option_group group;
    char letter; /* 0: no short form */
    enum option_type type;
    const char *argument; /* as help shows it; NULL for flags */
    bool repeatable;
    bool planned;         /* part of the interface, not of this version */
    bool whole_run;       /* not for a single domain: it has no place in a section of the file */
    bool file_only;       /* a key of the file, and no flag */
    bool gathers;         /* all sources count */
    const char *standard; /* the default, as help shows it; NULL */
    const char *choices;  /* separated by blanks */
    long least, most;
    const char *help;
};

extern const struct option option_table[OPTION_COUNT];

enum option_source { SOURCE_FILE, SOURCE_SECTION, SOURCE_ENVIRONMENT, SOURCE_FLAG }; /* weakest first */

struct option_use {
    enum option_id id;
    const char *value; /* flags: "yes" or "no" */
    enum option_source source;
    const char *domain; /* of SOURCE_SECTION; else NULL */
    const char *where;  /* to begin a complaint: "--sender", "MAILREADY_SENDER", "mailready.conf:3: sender" */
};

struct option_section { /* of the file */
    const char *domain;
    const char *where; /* "mailready.conf:3" */
};

struct arena;

struct options {
    struct arena *arena; /* for texts */
    const char *command;
    const char *usual_format; /* of a report that nobody asked for */
    struct option_use *uses;
    size_t use_count, use_room;
    struct option_section *sections;
    size_t section_count;
    const char *domain;     /* whose section counts, and is added to; NULL: none */
    const char **arguments; /* what is neither an option nor its value */
    size_t argument_count;
};

struct options options_new(struct arena *, const char *command);

/* All false with *why in the arena: one line that says what and where. */
bool options_parse(struct options *, int argc, char **argv, const char **why); /* argv[0] is not looked at */
bool options_environment(struct options *, char **environment, const char **ignored, const char **why);
bool options_add(struct options *, enum option_id, const char *value, enum option_source, const char *where,
                 const char **why);

bool option_is_flag(const struct option *);                                        /* one that the command line takes */
bool option_find(const char *command, const char *name, enum option_id *out);      /* by its whole long name */
const char *option_nearest(struct arena *, const char *command, const char *name); /* NULL: none is near */
const char *option_variable(struct arena *, enum option_id);                       /* "MAILREADY_FAIL_ON" */

/* With what is said for this domain, and for all, and nothing else: each look walks through all uses. */
struct options options_of(const struct options *, const char *domain);
/* The uses that count, of the strongest source, in order: begin with NULL, the end is NULL. */
const struct option_use *options_next(const struct options *, enum option_id, const struct option_use *);
const struct option_use *options_last(const struct options *, enum option_id); /* for options that are not repeatable */
bool options_flag(const struct options *, enum option_id);
enum status options_fail_on(const struct options *, enum option_id); /* one that takes a status; PASS for "never" */
/* "FILE:LINE" of a use, "--KEY" or the variable where no file has it. */
const char *option_place(struct arena *, const struct option_use *);
long options_number(const struct options *, enum option_id, long standard);
