/* cmd/io/sheets.c - opens, feeds and closes the reports of a run. */
#include "cmd/io/sheets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/io/pages.h"
#include "cmd/io/sandbox.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/html/html_index.h"

enum { WIDEST = 120, WIDTH = 80, ONE_FILE_DOMAINS = 100 /* in HTML: ten megabytes */ };

static bool clash(struct sheets *sheets, const struct output *output)
{
    for (size_t i = 0; i < sheets->count; i++) {
        if (output_same_file(&sheets->at[i].output, output))
            return true;
    }
    return false;
}

/* `pages` NULL: into one file. */
static enum exit_status open_one(struct sheets *sheets, struct arena *arena, struct output *output, struct pages *pages,
                                 const char *path, const char **why)
{
    if (pages ? !pages_open(pages, output, arena, path, why) : !output_open(output, arena, path, why))
        return EXIT_STATUS_FAULT;
    if (clash(sheets, output)) {
        *why = str_printf(arena, "%s: two outputs have this name", path);
        output_abandon(output);
        if (pages)
            pages_close(pages, true);
        return EXIT_STATUS_USAGE;
    }
    return EXIT_STATUS_READY;
}

static bool in_ci(void)
{
    const char *ci = getenv("CI");

    return ci && *ci && strcmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
}

/* What cannot be opened is said, and left out: the others are written. */
static enum exit_status open_or_leave(struct sheets *sheets, struct arena *arena, struct output *output,
                                      struct pages *pages, const char *path, const char **why)
{
    enum exit_status status = open_one(sheets, arena, output, pages, path, why);

    if (status == EXIT_STATUS_FAULT) {
        complain("%s", *why);
        *why = NULL;
        sheets->failed = true;
    }
    return status;
}

static enum exit_status open_printer(struct sheets *sheets, struct arena *arena, struct sheet *sheet, const char **why)
{
    if (print_open(&sheet->print, arena, why))
        return EXIT_STATUS_READY;
    complain("%s: %s", sheet->output.path, *why);
    *why = NULL;
    output_abandon(&sheet->output);
    sheets->failed = true;
    return EXIT_STATUS_FAULT;
}

enum exit_status sheets_open(struct sheets *sheets, struct arena *arena, const struct settings *settings,
                             const char **why)
{
    enum exit_status status = EXIT_STATUS_READY;

    *sheets = (struct sheets){
        .at = ARENA_ARRAY(arena, struct sheet, settings->report_count), .record.directory = -1, .logs = in_ci()};
    for (size_t i = 0; i < settings->report_count && status != EXIT_STATUS_USAGE; i++) {
        struct sheet *sheet = &sheets->at[sheets->count];

        sheet->pages = settings->reports[i].is_directory ? ARENA_NEW(arena, struct pages) : NULL;
        sheet->report.reporter = sheet->pages ? &html_index_reporter : settings->reports[i].reporter;
        status = open_or_leave(sheets, arena, &sheet->output, sheet->pages, settings->reports[i].path, why);
        if (status == EXIT_STATUS_READY && sheet->report.reporter->is_printed)
            status = open_printer(sheets, arena, sheet, why);
        sheets->count += status == EXIT_STATUS_READY;
        sheets->logs = sheets->logs || settings->reports[i].path;
    }
    if (status != EXIT_STATUS_USAGE && sheets->count > 0)
        status = EXIT_STATUS_READY;
    if (status == EXIT_STATUS_READY && settings->record) {
        status = open_or_leave(sheets, arena, &sheets->record, NULL, settings->record, why);
        if (status == EXIT_STATUS_FAULT) {
            sheets->record.stream = NULL;
            status = EXIT_STATUS_READY;
        }
    }
    if (status != EXIT_STATUS_READY)
        sheets_abandon(sheets);
    sheets->open = sheets->count;
    return status;
}

bool sheets_spare(const struct sheets *sheets, const char *path)
{
    for (size_t i = 0; path && i < sheets->count; i++) {
        const struct sheet *sheet = &sheets->at[i];

        if (sheet->pages ? pages_may_replace(&sheet->output, path) : output_is_file(&sheet->output, path))
            return false;
    }
    return !path || !sheets->record.stream || !output_is_file(&sheets->record, path);
}

bool sheets_confine(const struct sheets *sheets, struct arena *arena, const int *directories, size_t directory_count,
                    struct sandbox *sandbox)
{
    int *writable = ARENA_ARRAY(arena, int, sheets->count + directory_count + 2),
        *emptied = ARENA_ARRAY(arena, int, sheets->count + 1);
    size_t written = 0, removed = 0;
    bool any_printed = false;

