/* reports/json/json_node.h - members of a document.  Every text is made visible before cJSON gets it; a node that could
 * not be made leaves a hole in the document, so it fails the report's sink. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;
struct text_list;

void json_made(struct report *, const void *node); /* a node that cJSON has given us, or NULL */
void json_add_text(struct report *, cJSON *object, const char *name, const char *text);
void json_add_number(struct report *, cJSON *object, const char *name, int64_t number);
void json_add_bool(struct report *, cJSON *object, const char *name, bool value);
cJSON *json_add_object(struct report *, cJSON *object, const char *name);
cJSON *json_add_array(struct report *, cJSON *object, const char *name);
void json_append(struct report *, cJSON *array, cJSON *item); /* takes the item */
void json_append_text(struct report *, cJSON *array, const char *text);
cJSON *json_append_object(struct report *, cJSON *array);
void json_add_words(struct report *, cJSON *node, const char *name, const char *const *words, size_t count);
void json_add_list(struct report *, cJSON *object, const char *name, const struct text_list *list);
void json_add_pairs(struct report *, cJSON *array, const char *name, const char *text, const char *source);
