/* cmd/io/file.h - files that the user names to be read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

/* Opens a file that is no directory; -1 with *why: "FILE: No such file or directory".  "-" is standard input. */
int file_open(struct arena *, const char *path, const char **why);
/* The whole of it, at most `most` bytes. */
bool file_read(struct arena *, const char *path, size_t most, struct str *out, const char **why);

struct str line_trimmed(struct str line); /* without blanks at both ends, and without the CR of a CRLF */
