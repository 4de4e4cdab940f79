/* core/result/identity_internal.h - how a card comes about: rows, comparison, verdict. */
#pragma once

#include <stddef.h>

#include "core/result/identity.h"

/* The worst finding of a check about this address, as sender or as MX host; NULL: there is none. */
const struct finding *identity_finding(const struct result *, const struct mail_address *, enum identity_part,
                                       enum check_id);
enum status identity_weight(struct arena *, const struct result *, const struct mail_address *,
                            const struct identity_name *);
void identity_judge(struct arena *, const struct result *, struct identity *); /* verdict and findings */

struct mail_path;

struct covered { /* does the certificate cover the host? */
    const char *host;
    bool covers;
};

struct identity_build {
    struct arena *arena;
    const struct result *result;
    const struct mail_path *path;
    const struct mail_address *sender;
    struct identity_name *rows;
    const char **keys; /* the name of each row, as names are compared; "" */
    size_t count;
    struct covered *covered; /* what was asked so far: most rows show the same name */
    size_t covered_count;
};

/* identity_rows.c: in the order of their parts */
void identity_add_rows(struct identity_build *);
/* Follows a name to the sending address; says where it leads, NULL where that was not asked. */
const char *identity_follow(const struct identity_build *, const char *host, struct identity_name *row);

/* identity_compare.c */
void identity_compare_rows(struct identity_build *);
