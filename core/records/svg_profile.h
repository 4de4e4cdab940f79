/* core/records/svg_profile.h - the part of svg.c that knows SVG Tiny PS, and no XML.  For svg.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/records/svg.h"

struct svg_profile { /* of one document */
    struct svg *svg;
    char *view_box;   /* has room for the longest value */
    bool knows_xlink; /* the prefix is declared */
    size_t line;      /* of the element that is judged */
};

/* `attributes` are names, each followed by its value, and NULL. */
void svg_judge_element(struct svg_profile *, const char *name, const char *const *attributes, bool is_root,
                       size_t line);

void svg_add_fault(struct svg *, enum svg_fault_kind, struct str what, size_t line);
