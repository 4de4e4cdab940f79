/* core/collect/tls/anchors.c - trust anchors in an X509_STORE. */
#include "core/collect/tls/anchors.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/base/arena.h"
#include "core/base/library_memory.h"
#include "core/base/str.h"

enum { HASH_DIGITS = 8 };

static const char *file(void)
{
    const char *named = getenv(X509_get_default_cert_file_env());

    return named ? named : X509_get_default_cert_file();
}

static const char *directories(void)
{
    const char *named = getenv(X509_get_default_cert_dir_env());

    return named ? named : X509_get_default_cert_dir();
}

/* Takes the first of `*rest`; false at its end. */
static bool next_directory(const char **rest, struct str *directory)
{
    if (!**rest)
        return false;
    *directory = (struct str){*rest, strcspn(*rest, ":")};
    *rest += directory->len + ((*rest)[directory->len] == ':');
    return true;
}

bool anchors_is_by_hash(const char *name)
{
    return strspn(name, "0123456789abcdef") == HASH_DIGITS && name[HASH_DIGITS] == '.';
}

static bool is_hashed(struct str directory)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    bool found = false;
    DIR *dir;

    if (directory.len >= sizeof path)
        return false;
    memcpy(path, directory.at, directory.len);
    path[directory.len] = '\0';
    dir = opendir(path);
    while (dir && !found && (entry = readdir(dir)))
        found = anchors_is_by_hash(entry->d_name);
    if (dir)
        closedir(dir);
    return found;
}

bool anchors_open(struct anchors *anchors)
{
    if (!anchors->store)
        anchors->store = X509_STORE_new();
    return anchors->store;
}

/* Whatever else there is between them, such as keys, is passed over. */
static bool add_all(X509_STORE *store, const char *pem)
{
    char no_password[] = ""; /* and nobody is asked for one */
    BIO *bio = BIO_new_mem_buf(pem, -1);
    STACK_OF(X509_INFO) *all = bio ? PEM_X509_INFO_read_bio(bio, NULL, NULL, no_password) : NULL;
    int added = 0;

    for (int i = 0; i < sk_X509_INFO_num(all) && added >= 0; i++) {
        X509 *cert = sk_X509_INFO_value(all, i)->x509;

        if (cert)
            added = X509_STORE_add_cert(store, cert) ? added + 1 : -1;
    }
    sk_X509_INFO_pop_free(all, X509_INFO_free);
    BIO_free(bio);
    return added > 0;
}

bool anchors_add(struct anchors *anchors, const char *pem, const char **why)
{
    ERR_clear_error();
    *why = no_memory;
    if (!anchors_open(anchors))
        return false;
    if (add_all(anchors->store, pem))
        return true;
    if (!library_lacks_memory())
        *why = "the CA file cannot be read, or holds no certificate";
    ERR_clear_error();
    return false;
}

void anchors_use_directory(struct anchors *anchors)
{
    X509_LOOKUP *lookup = X509_STORE_add_lookup(anchors->store, X509_LOOKUP_hash_dir());
    bool is_default = !getenv(X509_get_default_cert_dir_env()) && !getenv(X509_get_default_cert_file_env());
    const char *rest = directories();
    struct str directory;

    if (!lookup || !X509_LOOKUP_add_dir(lookup, NULL, X509_FILETYPE_DEFAULT))
        return;
    while (!anchors->has_directory && next_directory(&rest, &directory))
        anchors->has_directory = is_hashed(directory);
    anchors->needs_no_bundle = is_default && anchors->has_directory;
}

bool anchors_use_bundle(struct anchors *anchors)
{
    X509_LOOKUP *lookup;

    if (anchors->needs_no_bundle)
        return false;
    lookup = X509_STORE_add_lookup(anchors->store, X509_LOOKUP_file());
    anchors->needs_no_bundle = true; /* tried once, whatever comes of it */
    anchors->has_bundle = lookup && X509_LOOKUP_load_file(lookup, NULL, X509_FILETYPE_DEFAULT);
    return anchors->has_bundle;
}

bool anchors_has_system(const struct anchors *anchors)
{
    return anchors->has_directory || anchors->has_bundle;
}

void anchors_close(struct anchors *anchors)
{
    X509_STORE_free(anchors->store);
    *anchors = (struct anchors){0};
}

const char *const *anchors_places(struct arena *arena)
{
    const char *rest = directories();
    const char **places = ARENA_ARRAY(arena, const char *, strlen(rest) + 3);
    struct str directory;
    size_t count = 0;

    places[count++] = file();
    while (next_directory(&rest, &directory))
        places[count++] = str_text(arena, directory);
    places[count] = NULL;
    return places;
}
