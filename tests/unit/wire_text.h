/* tests/unit/wire_text.h - names and records for tests of DNSSEC, from their text; each test has its own arena. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/wire_name.h"
#include "core/facts/signed_reply.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct str name_of(const char *text)
{
    struct str name;

    assert_true(wire_name_of(arena, text, &name));
    return name;
}

static struct wire_record record_of(const char *text, bool in_answer)
{
    struct wire_record r = {.in_answer = in_answer};
    const char *why;

    if (!wire_record_parse(arena, text, &r, &why))
        fail_msg("%s: %s", text, why);
    r.in_answer = in_answer;
    return r;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
