/* A hostile configuration file: it is understood whole, or refused with file and line; so are its values. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options/config.h"
#include "cmd/options/options.h"
#include "cmd/options/project.h"
#include "core/base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct options options = options_new(arena, "audit");
    struct project project;
    const char *why = NULL;

    if (!config_parse(&options, "f", (const char *)data, size, &why)) {
        if (!why || strncmp(why, "f:", 2) != 0)
            abort();
    } else if (!project_make(&options, &project, &why)) {
        if (!why)
            abort();
    } else if (project.defaults.report_count == 0 || project.defaults.timeout_ms <= 0 ||
               project.defaults.in_flight == 0) {
        abort();
    }
    arena_free(arena);
    return 0;
}
