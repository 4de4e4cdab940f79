/* reports/sink_words.h - for sink.c: a literal of our own, whose words are said in the sink's language. */
#pragma once

#include "reports/sink.h"

/* In HTML what stands between the tags, and in attributes that are read out; elsewhere the whole. */
void sink_say_literal(struct sink *, struct str literal);
void sink_raw(struct sink *, const char *, size_t); /* as it is */
