/* A hostile recording, judged by every probe and told by every reporter, in each language and shape: what comes out is
 * what its format is, quotes nothing raw, and says as much as was found.  (threats.md, section 7) */
#include <cjson/cJSON.h>
#include <expat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/result/result.h"
#include "probes/probes.h"
#include "reports/language/language.h"
#include "reports/reporter.h"
#include "tests/fuzz/markup.h"
#include "tests/fuzz/printable.h"
#include "tests/fuzz/rendered.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMPACT_BYTES = 4096, SHAPES = 4 };

/* ---- what is expected of each format ---- */

/* Lines of reports end in LF, those of CSV in CR LF. */
static void expect_lines(const char *text, bool is_ascii)
{
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        EXPECT(!is_ascii || *at < 0x80);
        if (at[0] == '\n' || (at[0] == '\r' && at[1] == '\n'))
            at++;
        else
            at += expect_printable_character(at);
    }
}

static void expect_no_commands(const char *text)
{
    EXPECT(!strstr(text, "##[") && !strstr(text, "##vso[") && !strstr(text, "##teamcity["));
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        EXPECT(strncmp(line + strspn(line, " "), "::", 2) != 0);
}

static void expect_commands(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        EXPECT(!strncmp(line, "::error title=", 14) || !strncmp(line, "::warning title=", 16) ||
               !strncmp(line, "::notice title=", 15));
        if (!strchr(line, '\n'))
            break;
    }
}

/* What is to be copied as it is: a record, or the command that audits again. */
static bool is_to_be_copied(const char *line)
{
    return strstr(line, " 3600 IN ") || strstr(line, "mailready audit ");
}

/* In ASCII, where octets are columns: a line that is wider has a word that is too wide, and little else. */
static void expect_columns(const char *text, size_t width)
{
    for (; *text; text += *text == '\n') {
        size_t length = strcspn(text, "\n"), word = 0, widest = 0;
        char *line = strndup(text, length);

        EXPECT(line != NULL);
        for (size_t i = 0; i < length; i++) {
            word = line[i] == ' ' ? 0 : word + 1;
            widest = word > widest ? word : widest;
        }
        EXPECT(length <= width || is_to_be_copied(line) || length - widest < width);
        free(line);
        text += length;
    }
}

static cJSON *parsed(struct arena *arena, const char *text, size_t size)
{
    const char *why = NULL;
    cJSON *document = json_parse(arena, text, size, &why);

    if (!document)
        fprintf(stderr, "%s\n", why);
    EXPECT(document != NULL);
    return document;
}

static size_t count_of(const cJSON *document, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(document, name);

    EXPECT(cJSON_IsArray(list));
    return (size_t)cJSON_GetArraySize(list);
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    EXPECT(cJSON_IsString(item));
    return item->valuestring;
}

/* It has every finding, in order, and its counts are of these. */
static void expect_document(const cJSON *document, const struct result *result, bool is_compact)
{
    const cJSON *counts = cJSON_GetObjectItemCaseSensitive(document, "counts"), *count, *finding;
    size_t sum = 0, i = 0;

    EXPECT(*text_of(document, "verdict") != '\0');
    if (is_compact)
        return;
    EXPECT(count_of(document, "findings") == result->finding_count);
    cJSON_ArrayForEach(finding, cJSON_GetObjectItemCaseSensitive(document, "findings"))
    {
        EXPECT(strcmp(text_of(finding, "id"), check_of(result->findings[i++]->check)->name) == 0);
        EXPECT(*text_of(finding, "status") != '\0' && *text_of(finding, "message") != '\0');
    }
    cJSON_ArrayForEach(count, counts) sum += (size_t)count->valueint;
    EXPECT(sum == result->finding_count);
}

static void expect_json(struct arena *arena, const char *text, const struct result *result, bool is_compact)
{
    cJSON *document = parsed(arena, text, strlen(text));

    expect_document(cJSON_IsArray(document) ? cJSON_GetArrayItem(document, 0) : document, result, is_compact);
    cJSON_Delete(document);
}

static void expect_json_line(struct arena *arena, const char *text, const struct result *result, bool is_compact)
{
    size_t length = strcspn(text, "\n");

    EXPECT(text[length] == '\n' && text[length + 1] == '\0');
    EXPECT(!is_compact || length < COMPACT_BYTES);
    expect_json(arena, text, result, is_compact);
}

static void expect_any_json(struct arena *arena, const char *text)
{
    cJSON_Delete(parsed(arena, text, strlen(text)));
}

static void expect_xml(const char *text)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");

    EXPECT(parser && XML_Parse(parser, text, (int)strlen(text), 1) == XML_STATUS_OK);
    XML_ParserFree(parser);
}

/* RFC 4180, and nothing that a spreadsheet would compute. */
static void expect_table(const char *text, const struct result *result)
{
    size_t fields = 0, rows = 0;
    bool is_quoted = false, begins = true;

    for (const char *at = text; *at; at++) {
        EXPECT(is_quoted || !begins || !strchr("=+-@\t", *at));
        if (*at == '"') {
            EXPECT(is_quoted || begins || at[-1] == '"');
            is_quoted = !is_quoted;
            EXPECT(!is_quoted || !begins || !at[1] || !strchr("=+-@", at[1]));
        }
        begins = !is_quoted && (*at == ',' || *at == '\n');
        fields += !is_quoted && *at == ',';
        rows += !is_quoted && *at == '\n';
    }
    EXPECT(!is_quoted && rows == 1 + result->finding_count && fields % rows == 0);
}

