/* core/base/trace.h - one line an event on a stream: --trace.
 *
 * A line is "SECONDS WHAT PEER TEXT"; remote bytes in it are spelled by bytes_escape(), so it is safe on a terminal and
 * one event is always one line.  A NULL trace swallows everything.
 */
#pragma once

#include <stdio.h>

#include "core/base/str.h"

struct trace;

struct trace *trace_new(FILE *); /* borrows the stream */
void trace_free(struct trace *);
void trace_event(struct trace *, const char *what, const char *peer, const char *format, ...)
    __attribute__((format(printf, 4, 5))); /* "%s" of our own words only */
void trace_bytes(struct trace *, const char *what, const char *peer, struct str bytes);
