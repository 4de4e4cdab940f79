/* core/derive/services_internal.h - the services of a domain while they are found out; for services*.c only. */
#pragma once

#include "core/derive/services.h"

struct arena;
struct run;

enum { CLUES_MAX = 8, OWN_SELECTORS_MAX = 16 };

struct service_candidate {
    struct service service;
    struct service_clue *clues;         /* of CLUES_MAX, NULL until the first: most services are not the domain's */
    struct service_selector *selectors; /* of OWN_SELECTORS_MAX, likewise */
    struct service_candidate *sold_as; /* whose clues are its, too; NULL */
    struct service_candidate *for_spf; /* that the include is perhaps for this one, says this candidate; NULL */
};

struct services_build {
    struct run *run;
    struct arena *arena;
    const char *domain, *organisation;
    struct service_candidate *of; /* one for each provider, in their order, then one without */
    char spf_ends;                /* the qualifier of "all" in the domain's SPF record; 0: there is none */
    const struct trouble *spf_trouble; /* of a record that may name any of them; NULL */
    bool pending;
};

/* services_spf.c: behind the MX hosts, since it asks who receives. */
void look_at_spf_of_services(struct services_build *);

/* services_clues.c: MX hosts, declared bounce domains, and what SPF leads to. */
void look_for_clues(struct services_build *);
/* Only an alias shows that a name which customers of the service usually have is its return path here. */
void try_usual_envelope(struct services_build *, struct service_candidate *, const char *envelope);
struct service_candidate *service_candidate_of(const struct services_build *, const struct provider *);
/* Whoever runs such a service himself is not its customer. */
bool is_own_name(const struct services_build *, const char *name);
void add_service_clue(const struct services_build *, struct service_candidate *, struct service_clue, unsigned role);
unsigned sending_role(const struct provider *);

/* services_keys.c: whose the declared selectors are, and what is found at the usual names. */
void add_declared_selectors(struct services_build *);
void find_service_keys(struct services_build *);
void keep_service_selector(const struct services_build *, struct service_candidate *, struct service_selector);
