/* tests/fuzz/fuzz_sts_policy.c - a policy that is accepted keeps to the limits,
 * has patterns of host names, and says the same with other line ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/sts_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

static struct str with_lf(struct arena *arena, struct str body)
{
    char *bytes = arena_alloc(arena, body.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < body.len; i++)
        if (!(body.at[i] == '\r' && i + 1 < body.len && body.at[i + 1] == '\n'))
            bytes[len++] = body.at[i];
    return (struct str){bytes, len};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 24);
    struct str body = {(const char *)data, size};
    struct sts_policy policy, again;
    const char *why;

    if (!sts_policy_parse(arena, body, &policy, &why)) {
        expect(strlen(why) > 0);
        arena_free(arena);
        return 0;
    }
    expect(policy.mode != STS_NO_MODE && policy.max_age_s <= STS_MAX_AGE);
    expect(policy.mx_count > 0 || policy.mode == STS_MODE_NONE);
    expect(policy.mx_count <= STS_MX_MAX && (policy.mx_left_out == 0 || policy.mx_count == STS_MX_MAX));
    for (size_t i = 0; i < policy.mx_count; i++) {
        struct str mx = policy.mx[i];
        const char *text = str_text(arena, mx), *star = strchr(text, '*');

        expect(mx.at >= body.at && mx.at + mx.len <= body.at + size);
        expect(strlen(text) == mx.len && (!star || (star == text && star[1] == '.' && !strchr(star + 1, '*'))));
        expect(sts_policy_covers(&policy, star ? str_printf(arena, "label.%s", text + 2) : text));
        expect(!star || !sts_pattern_matches(mx, text + 2));
    }
    expect(sts_policy_parse(arena, with_lf(arena, body), &again, &why));
    expect(again.mode == policy.mode && again.max_age_s == policy.max_age_s && again.mx_count == policy.mx_count);
    arena_free(arena);
    return 0;
}
