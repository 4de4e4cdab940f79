/* reports/language/ascii.h - a catalogue's words for a terminal that has ASCII only. */
#pragma once

#include "core/base/str.h"

struct arena;

/* As people write them who have no other letters: "fuer", "strasse".  What has no such spelling stays. */
const char *ascii_spelled(struct arena *, struct str);
