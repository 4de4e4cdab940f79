/* core/collect/https/https_curl.h - libcurl, loaded when the first response is asked for.
 *
 * Linked in the usual way it would bring 25 more libraries into every start of the program: 6 ms of CPU, where an audit that
 * needs no HTTPS takes 3.  So its functions are called through a table: curl->easy_init() is curl_easy_init().
 */
#pragma once

#include <stdbool.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt /* macros that name the functions, which are not linked */
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(X)                                                                                              \
    X(global_init)                                                                                                     \
    X(global_cleanup)                                                                                                  \
    X(version_info)                                                                                                    \
    X(slist_append)                                                                                                    \
    X(slist_free_all)                                                                                                  \
    X(easy_init)                                                                                                       \
    X(easy_setopt)                                                                                                     \
    X(easy_getinfo)                                                                                                    \
    X(easy_cleanup)                                                                                                    \
    X(multi_init)                                                                                                      \
    X(multi_setopt)                                                                                                    \
    X(multi_assign)                                                                                                    \
    X(multi_add_handle)                                                                                                \
    X(multi_socket_action)                                                                                             \
    X(multi_info_read)                                                                                                 \
    X(multi_remove_handle)                                                                                             \
    X(multi_cleanup)

struct curl {
    void *library;
#define CURL_POINTER(name) __typeof__(&curl_##name) name;
    CURL_FUNCTIONS(CURL_POINTER)
#undef CURL_POINTER
};

/* False: it is not there, or has no OpenSSL beneath it, which tls_witness_attend() needs. */
bool curl_load(struct curl *);
void curl_unload(struct curl *); /* fine after a load that failed */
