/* core/collect/smtp/smtp_end.c - from errno and state to the kind of end and the trouble behind it. */
#include "core/collect/smtp/smtp_end.h"

#include <errno.h>

#include "core/base/str.h"

static struct smtp_failure failure(enum smtp_end end, int os_error, enum reason reason, enum side side, const char *why)
{
    return (struct smtp_failure){end, os_error, {reason, side, why}};
}

static struct smtp_failure no_ipv6(enum smtp_end end, int os_error)
{
    return (struct smtp_failure){end, os_error, trouble_of(REASON_NO_IPV6_HERE)};
}

struct smtp_failure smtp_connect_failure(int os_error, const struct ip *peer, bool at_once, bool bound)
{
    bool is_ipv6 = peer->family == IP_V6;

    switch (os_error) {
    case ECONNREFUSED:
        return failure(SMTP_END_REFUSED, os_error, REASON_CONNECTION_LOST, SIDE_TARGET, "the connection was refused");
    case ECONNRESET:
        return failure(SMTP_END_RESET, os_error, REASON_CONNECTION_LOST, SIDE_TARGET,
                       "the connection was reset as soon as it stood");
    case ETIMEDOUT:
        return failure(SMTP_END_TIMEOUT, os_error, REASON_TIMEOUT, SIDE_NETWORK,
                       "no answer before the deadline while connecting");
    case ENETUNREACH:
        if (is_ipv6 && at_once)
            return no_ipv6(SMTP_END_UNREACHABLE, os_error);
        return failure(SMTP_END_UNREACHABLE, os_error, REASON_TIMEOUT, SIDE_NETWORK, "the network is unreachable");
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return failure(SMTP_END_UNREACHABLE, os_error, REASON_TIMEOUT, SIDE_NETWORK, "the host is unreachable");
    case EAFNOSUPPORT:
        if (is_ipv6)
            return no_ipv6(SMTP_END_LOCAL, os_error);
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US, "this machine has no IPv4");
    case EADDRNOTAVAIL:
        if (bound)
            return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US,
                           "the source address cannot be used on this machine");
        if (is_ipv6)
            return no_ipv6(SMTP_END_LOCAL, os_error);
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US, "this machine has no port or address left");
    case EPERM:
    case EACCES:
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US,
                       "this machine, perhaps its firewall, does not permit the connection");
    case EMFILE:
    case ENFILE:
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US, "this machine ran out of descriptors");
    case ENOBUFS:
    case ENOMEM:
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US, "this machine ran out of memory");
    default:
        return failure(SMTP_END_LOCAL, os_error, REASON_RESOURCES, SIDE_US, "this machine could not connect");
    }
}

struct smtp_failure smtp_lost_failure(struct arena *arena, int os_error, enum smtp_state state)
{
    switch (os_error) {
    case ENOMEM:
    case ENOBUFS:
        return smtp_memory_failure();
    case ETIMEDOUT:
        return smtp_timeout_failure(arena, state);
    default: /* ECONNRESET, EPIPE; EHOSTUNREACH and others by ICMP */
        return failure(SMTP_END_RESET, os_error, REASON_CONNECTION_LOST, SIDE_TARGET,
                       str_printf(arena, "the connection was reset %s", smtp_state_during(state)));
    }
}

struct smtp_failure smtp_closed_failure(struct arena *arena, enum smtp_state state)
{
    return failure(SMTP_END_CLOSED, 0, REASON_CONNECTION_LOST, SIDE_TARGET,
                   str_printf(arena, "the connection was closed %s", smtp_state_during(state)));
}

struct smtp_failure smtp_timeout_failure(struct arena *arena, enum smtp_state state)
{
    return failure(SMTP_END_TIMEOUT, 0, REASON_TIMEOUT, SIDE_NETWORK,
                   str_printf(arena, "no answer before the deadline %s", smtp_state_during(state)));
}

/* The first of the fatal violations, in words. */
static const char *violation_words(unsigned violations)
{
    if (violations & SMTP_BAD_CODE)
        return "a reply line does not begin with a reply code";
    if (violations & SMTP_BAD_SEPARATOR)
        return "the reply code is not followed by a space or a hyphen";
    if (violations & SMTP_CODE_CHANGES)
        return "the reply code changes within one reply";
    if (violations & SMTP_TOO_MANY_LINES)
        return "a reply has too many lines";
    if (violations & SMTP_TOO_MANY_BYTES)
        return "the peer sent too many bytes";
    return "the peer spoke before it was asked";
}

struct smtp_failure smtp_violation_failure(unsigned violations)
{
    return failure(SMTP_END_PROTOCOL, 0, REASON_PROTOCOL, SIDE_TARGET, violation_words(violations));
}

struct smtp_failure smtp_memory_failure(void)
{
    return (struct smtp_failure){SMTP_END_LOCAL, ENOMEM, trouble_of(REASON_RESOURCES)};
}
