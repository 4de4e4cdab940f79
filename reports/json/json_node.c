/* reports/json/json_node.c - members of a document, each made or the end of it. */
#include <errno.h>

#include "core/base/json.h"
#include "core/derive/mail_path.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"

/* A node that could not be made leaves a hole in the document, so it is the end of the document. */
void json_made(struct report *report, const void *node)
{
    if (!node)
        sink_fail(&report->sink, ENOMEM);
}

/* Names are constants, and texts the result's or the report's, which outlive the document: cJSON need not copy them. */
static cJSON *text_node(struct report *report, const char *text)
{
    return cJSON_CreateStringReference(sink_visible_text(report->arena, text));
}

static cJSON *add(struct report *report, cJSON *object, const char *name, cJSON *item) /* takes the item */
{
    if (!cJSON_AddItemToObjectCS(object, name, item)) {
        cJSON_Delete(item);
        item = NULL;
    }
    json_made(report, item);
    return item;
}

void json_add_text(struct report *report, cJSON *object, const char *name, const char *text)
{
    add(report, object, name, text_node(report, text));
}

void json_add_number(struct report *report, cJSON *object, const char *name, int64_t number)
{
    add(report, object, name, json_number(number));
}

void json_add_bool(struct report *report, cJSON *object, const char *name, bool value)
{
    add(report, object, name, cJSON_CreateBool(value));
}

cJSON *json_add_object(struct report *report, cJSON *object, const char *name)
{
    return add(report, object, name, cJSON_CreateObject());
}

cJSON *json_add_array(struct report *report, cJSON *object, const char *name)
{
    return add(report, object, name, cJSON_CreateArray());
}

void json_append(struct report *report, cJSON *array, cJSON *item) /* takes the item */
{
    json_made(report, item);
    if (!cJSON_AddItemToArray(array, item)) {
        cJSON_Delete(item);
        json_made(report, NULL);
    }
}

void json_append_text(struct report *report, cJSON *array, const char *text)
{
    json_append(report, array, text_node(report, text));
}

cJSON *json_append_object(struct report *report, cJSON *array)
{
    cJSON *object = cJSON_CreateObject();

    json_append(report, array, object);
    return object;
}

void json_add_words(struct report *report, cJSON *node, const char *name, const char *const *words, size_t count)
{
    cJSON *array = json_add_array(report, node, name);

    for (size_t i = 0; i < count; i++)
        json_append_text(report, array, words[i]);
}

void json_add_list(struct report *report, cJSON *object, const char *name, const struct text_list *list)
{
    cJSON *array = json_add_array(report, object, name);

    for (size_t i = 0; i < list->count; i++)
        json_append_text(report, array, list->at[i]);
}

void json_add_pairs(struct report *report, cJSON *array, const char *name, const char *text, const char *source)
{
    cJSON *node = json_append_object(report, array);

    json_add_text(report, node, name, text);
    json_add_text(report, node, "source", source);
}