static void expect_figures(const char *text) /* the bar stands once, in the first line */
{
    size_t bar = strcspn(text, "|");

    EXPECT(bar < strcspn(text, "\n") && !strchr(text + bar + 1, '|'));
}

/* NAME{LABEL="VALUE",...} NUMBER, or a comment. */
static void expect_metrics(const char *text)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz_";

    for (const char *at = text; *at; at++) {
        if (*at == '#') {
            at += strcspn(at, "\n");
            continue;
        }
        EXPECT(strspn(at, names) > 0);
        at += strspn(at, names);
        while (*at == '{' || *at == ',') {
            at++;
            EXPECT(strspn(at, names) > 0);
            at += strspn(at, names);
            EXPECT(at[0] == '=' && at[1] == '"');
            for (at += 2; *at && *at != '"' && *at != '\n'; at++)
                if (*at == '\\')
                    EXPECT(strchr("\\\"n", *++at) && *at);
            EXPECT(*at++ == '"');
        }
        at += *at == '}';
        EXPECT(*at == ' ');
        at++;
        EXPECT(strspn(at, "-0123456789.") > 0);
        at += strspn(at, "-0123456789.");
        EXPECT(*at == '\n');
    }
}

/* ---- reports ---- */

struct shape {
    struct report_options options;
    bool is_german;
};

static const struct shape shapes[SHAPES] = {
    {{.utf8 = true, .width = 80, .verbose = 2}, false},
    {{.width = 40, .verbose = 1, .compact = true}, false},
    {{.utf8 = true, .several = true, .verbose = 1}, true},
    {{.width = 80, .verbose = 1, .several = true, .compact = true}, true},
};

/* Read once, as it takes longer than all else. */
static const struct language *german(void)
{
    static struct arena *arena;
    static const struct language *language;

    if (!arena) {
        arena = arena_new(SIZE_MAX);
        language = language_read(arena, "de", language_words("de"));
    }
    return language;
}

static void expect_format(struct arena *arena, const char *name, const char *text, const struct result *result,
                          const struct report_options *options)
{
    expect_lines(text, strcmp(name, "text") == 0 && !options->utf8);
    if (strcmp(name, "text") == 0 && !options->utf8)
        expect_columns(text, options->width);
    if (strcmp(name, "github") == 0)
        expect_commands(text);
    else
        expect_no_commands(text);
    if (strcmp(name, "json") == 0)
        expect_json(arena, text, result, options->compact);
    if (strcmp(name, "jsonl") == 0)
        expect_json_line(arena, text, result, options->compact);
    if (strcmp(name, "sarif") == 0 || strcmp(name, "gitlab") == 0)
        expect_any_json(arena, text);
    if (strcmp(name, "junit") == 0)
        expect_xml(text);
    if (strcmp(name, "html") == 0 || strcmp(name, "pdf") == 0)
        expect_page(text);
    if (strcmp(name, "csv") == 0)
        expect_table(text, result);
    if (strcmp(name, "nagios") == 0)
        expect_figures(text);
    if (strcmp(name, "prometheus") == 0)
        expect_metrics(text);
}

static void tell(const struct result *result, const struct shape *shape)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct report_options options = shape->options;

    options.language = shape->is_german ? german() : NULL;
    for (size_t i = 0; reporters[i]; i++) {
        char *text = rendered(reporters[i], &options, result);

        expect_format(arena, reporters[i]->name, text, result, &options);
        free(text);
    }
    arena_free(arena);
}

/* ---- the audit ---- */

struct telling {
    unsigned shapes; /* bits */
    bool done;
};

static void take_result(void *arg, const struct result *result)
{
    struct telling *telling = arg;

    for (unsigned i = 0; i < SHAPES; i++)
        if (telling->shapes & 1u << i)
            tell(result, &shapes[i]);
    telling->done = true;
}

static void audit(const struct recording *recording, unsigned wanted)
{
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct telling telling = {.shapes = wanted};
    struct loop *loop = loop_new();
    const char *why;
    struct engine *engine = engine_new(loop, &config, &why);

    EXPECT(engine && engine_audit(engine, recording_target(recording), take_result, &telling));
    while (!telling.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
}

/* All shapes of a seed; one, which the data decide, where speed counts, and then seldom a German one, since comparing
 * with all entries takes the most by far under a fuzzer. */
static unsigned wanted_of(const uint8_t *data, size_t size)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + data[i];
    return 1u << (sum % 16 ? sum % 2 : 2 + sum / 16 % 2);
#else
    (void)data;
    (void)size;
    return (1u << SHAPES) - 1;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why;
    struct recording *recording = recording_read(arena, (const char *)data, size, &why);

    if (recording)
        audit(recording, wanted_of(data, size));
    recording_free(recording);
    arena_free(arena);
    return 0;
}
