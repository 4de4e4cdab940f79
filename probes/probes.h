/* probes/probes.h - THE list of probes, in report order. */
#pragma once

#include <stddef.h>

struct probe;

extern const struct probe *const all_probes[];
extern const size_t all_probe_count;
