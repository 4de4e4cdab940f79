/* core/records/txt_kind.h - what a TXT record says that it is: records get published under the name of another. */
#pragma once

#include "core/base/str.h"

const char *txt_kind(struct str text); /* "an SPF record"; NULL: nothing that mail knows */
