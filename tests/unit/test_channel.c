/* Messages between two processes: whole, in order, and only as long as they may be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/channel.h"
#include "core/base/loop.h"

enum { LONGEST = 1 << 20, MESSAGES = 5 };

struct end {
    struct loop *loop;
    size_t lengths[MESSAGES + 1], count;
    size_t until;
    bool is_lost, refuses;
};

static bool message(void *arg, struct str text)
{
    struct end *end = arg;

    for (size_t i = 0; i < text.len; i++)
        assert_int_equal((unsigned char)text.at[i], (unsigned char)i);
    assert_true(end->count < MESSAGES);
    end->lengths[end->count++] = text.len;
    if (end->count == end->until)
        loop_stop(end->loop);
    return !end->refuses;
}

static void lost(void *arg)
{
    struct end *end = arg;

    assert_false(end->is_lost);
    end->is_lost = true;
    loop_stop(end->loop);
}

static const struct channel_handler handler = {.message = message, .lost = lost};

static void are_whole(void **state)
{
    static const size_t lengths[MESSAGES] = {0, 1, LONGEST, 3, 100000};
    char *text = malloc(LONGEST);
    struct loop *loop = loop_new();
    struct end here = {.loop = loop}, there = {.loop = loop, .until = MESSAGES};
    struct channel *channels[2];
    int ends[2];

    (void)state;
    for (size_t i = 0; i < LONGEST; i++)
        text[i] = (char)i;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    channels[0] = channel_new(loop, ends[0], LONGEST, &handler, &here);
    channels[1] = channel_new(loop, ends[1], LONGEST, &handler, &there);
    for (size_t i = 0; i < MESSAGES; i++)
        assert_true(channel_send(channels[0], (struct str){text, lengths[i]}));
    loop_run(loop);
    assert_memory_equal(there.lengths, lengths, sizeof lengths);
    channel_free(channels[0]);
    loop_run(loop);
    assert_true(there.is_lost);
    assert_int_equal(here.count, 0);
    channel_free(channels[1]);
    free(text);
    loop_free(loop);
}

/* Also where the loop does not go on. */
static void are_closed_at_once(void **state)
{
    struct loop *loop = loop_new();
    struct end end = {.loop = loop};
    struct channel *channel;
    char octet;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    channel = channel_new(loop, ends[0], LONGEST, &handler, &end);
    channel_free(channel);
    assert_int_equal(recv(ends[1], &octet, 1, MSG_DONTWAIT), 0);
    close(ends[1]);
    loop_free(loop);
}

/* A socket that is none is no channel, and what was given is closed. */
static void need_a_socket(void **state)
{
    struct loop *loop = loop_new();
    struct end end = {.loop = loop};

    (void)state;
    assert_null(channel_new(loop, -1, LONGEST, &handler, &end));
    channel_free(NULL);
    loop_free(loop);
}

/* What is written octet by octet, and what is none. */
static void end_with(const char *octets, size_t size, bool refuses, size_t arrive)
{
    struct loop *loop = loop_new();
    struct end end = {.loop = loop, .refuses = refuses};
    struct channel *channel;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    channel = channel_new(loop, ends[0], LONGEST, &handler, &end);
    assert_int_equal(write(ends[1], octets, size), size);
    if (arrive == MESSAGES) /* the other side is there, and the channel ends all the same */
        loop_run(loop);
    close(ends[1]);
    if (!end.is_lost)
        loop_run(loop);
    assert_true(end.is_lost);
    assert_int_equal(end.count, arrive == MESSAGES ? refuses : arrive);
    channel_free(channel);
    loop_free(loop);
}

static void end_where_they_are_none(void **state)
{
    static const char whole[] = {2, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const char long_one[] = {1, 0, 16, 0, 0, 0, 0, 0}, endless[] = {-1, -1, -1, -1, -1, -1, -1, -1};

    (void)state;
    for (size_t size = 1; size < sizeof whole; size++)
        end_with(whole, size, false, 0);
    end_with(whole, sizeof whole, false, 1);
    end_with(whole, sizeof whole, true, MESSAGES);
    end_with(long_one, sizeof long_one, false, MESSAGES);
    end_with(endless, sizeof endless, false, MESSAGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(are_whole), cmocka_unit_test(are_closed_at_once),
                                       cmocka_unit_test(need_a_socket),
                                       cmocka_unit_test(end_where_they_are_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
