/* core/probe.h - a probe: a pure function from evidence to findings. */
#pragma once

struct run;

struct probe {
    const char *name;
    const char *summary;
    const char *groups; /* groups of checks that it judges, comma separated: --only leaves out probes that judge nothing selected */
    void (*run)(struct run *);
};
