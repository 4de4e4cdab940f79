/* reports/language/languages.c - the catalogues that the program holds. */
#include "reports/language/language.h"

#include <string.h>

#include "reports/languages.h" /* made by the Makefile from reports/language/NAME.words */

const char *language_tags(void)
{
#define LANGUAGE(name, bytes) ", " name
    return "en" LANGUAGES(LANGUAGE);
#undef LANGUAGE
}

struct str language_words(const char *tag)
{
#define LANGUAGE(name, bytes)                                                                                          \
    if (strcmp(tag, name) == 0)                                                                                        \
        return (struct str){(const char *)(bytes), sizeof(bytes)};
    LANGUAGES(LANGUAGE)
#undef LANGUAGE
    (void)tag;
    return (struct str){NULL, 0};
}
