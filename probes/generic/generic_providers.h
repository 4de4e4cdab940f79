/* probes/generic/generic_providers.h - is a reverse name the one that its provider gave to the address by itself?
 *
 * By generic_providers.def.  Names are lower case.
 */
#pragma once

const char *provider_of_default_name(const char *name); /* whose scheme it follows; NULL: nobody's that is listed */
