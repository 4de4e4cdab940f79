/* core/base/json_codec.h - one description of a structure that both reads and writes it as JSON.
 *
 * A description calls one function for each member and stores what it returns:
 *
 *     answer->tcp = json_bool(c, "tcp", answer->tcp, false);
 *     answer->ttl_s = (uint32_t)json_int(c, "ttl", answer->ttl_s, 0, UINT32_MAX, 3600);
 *
 * Writing adds the value given and returns it; reading returns what the file says, or the fallback where it says
 * nothing.  So what is written is what is read.  Writing leaves out flags, texts and lists that are false, NULL or
 * empty by default; numbers and words always stand there.  NULL for a member's name means "the next item of this list".
 *
 * Reading is strict: a value of the wrong type or out of range, and a member that the description never asked for, are
 * errors.  The first one stays in `error`, with its place ("records[2]: ..."); after it everything returns fallbacks.
 * Writing fails only for lack of memory.  Nothing recurses by itself: the depth is the description's own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;
struct cJSON;

enum { JSON_FRAMES = 8, JSON_MEMBERS_ASKED = 32, JSON_ERROR_MAX = 320 };

#define JSON_INT_MAX INT64_C(999999999999999) /* cJSON prints 15 digits of a number exactly, and no more */

struct json_frame { /* an open object or list */
    struct cJSON *node, *next;
    const char *name; /* of the member; NULL: an item */
    size_t index;     /* items taken from it */
    const char *asked[JSON_MEMBERS_ASKED];
    size_t asked_count;
};

struct json_codec {
    struct arena *arena; /* of what is read; scratch when writing */
    bool writing;
    bool failed;
    struct cJSON *root;
    struct json_frame frames[JSON_FRAMES]; /* the first stands for the value itself: a list of one */
    size_t depth;
    char error[JSON_ERROR_MAX];
};

void json_codec_read(struct json_codec *, struct arena *, struct cJSON *value); /* the value stays the caller's */
void json_codec_write(struct json_codec *, struct arena *);
struct cJSON *json_codec_written(struct json_codec *); /* the caller's then; NULL after a failure */
void json_fail(struct json_codec *, const char *member, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What stands there when reading; false when writing. */
bool json_has(const struct json_codec *, const char *member);
bool json_is_text(const struct json_codec *, const char *member);
bool json_is_list(const struct json_codec *, const char *member);
void json_require(struct json_codec *, const char *member);

/* True when entered; json_end() leaves.  Writing enters where `present`; reading, where the member is. */
bool json_object(struct json_codec *, const char *member, bool present);
/* The number of items; entered, and to be left, only when there is one.  Writing: `count`. */
size_t json_list(struct json_codec *, const char *member, size_t count);
void json_end(struct json_codec *);

bool json_bool(struct json_codec *, const char *member, bool value, bool fallback);
int64_t json_int(struct json_codec *, const char *member, int64_t value, int64_t min, int64_t max, int64_t fallback);
/* As json_int(), but the usual value, which reading falls back to, is not written. */
int64_t json_unusual_int(struct json_codec *, const char *member, int64_t value, int64_t min, int64_t max,
                         int64_t usual);
const char *json_text(struct json_codec *, const char *member, const char *value, const char *fallback);
/* As json_text(), but null stands for NULL, which is not the same as what it is where nothing is said. */
const char *json_text_or_null(struct json_codec *, const char *member, const char *value, const char *fallback);
/* As json_text() without a fallback, but NULL is no value and what is read lives as long as the JSON. */
const char *json_borrow(struct json_codec *, const char *member, const char *value);
int json_word(struct json_codec *, const char *member, int value, const char *const words[], int count, int fallback);
struct str json_bytes(struct json_codec *, const char *member, struct str value); /* by bytes_escape() */
struct str json_base64(struct json_codec *, const char *member, struct str value);
/* A member as it is: read, it stays the JSON's; written, the codec's. */
struct cJSON *json_raw(struct json_codec *, const char *member, struct cJSON *value);
struct ip json_ip(struct json_codec *, const char *member, struct ip value);
