/* A session that a store holds, whoever wrote it: it is used for its own server only, or not at all, and what is used
 * can be judged. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/audit/earlier.h"
#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/evidence_json.h"
#include "core/facts/smtp_session.h"
#include "tests/fuzz/printable.h"

enum { SPAN_S = 3600, ROOM = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t now_s = 1767225600;
    static const char key_text[] = "smtp:192.0.2.1:25/mx1.example.org";
    struct arena *arena = arena_new((size_t)EVIDENCE_BYTES);
    struct earlier *earlier = earlier_new(SPAN_S, ROOM);
    struct evidence wanted = {.text = key_text};
    char error[EVIDENCE_ERROR_MAX];
    struct cJSON *json;
    size_t packed_size = 0;
    char *packed = gzip_pack((struct str){(const char *)data, size}, &packed_size);

    if (arena && earlier && packed && key_parse(arena, key_text, &wanted.key)) {
        earlier_add(earlier, key_text, (struct str){packed, packed_size});
        json = earlier_find(earlier, &wanted, now_s);
        if (json) {
            const struct smtp_session *session = evidence_from_json(arena, &wanted.key, key_text, json, error);

            EXPECT(session && session->end == SMTP_END_OK && session->greeting.code == 220);
            EXPECT(session->greeted_s >= now_s - SPAN_S && session->greeted_s <= now_s);
        }
        cJSON_Delete(json);
    }
    earlier_free(earlier);
    earlier = earlier_new(SPAN_S, ROOM);
    if (arena && earlier && wanted.key.name) { /* not packed by us */
        earlier_add(earlier, key_text, (struct str){(const char *)data, size});
        cJSON_Delete(earlier_find(earlier, &wanted, now_s));
    }
    earlier_free(earlier);
    free(packed);
    arena_free(arena);
    return 0;
}
