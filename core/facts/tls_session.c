/* core/facts/tls_session.c - certificates of a session. */
#include "core/facts/tls_session.h"

#include "core/base/arena.h"
#include "core/base/x509.h"

const struct trouble no_authorities_here = {
    REASON_RESOURCES, SIDE_US, "this machine has no certificates of authorities (Debian has them in ca-certificates)"};

struct certificate certificate_read(struct arena *arena, struct str der)
{
    struct x509_facts *facts = ARENA_NEW(arena, struct x509_facts);

    return (struct certificate){der, x509_facts(arena, der, facts) ? facts : NULL};
}

const struct x509_facts *tls_session_leaf(const struct tls_session *session)
{
    return session->chain_count > 0 ? session->chain[0].facts : NULL;
}
