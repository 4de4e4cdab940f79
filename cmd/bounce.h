/* cmd/bounce.h - `mailready explain --bounce`: which receiver's rule is behind a rejection, and how to audit it. */
#pragma once

#include "cmd/command.h"

struct arena;

enum exit_status explain_bounce(struct arena *, const char *text); /* "-": standard input */
