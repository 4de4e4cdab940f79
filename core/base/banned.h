/* core/base/banned.h - functions that invite mistakes do not compile.  Included before every source by the Makefile.
 *
 * The library headers that declare them come first, so that only our own uses are hit.
 */
#pragma once

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__GNUC__)
#undef sprintf /* with clang, fortified ones are macros */
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strtok sprintf vsprintf gmtime localtime atoi system getaddrinfo
#endif
