"""Inside the lab: reads every packet until standard input ends, then prints which special-purpose addresses were sent to.

Loopback itself is not counted, where the resolver is, nor this host's own look at its neighbours.
"""

import ipaddress
import select
import socket
import sys

ETH_P_ALL = 3
FORBIDDEN = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
                                               "192.0.2.0/24", "240.0.0.0/4", "fc00::/7", "2001:db8::/32")]


def destination(packet):
    if packet[0] >> 4 == 4 and len(packet) >= 20:
        return ipaddress.ip_address(packet[16:20])
    if packet[0] >> 4 == 6 and len(packet) >= 40:
        return ipaddress.ip_address(packet[24:40])
    return None


def main():
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
        print("watching", flush=True)
        seen, forbidden = 0, set()
        while True:
            ready, _, _ = select.select([wire, sys.stdin], [], [])
            if wire in ready:
                packet = wire.recv(64)
                to = destination(packet) if packet else None
                if to:
                    seen += 1
                    forbidden |= {str(to)} if any(to in network for network in FORBIDDEN if network.version == to.version) else set()
            elif sys.stdin in ready:
                break
    print(f"saw{seen}", *sorted(forbidden))


if __name__ == "__main__":
    main()
