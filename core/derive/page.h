/* core/derive/page.h - a file that a record names by its URL: the host's addresses, then one GET. */
#pragma once

#include "core/base/trouble.h"
#include "core/facts/dns_answer.h"
#include "core/facts/https_response.h"

struct run;

enum page_step {
    PAGE_PENDING,
    PAGE_UNDECIDED, /* see `trouble` */
    PAGE_FAULTY,    /* it cannot be had: see `fault` */
    PAGE_SOUND,     /* 200, and the whole body */
};

struct page {
    enum page_step step;
    struct trouble trouble;
    const char *fault; /* a sentence about what is behind the URL; holds remote bytes */
    const char *url;
    size_t body_max;                       /* octets */
    const struct dns_answer *a, *aaaa;     /* of the host; NULL: pending */
    const struct https_response *response; /* NULL: pending, or not asked for */
};

/* Of what is behind the URL body_max octets are read; more are a fault. */
struct page need_page(struct run *, const char *url, size_t body_max);
/* PAGE_SOUND: there is one, whatever it is worth */
struct page need_response(struct run *, const char *url, size_t body_max);
