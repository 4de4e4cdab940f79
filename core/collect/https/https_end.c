/* core/collect/https/https_end.c - the kinds of end and the trouble behind each. */
#include "core/collect/https/https_end.h"

#include <stdlib.h>

#include "core/collect/smtp/smtp_end.h"

static struct https_failure failure(enum https_end end, enum reason reason, enum side side, const char *why)
{
    return (struct https_failure){end, {reason, side, why}};
}

/* TCP is the same for everybody. */
struct https_failure https_connect_failure(int os_error, const struct ip *peer, bool bound)
{
    struct smtp_failure tcp = smtp_connect_failure(os_error, peer, false, bound);

    switch (tcp.end) {
    case SMTP_END_REFUSED:
        return (struct https_failure){HTTPS_END_REFUSED, tcp.trouble};
    case SMTP_END_RESET:
        return (struct https_failure){HTTPS_END_LOST, tcp.trouble};
    case SMTP_END_TIMEOUT:
        return (struct https_failure){HTTPS_END_TIMEOUT, tcp.trouble};
    case SMTP_END_UNREACHABLE:
        return (struct https_failure){HTTPS_END_UNREACHABLE, tcp.trouble};
    default:
        return (struct https_failure){HTTPS_END_LOCAL, tcp.trouble};
    }
}

struct https_failure https_timeout_failure(const struct https_response *seen)
{
    const char *why = "the response comes too slowly";

    if (seen->connect_ms < 0)
        why = "no answer before the deadline while connecting";
    else if (!seen->tls)
        why = "no answer before the deadline in the TLS handshake";
    else if (!seen->status)
        why = "no response before the deadline";
    return failure(HTTPS_END_TIMEOUT, REASON_TIMEOUT, SIDE_NETWORK, why);
}

struct https_failure https_not_tried_failure(bool switched_off, bool use_ipv4)
{
    if (!switched_off)
        return https_stop_failure(HTTPS_END_NOT_CONTACTED);
    if (use_ipv4)
        return failure(HTTPS_END_LOCAL, REASON_NO_IPV6_HERE, SIDE_US, "IPv6 is switched off");
    return failure(HTTPS_END_LOCAL, REASON_NOT_CONTACTED, SIDE_US, "IPv4 is switched off");
}

struct https_failure https_library_failure(void)
{
    return failure(HTTPS_END_LOCAL, REASON_RESOURCES, SIDE_US, "the libraries of this machine cannot fetch by HTTPS");
}

struct https_failure https_stop_failure(enum https_end end)
{
    switch (end) {
    case HTTPS_END_OK:
        return (struct https_failure){.end = end};
    case HTTPS_END_LOST:
        return failure(end, REASON_CONNECTION_LOST, SIDE_TARGET,
                       "the connection was lost before the response was complete");
    case HTTPS_END_TLS:
        return failure(end, REASON_PROTOCOL, SIDE_TARGET, "the TLS handshake failed");
    case HTTPS_END_CERTIFICATE:
        return failure(end, REASON_PROTOCOL, SIDE_TARGET, "the certificate is not valid");
    case HTTPS_END_HEADERS:
        return failure(end, REASON_PROTOCOL, SIDE_TARGET, "the header is too large");
    case HTTPS_END_TOO_LARGE:
        return failure(end, REASON_PROTOCOL, SIDE_TARGET, "the response is too large");
    case HTTPS_END_PROTOCOL:
        return failure(end, REASON_PROTOCOL, SIDE_TARGET, "the response is not plain HTTP/1.1");
    case HTTPS_END_NOT_CONTACTED:
        return (struct https_failure){end, trouble_of(REASON_NOT_CONTACTED)};
    case HTTPS_END_BUDGET:
        return (struct https_failure){end, trouble_of(REASON_BUDGET)};
    case HTTPS_END_REFUSED:
    case HTTPS_END_TIMEOUT:
    case HTTPS_END_UNREACHABLE:
    case HTTPS_END_LOCAL:
    case HTTPS_END_COUNT:
        break;
    }
    abort(); /* those have functions of their own */
}
