/* core/derive/final_dot.h - names that got the zone's name behind them, because the final dot was forgotten. */
#pragma once

struct arena;

/* "mx.example.net" for the target "mx.example.net.example.org" of a record of example.org;
 * NULL: the target does not look like that.  It is for names that do not exist. */
const char *name_without_appended_zone(struct arena *, const char *target, const char *domain);