    for (size_t i = 0; i < sheets->count; i++) {
        const struct sheet *sheet = &sheets->at[i];

        if (sheet->output.directory >= 0)
            writable[written++] = sheet->output.directory;
        if (sheet->pages && sheet->pages->parent >= 0)
            emptied[removed++] = sheet->pages->parent;
        any_printed |= sheet->print.page != NULL;
    }
    if (sheets->record.stream && sheets->record.directory >= 0)
        writable[written++] = sheets->record.directory;
    for (size_t i = 0; i < directory_count; i++)
        if (directories[i] >= 0)
            writable[written++] = directories[i];
    writable[written] = emptied[removed] = -1;
    sandbox->writable = writable;
    sandbox->emptied = emptied;
    return !any_printed;
}

static struct report_options options_for(const struct output *output, const struct settings *settings, bool several)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    struct report_options options = {.utf8 = output_speaks_utf8(),
                                     .width = WIDTH,
                                     .several = several,
                                     .logos = settings->has_logos,
                                     .compact = settings->compact,
                                     .quiet = settings->quiet,
                                     .verbose = settings->verbose,
                                     .language = settings->language};
    struct winsize size;

    if (output->stream != stdout || !isatty(STDOUT_FILENO))
        return options;
    options.colour = !(no_colour && *no_colour) && terminal && strcmp(terminal, "dumb") != 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        options.width = size.ws_col < WIDEST ? size.ws_col : WIDEST;
    return options;
}

static void begin_log(struct sheets *sheets, const struct settings *settings)
{
    const struct report_options options = {.quiet = settings->quiet, .what_counts = true};

    if (!sheets->logs)
        return;
    report_begin(&sheets->log, reporter_by_name("lines"), stderr, &options);
    sheets->log_open = true;
}

static void end_log(struct sheets *sheets)
{
    if (sheets->log_open)
        report_end(&sheets->log); /* a log that cannot be written is nobody's fault */
    sheets->log_open = false;
}

void sheets_begin(struct sheets *sheets, const struct settings *settings, bool several)
{
    for (size_t i = 0; i < sheets->count; i++) {
        struct sheet *sheet = &sheets->at[i];
        struct report_options options = options_for(&sheet->output, settings, several);

        report_begin(&sheet->report, sheet->report.reporter,
                     sheet->print.page ? sheet->print.page : sheet->output.stream, &options);
        sheet->open = true;
    }
    begin_log(sheets, settings);
}

static void note_failure(struct sheets *sheets, const struct output *output, int error)
{
    if (error == EPIPE && output->stream == stdout) {
        sheets->reader_left = true;
        return;
    }
    sheets->failed = true;
    complain("%s: %s", output->path, strerror(error));
}

static void close_output(struct sheets *sheets, struct output *output, bool complete)
{
    const char *why;
    int error;

    if (output_keep(output, complete, &error, &why))
        return;
    if (error == EPIPE && output->directory < 0) {
        sheets->reader_left = true;
    } else {
        sheets->failed = true;
        complain("%s", why);
    }
}

/* False where it cannot be printed, which is said. */
static bool print_sheet(struct sheets *sheets, struct sheet *sheet)
{
    const char *why = "";

    if (!sheet->print.page || print_run(&sheet->print, sheet->output.stream, &why))
        return true;
    sheets->failed = true;
    complain("%s: %s", sheet->output.path, why);
    return false;
}

/* An index has its own name even where it is not complete: then it says so itself, and a browser opens it. */
static void close_sheet(struct sheets *sheets, struct sheet *sheet, bool complete)
{
    int error;

    sheet->report.is_cut_short = !complete;
    error = report_end(&sheet->report);
    sheet->open = false;
    if (error == 0 && sheet->pages)
        error = pages_settle(&sheet->output);
    if (error != 0)
        note_failure(sheets, &sheet->output, error);
    if (error == 0 && print_sheet(sheets, sheet))
        close_output(sheets, &sheet->output, complete || sheet->pages);
    else
        output_abandon(&sheet->output);
    print_close(&sheet->print);
    if (sheet->pages)
        pages_close(sheet->pages, false);
}

/* A directory that no more pages fit into keeps those that it has, and their index. */
static void end_pages(struct sheets *sheets, struct sheet *sheet, const char *why)
{
    complain("%s", why);
    sheets->failed = true;
    sheets->open--;
    if (sheet->report.results > 0) {
        close_sheet(sheets, sheet, false);
        return;
    }
    report_end(&sheet->report);
    output_abandon(&sheet->output);
    pages_close(sheet->pages, true);
    sheet->open = false;
}

