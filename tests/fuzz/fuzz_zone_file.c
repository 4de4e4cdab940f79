/* A hostile master file: every fault names a line of it, and every record that is read survives being printed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/facts/record_text.h"
#include "core/records/zone_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_record(struct arena *arena, const struct zone_record *r)
{
    uint8_t wire[NAME_WIRE_MAX];
    struct dns_record again;
    const char *text, *why;

    if (!name_to_wire(r->owner, wire))
        abort();
    if (!r->is_read)
        return;
    text = record_text(arena, &r->record);
    if (!record_parse(arena, r->record.type, text, &again, &why) || strcmp(record_text(arena, &again), text) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    size_t lines = 1;
    struct zone_file file;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    zone_file_read(arena, (struct str){(const char *)data, size}, NULL, &file);
    for (size_t i = 0; i < file.fault_count; i++)
        if (!file.faults[i].line || file.faults[i].line > lines || !*file.faults[i].text)
            abort();
    for (size_t i = 0; i < file.count; i++)
        expect_record(arena, &file.records[i]);
    if (!file.fault_count && !file.apex)
        abort();
    arena_free(arena);
    return 0;
}
