/* tests/fuzz/fuzz_sink.c - whatever the bytes, each sink keeps to its language (threats.md, section 7). */

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "reports/sink.h"
#include "tests/fuzz/printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *encode(enum sink_language language, struct str in, const char *printed)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    struct sink sink = sink_to(file, language);

    if (printed)
        sink_json(&sink, printed);
    else
        sink_bytes(&sink, in);
    EXPECT(sink_finish(&sink) == 0);
    fclose(file);
    return out;
}

static void expect_no_markup(const char *html)
{
    EXPECT(strpbrk(html, "<>\"'") == NULL);
    for (const char *at = strchr(html, '&'); at; at = strchr(at + 1, '&'))
        EXPECT(!strncmp(at, "&amp;", 5) || !strncmp(at, "&lt;", 4) || !strncmp(at, "&gt;", 4) ||
               !strncmp(at, "&quot;", 6) || !strncmp(at, "&#39;", 5) || !strncmp(at, "&#35;", 5) ||
               !strncmp(at, "&#58;", 5));
}

/* As the runners of GitHub, Azure and TeamCity look for commands in a line. */
static void expect_no_command(const char *text)
{
    EXPECT(strstr(text, "##") == NULL);
    EXPECT(strncmp(text + strspn(text, " "), "::", 2) != 0);
}

/* The same text, or with "##" and a leading ":" spelled. */
static void expect_same_but_commands(const char *visible, const char *text)
{
    if (!strstr(visible, "##") && visible[strspn(visible, " ")] != ':')
        EXPECT(strcmp(visible, text) == 0);
}

static void expect_language(enum sink_language language, struct str in)
{
    char *out = encode(language, in, NULL);

    expect_printable(out);
    expect_no_command(out);
    if (language == SINK_MARKDOWN || language == SINK_NAGIOS)
        EXPECT(!strchr(out, '|'));
    if (language == SINK_GITHUB_PROPERTY)
        EXPECT(!strpbrk(out, ":,"));
    if (language == SINK_CSV)
        for (const char *at = strchr(out, '"'); at; at = strchr(at + 2, '"'))
            EXPECT(at[1] == '"');
    free(out);
}

/* What goes into a JSON string comes out of it again. */
static void expect_json(const char *string, bool same)
{
    cJSON *node = cJSON_CreateString(string), *parsed;
    char *printed = cJSON_PrintUnformatted(node), *out = encode(SINK_JSON, (struct str){NULL, 0}, printed);

    expect_printable(out);
    EXPECT((parsed = cJSON_Parse(out)) != NULL);
    EXPECT(!same || strcmp(parsed->valuestring, string) == 0);
    cJSON_Delete(parsed);
    cJSON_Delete(node);
    cJSON_free(printed);
    free(out);
}

/* The same without cJSON. */
static void expect_json_string(const char *visible)
{
    char *out = encode(SINK_JSON, str_of(visible), NULL), *quoted = malloc(strlen(out) + 3);
    cJSON *parsed;

    EXPECT(quoted != NULL);
    memcpy(quoted + 1, out, strlen(out));
    quoted[0] = quoted[strlen(out) + 1] = '"';
    quoted[strlen(out) + 2] = '\0';
    EXPECT((parsed = cJSON_Parse(quoted)) != NULL);
    EXPECT(strcmp(parsed->valuestring, visible) == 0);
    cJSON_Delete(parsed);
    free(quoted);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = {(const char *)data, size};
    struct arena *arena = arena_new(16 * 1024 * 1024 + size * 16);
    const char *visible = sink_visible(arena, in);
    char *text = encode(SINK_TEXT, in, NULL), *html = encode(SINK_HTML, in, NULL);

    expect_same_but_commands(visible, text);
    for (int language = 0; language < SINK_LANGUAGE_COUNT; language++)
        expect_language((enum sink_language)language, in);
    expect_json_string(visible);
    EXPECT(strcmp(sink_visible(arena, str_of(visible)), visible) == 0);
    expect_printable(text);
    expect_printable(html);
    expect_no_markup(html);
    expect_json(visible, true);
    expect_json(str_text(arena, in), false);
    free(text);
    free(html);
    arena_free(arena);
    return 0;
}
