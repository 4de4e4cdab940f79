/* cmd/archive/reading.h - steps that the commands share which ask a store. */
#pragma once

#include "cmd/archive/archive.h"
#include "cmd/command.h"
#include "cmd/options/options.h"

/* The store that the option names; NULL with *status, and it is said. */
struct archive *reading_begin(const struct options *, enum option_id store, enum archive_use, enum exit_status *status);
enum exit_status reading_failed(const struct archive *, enum archive_outcome); /* says it */
/* A moment (when.h) that the option names, NULL where it is not given; false: it is none, and *why. */
bool reading_moment(const struct options *, enum option_id, const char **moment, const char **why);
