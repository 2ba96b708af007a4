// page: the plain routes: answers of a given size, status, framing or character set. Lane.
#ifndef GS_TARGET_PAGE_H
#define GS_TARGET_PAGE_H

#include "target/answer.h"

void gs_page_small(struct gs_visit *visit);
void gs_page_bytes(struct gs_visit *visit);
void gs_page_json(struct gs_visit *visit);
void gs_page_status(struct gs_visit *visit);
void gs_page_chunked(struct gs_visit *visit);
void gs_page_close(struct gs_visit *visit);
void gs_page_close_delimited(struct gs_visit *visit);
void gs_page_no_content(struct gs_visit *visit);
void gs_page_utf8(struct gs_visit *visit);
void gs_page_latin1(struct gs_visit *visit);
void gs_page_set_header(struct gs_visit *visit);
void gs_page_redirect(struct gs_visit *visit);
void gs_page_redirect_to(struct gs_visit *visit);
void gs_page_not_found(struct gs_visit *visit);
void gs_page_counters(struct gs_visit *visit);
void gs_page_reset(struct gs_visit *visit);

#endif
