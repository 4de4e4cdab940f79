/* core/collect/tls/anchors.h - whom chains have to lead to: the system's authorities, and those that the user adds.
 *
 * The system's are where OpenSSL's environment says (SSL_CERT_FILE; SSL_CERT_DIR, with ":" between directories), or
 * else in the places that it was built with.  They are read when a certificate first needs them, and only those that it
 * needs where a directory has them by hash.
 */
#pragma once

#include <stdbool.h>

#include <openssl/x509_vfy.h>

struct arena;

struct anchors {
    X509_STORE *store; /* NULL until it is needed, or there are extra ones */
    /* The bundle costs 25 ms of CPU: read when a chain lacks its anchor and there is no directory by hash, or when the
     * user names one in the environment. */
    bool needs_no_bundle;
    bool has_bundle, has_directory;
};

bool anchors_open(struct anchors *); /* makes the store; false: no memory */
bool anchors_add(struct anchors *, const char *pem, const char **why); /* extra ones; false with *why */
void anchors_use_directory(struct anchors *);
bool anchors_use_bundle(struct anchors *); /* true: there are more now, so try again */
bool anchors_has_system(const struct anchors *); /* false: this machine has no authorities, as far as was looked */
void anchors_close(struct anchors *);

/* Whether a file is named by hash, "4042bcee.0": then whoever keeps the directory put all anchors there. */
bool anchors_is_by_hash(const char *name);
/* The files and directories that may be opened.  NULL ends them. */
const char *const *anchors_places(struct arena *);
