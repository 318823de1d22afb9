// A page to zoom and scroll in: page.html, with what it shows as JSON where it says so.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/oom.h"
#include "pipeline/pipeline.h"
#include "pipeline_page.h"

static void put_inst(struct jw *j, const struct pipeline_inst *i)
{
    char pc[24];
    snprintf(pc, sizeof(pc), "%llx", (unsigned long long)i->pc);
    jw_object(j, NULL);
    jw_text(j, "pc", pc);
    jw_text(j, "text", i->text);
    if (i->function) {
        jw_text(j, "function", i->function);
        jw_u64(j, "offset", i->offset);
    }
    jw_u64(j, "seq", i->t.seq);
    jw_u64(j, "thread", i->thread);
    jw_array(j, "at");
    for (u32 k = 0; k < PIPELINE_STAGES; k++)
        jw_u64(j, NULL, pipeline_at(i, k));
    jw_close(j);
    jw_u64(j, "end", i->t.retire);
    jw_bool(j, "squashed", i->t.squashed);
    jw_bool(j, "wrong", i->t.wrong);
    jw_text(j, "cause", pipeline_wait(i));
    jw_text(j, "why", *pipeline_wait(i) ? core_causes[i->t.cause].doc : "");
    jw_array(j, "from");
    for (u32 k = 0; k < i->producers; k++)
        jw_u64(j, NULL, i->producer[k]);
    jw_close(j);
    jw_close(j);
}

static void put_view(const struct pipeline_view *v, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_text(&j, "program", v->program);
    jw_text(&j, "model", v->model);
    jw_text(&j, "what", v->what);
    jw_u64(&j, "retired", v->retired);
    jw_u64(&j, "begin", v->begin);
    jw_u64(&j, "end", v->end);
    jw_array(&j, "inst");
    for (u32 k = 0; k < v->count; k++)
        put_inst(&j, &v->inst[k]);
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}

// No text of the program can end the script that the JSON stands in.
void pipeline_html(const struct pipeline_view *v, FILE *f)
{
    static const char here[] = "/*PIPELINE*/";
    const char *page = (const char *)pipeline_page, *at = strstr(page, here);
    char *json = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&json, &size);
    if (!to)
        out_of_memory();
    put_view(v, to);
    if (fclose(to) != 0)
        out_of_memory();
    fwrite(page, 1, (size_t)(at - page), f);
    for (size_t k = 0; k < size; k++)
        if (json[k] == '<')
            fputs("\\u003c", f);
        else
            fputc(json[k], f);
    fputs(at + strlen(here), f);
    free(json);
}
