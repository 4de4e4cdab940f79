/* --trace: an event is a line, whatever stands in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/trace.h"

enum { HUGE_BYTES = 1 << 20 };

static char *text;
static size_t size;

static struct trace *open_trace(FILE **out)
{
    *out = open_memstream(&text, &size);
    assert_non_null(*out);
    return trace_new(*out);
}

static void close_trace(struct trace *trace, FILE *out)
{
    trace_free(trace);
    assert_int_equal(fclose(out), 0);
}

static size_t lines(void)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

static void remote_bytes_are_one_line(void **state)
{
    FILE *out;
    struct trace *trace = open_trace(&out);

    (void)state;
    trace_event(trace, "smtp", "192.0.2.1:25", "%s", "line\nline\x1b[31m");
    trace_bytes(trace, "smtp <", "192.0.2.1:25", (struct str){"a\0b\r\nc", 6});
    close_trace(trace, out);
    assert_int_equal(lines(), 2);
    assert_null(memchr(text, 0x1b, size));
    assert_null(memchr(text, 0, size));
    assert_non_null(strstr(text, "192.0.2.1:25"));
    free(text);
}

static void systems_that_run_this_obey_no_peer(void **state)
{
    FILE *out;
    struct trace *trace = open_trace(&out);

    (void)state;
    trace_event(trace, "smtp", "192.0.2.1:25", "%s", "a ##[error] b ####");
    trace_bytes(trace, "smtp <", "192.0.2.1:25", str_of("##[group]"));
    close_trace(trace, out);
    assert_null(strstr(text, "##"));
    assert_non_null(strstr(text, "a #\\x23[error] b #"));
    free(text);
}

static void long_ones_are_cut(void **state)
{
    char *bytes = malloc(HUGE_BYTES);
    struct trace *trace;
    FILE *out;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 0xff, HUGE_BYTES);
    trace = open_trace(&out);
    trace_bytes(trace, "smtp <", "192.0.2.1:25", (struct str){bytes, HUGE_BYTES});
    trace_event(trace, "smtp", "192.0.2.1:25", "next");
    close_trace(trace, out);
    assert_int_equal(lines(), 2);
    assert_true(size > HUGE_BYTES / 4 && size < 2 * HUGE_BYTES);
    assert_non_null(strstr(text, "next\n"));
    free(bytes);
    free(text);
}

static void none_is_fine(void **state)
{
    (void)state;
    trace_event(NULL, "smtp", "", "nothing");
    trace_bytes(NULL, "smtp", "", str_of("nothing"));
    trace_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remote_bytes_are_one_line),
        cmocka_unit_test(systems_that_run_this_obey_no_peer),
        cmocka_unit_test(long_ones_are_cut),
        cmocka_unit_test(none_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
