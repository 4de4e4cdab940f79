/* tests/fuzz/fuzz_ip.c - an address that was parsed prints as a text that means the same and prints the same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void round_trip(const struct ip *ip)
{
    char text[IP_TEXT_MAX], again_text[IP_TEXT_MAX];
    struct ip again;
    struct ip_network network;

    ip_print(ip, text);
    expect(ip_parse(text, &again) && ip_equal(ip, &again));
    ip_print(&again, again_text);
    expect(strcmp(text, again_text) == 0);
    expect(ip_network_parse(text, &network) && ip_in_network(ip, &network));
    expect(!ip_special(ip) || ip_special(ip)->name != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[64] = "";
    struct ip ip = ip_from_bytes(data, size);
    struct ip_network network;

    if (ip.family != IP_NONE)
        round_trip(&ip);
    if (size >= sizeof text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    if (ip_parse(text, &ip))
        round_trip(&ip);
    if (ip_network_parse(text, &network))
        expect(ip_in_network(&network.base, &network));
    return 0;
}
