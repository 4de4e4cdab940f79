/* core/result/probe.h - a probe: a pure function from evidence to findings. */
#pragma once

#include <stdbool.h>

struct run;

struct probe {
    const char *name;
    const char *summary;
    /* of checks that it judges, or single ids, comma separated: --only leaves out who judges nothing */
    const char *groups;
    /* good to know: what it asks is counted apart, so that it takes nothing from what must be known */
    bool is_extra;
    void (*run)(struct run *);
};
