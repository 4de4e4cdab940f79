/* core/result/probe.h - a probe: a pure function from evidence to findings. */
#pragma once

#include <stdbool.h>

struct run;

struct probe {
    const char *name;
    const char *summary;
    const char *groups; /* of checks that it judges, or single ids, comma separated: --only leaves out who judges nothing */
    bool is_extra;      /* good to know: what it asks is counted apart, so that it takes nothing from what must be known */
    void (*run)(struct run *);
};
