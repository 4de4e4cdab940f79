/* reports/summary.h - an audit for people who run no mail server: one sentence, and five tiles.
 *
 * Nothing is judged here: a tile takes the worst status of what was found about its matter, and the sentence puts
 * together who refuses (core/result/receiver.h) and what repairs that (core/result/cause.h).  Texts are the arena's,
 * and may hold remote bytes.
 */
#pragma once

#include "core/base/status.h"
#include "core/result/result.h"

struct arena;

enum { TILE_COUNT = 5 };

struct tile {
    const char *title;  /* "Permission (SPF)" */
    const char *asks;   /* "May this server send for the domain?" */
    enum status status; /* SKIPPED: not looked at */
    const char *words;  /* one line without a full stop */
    const char *unseen; /* why nobody looked, and might; NULL: somebody did, or it is a service's */
};

size_t summary_tile_of(const struct finding *); /* the tile that it is about; TILE_COUNT: none */
void summary_tiles(struct arena *, const struct result *, struct tile tiles[TILE_COUNT]);

/* Who refuses, from where, why, what repairs it, and who can do that; where nobody refuses, what stands against the
 * mail, or that nothing does. */
const char *summary_sentence(struct arena *, const struct result *);
const char *summary_not_checked(struct arena *, const struct result *); /* "Signature (DKIM)"; NULL: all was */

const char *summary_words(struct arena *, const char *line); /* to go on with: "The server ..." as "the server ..." */
