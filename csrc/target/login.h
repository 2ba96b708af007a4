// login: cookies, a form with a session, basic authentication. Nothing is remembered here: a
// session is a signed name in its cookie. Lane.
#ifndef GS_TARGET_LOGIN_H
#define GS_TARGET_LOGIN_H

#include "target/answer.h"

void gs_login_cookies(struct gs_visit *visit);
void gs_login_set_cookies(struct gs_visit *visit);
void gs_login_delete_cookies(struct gs_visit *visit);
void gs_login_form(struct gs_visit *visit);
void gs_login_account(struct gs_visit *visit);
void gs_login_end(struct gs_visit *visit);
void gs_login_basic(struct gs_visit *visit);

#endif
