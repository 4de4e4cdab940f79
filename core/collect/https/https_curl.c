/* core/collect/https/https_curl.c - finds libcurl and its functions. */
#include "core/collect/https/https_curl.h"

#include <dlfcn.h>
#include <string.h>

static bool find(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);

    if (size != sizeof found || !found)
        return false;
    memcpy(function, &found, size); /* C knows no way from an object's address to a function's; POSIX does */
    return true;
}

static bool find_all(struct curl *curl)
{
#define FIND(name)                                                                                                     \
    if (!find(curl->library, "curl_" #name, &curl->name, sizeof curl->name))                                           \
        return false;
    CURL_FUNCTIONS(FIND)
#undef FIND
    return true;
}

bool curl_load(struct curl *curl)
{
    const curl_version_info_data *about;

    curl->library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!curl->library)
        return false;
    if (find_all(curl) && curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        about = curl->version_info(CURLVERSION_NOW);
        if (about->ssl_version && strncmp(about->ssl_version, "OpenSSL/", 8) == 0)
            return true;
        curl->global_cleanup();
    }
    dlclose(curl->library);
    curl->library = NULL;
    return false;
}

void curl_unload(struct curl *curl)
{
    /* It stays mapped, since what it has told OpenSSL and its other libraries would not go with it. */
    if (curl->library)
        curl->global_cleanup();
    curl->library = NULL;
}
