/* core/collect/tls/anchors.c - trust anchors in an X509_STORE. */
#include "core/collect/tls/anchors.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
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

/* Files named by hash, "4042bcee.0": then whoever keeps the directory put all anchors there. */
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
        found = strspn(entry->d_name, "0123456789abcdef") == HASH_DIGITS && entry->d_name[HASH_DIGITS] == '.';
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

bool anchors_add_file(struct anchors *anchors, const char *ca_file, const char **why)
{
    ERR_clear_error();
    *why = no_memory;
    if (!anchors_open(anchors))
        return false;
    if (X509_STORE_load_file(anchors->store, ca_file))
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

const char *const *anchors_places(struct arena *arena, const char *ca_file)
{
    const char *rest = directories();
    const char **places = ARENA_ARRAY(arena, const char *, strlen(rest) + 4);
    struct str directory;
    size_t count = 0;

    if (ca_file)
        places[count++] = ca_file;
    places[count++] = file();
    while (next_directory(&rest, &directory))
        places[count++] = str_text(arena, directory);
    places[count] = NULL;
    return places;
}