static void give_up(struct sheets *sheets, struct sheet *sheet, int error)
{
    note_failure(sheets, &sheet->output, error);
    report_end(&sheet->report);
    print_close(&sheet->print);
    output_abandon(&sheet->output);
    if (sheet->pages)
        pages_close(sheet->pages, false);
    sheet->open = false;
    sheets->open--;
}

static void hint_at_pages(const struct sheet *sheet)
{
    bool is_one_file = !sheet->pages && sheet->report.reporter == reporter_by_name("html");

    if (is_one_file && sheet->report.results == ONE_FILE_DOMAINS)
        complain("%s: more than %d domains make a file that browsers are slow with; \"-o DIRECTORY/\" writes a page "
                 "for each, and an index",
                 sheet->output.path, ONE_FILE_DOMAINS);
}

/* Of each sheet its report's piece and its page; then of the log, and the recording. */
enum { OF_REPORT, OF_PAGE, OF_SHEET };

size_t sheets_piece_count(const struct sheets *sheets)
{
    return sheets->count * OF_SHEET + 2;
}

static struct piece render_record(const struct result *result)
{
    struct piece piece = {0};
    char *text = recording_write(result);

    if (text)
        piece.tape = (struct tape){.at = text, .size = strlen(text), .room = strlen(text)};
    else
        piece.error = ENOMEM;
    return piece;
}

void sheets_render(struct sheets *sheets, const struct result *result, const struct gate *gate, size_t number,
                   struct piece *pieces)
{
    for (size_t i = 0; i < sheets->count; i++, pieces += OF_SHEET) {
        struct sheet *sheet = &sheets->at[i];

        if (!sheet->open)
            continue;
        if (sheet->pages)
            pieces[OF_PAGE] = pages_render(&sheet->report.options, result, gate);
        pieces[OF_REPORT] = report_render(&sheet->report, result, gate, number);
    }
    if (sheets->log_open)
        pieces[0] = report_render(&sheets->log, result, gate, number);
    if (sheets->record.stream)
        pieces[1] = render_record(result);
}

static void write_record(struct sheets *sheets, const struct piece *piece)
{
    size_t size = piece->tape.size;
    bool written = piece->error == 0 && fwrite(piece->tape.at, 1, size, sheets->record.stream) == size &&
                   fflush(sheets->record.stream) == 0;
    int error = piece->error ? piece->error : errno;

    if (!written) {
        note_failure(sheets, &sheets->record, error);
        output_abandon(&sheets->record);
    }
}

void sheets_take(struct sheets *sheets, const struct target *target, enum verdict verdict, const struct piece *pieces)
{
    for (size_t i = 0; i < sheets->count; i++, pieces += OF_SHEET) {
        struct sheet *sheet = &sheets->at[i];
        const char *why;
        int error;

        if (!sheet->open)
            continue;
        if (sheet->pages && !pages_take(sheet->pages, target->domain, &pieces[OF_PAGE], &why)) {
            end_pages(sheets, sheet, why);
            continue;
        }
        hint_at_pages(sheet);
        report_take(&sheet->report, target, verdict, &pieces[OF_REPORT]);
        error = sink_finish(&sheet->report.sink);
        if (error != 0)
            give_up(sheets, sheet, error);
    }
    if (sheets->log_open)
        report_take(&sheets->log, target, verdict, &pieces[0]);
    if (sheets->record.stream)
        write_record(sheets, &pieces[1]);
}

void sheets_close(struct sheets *sheets, bool complete)
{
    for (size_t i = 0; i < sheets->count; i++)
        if (sheets->at[i].open)
            close_sheet(sheets, &sheets->at[i], complete);
    if (sheets->record.stream)
        close_output(sheets, &sheets->record, complete);
    end_log(sheets);
}

void sheets_abandon(struct sheets *sheets)
{
    for (size_t i = 0; i < sheets->count; i++) {
        if (sheets->at[i].open)
            report_end(&sheets->at[i].report);
        print_close(&sheets->at[i].print);
        output_abandon(&sheets->at[i].output);
        if (sheets->at[i].pages)
            pages_close(sheets->at[i].pages, true);
        sheets->at[i].open = false;
    }
    if (sheets->record.stream)
        output_abandon(&sheets->record);
    end_log(sheets);
}

void sheets_remove(const void *arg)
{
    const struct sheets *sheets = arg;

    for (size_t i = 0; i < sheets->count; i++) {
        print_remove(&sheets->at[i].print);
        output_remove(&sheets->at[i].output);
        if (sheets->at[i].pages)
            pages_remove(sheets->at[i].pages);
    }
    if (sheets->record.temporary)
        output_remove(&sheets->record);
}
