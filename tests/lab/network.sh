# The network inside the lab's namespace.  Sourced by inside and by fault.
#
# Every address of the lab's networks is local (AnyIP), so a server binds to any of them without an interface of its own,
# and a connect to one where nothing listens is refused.  The veth pair leads to a permanent neighbour that doesn't exist:
# what is routed there vanishes.  The lab has no other route, so nothing can leave it.

prober4=11.9.9.9
prober6=2a0b:bb80:9::9
tcp=6           # a number, as not every machine has /etc/protocols
nowhere=02:00:00:00:00:01

network_up() {
    ip link set lo up
    ip link add hole type veth peer name hole-end
    ip link set hole-end up
    ip link set hole up
    ip addr add $prober4/32 dev lo
    ip route add local 11.0.0.0/8 dev lo src $prober4
    ip route add local 10.0.0.0/24 dev lo src $prober4
    ip neigh add 11.66.0.1 lladdr $nowhere dev hole nud permanent
    # In the table "local", which is asked first and would otherwise claim these addresses.
    ip route add 11.66.0.1/32 dev hole src $prober4 table local
    ip route add 11.66.0.0/16 via 11.66.0.1 dev hole onlink src $prober4 table local
    ip route add local 11.66.82.25/32 dev lo src $prober4       # neighbour.lab's, in the middle of it
    # Room in front of the table "local", for port25_off.
    ip rule add pref 100 lookup local
    ip rule del pref 0
    network6_up
}

network6_up() {
    echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
    ip -6 addr replace ::1/128 dev lo nodad
    # Unlike IPv4's, IPv6's bind() wants an address of an interface, or this.
    echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
    ip -6 addr add $prober6/128 dev lo nodad
    ip -6 route add local 2a0b:bb80::/32 dev lo src $prober6
    ip -6 neigh add fe80::1 lladdr $nowhere dev hole nud permanent
    ip -6 route add 2a0b:bb80:66::/48 via fe80::1 dev hole src $prober6 table local
    ip -6 rule add pref 100 lookup local 2>/dev/null || true
    ip -6 rule del pref 0 2>/dev/null || true
}

port25_off() {
    ip route add default via 11.66.0.1 dev hole onlink src $prober4 table 25
    ip rule add pref 9 to 127.0.0.0/8 lookup local
    ip rule add pref 10 ipproto $tcp dport 25 lookup 25
    [ "$(cat /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null)" = 0 ] || return 0
    ip -6 route add default via fe80::1 dev hole src $prober6 table 25
    ip -6 rule add pref 9 to ::1 lookup local
    ip -6 rule add pref 10 ipproto $tcp dport 25 lookup 25
}

port25_on() {
    local family
    for family in -4 -6; do
        ip $family rule del pref 10
        ip $family rule del pref 9
        ip $family route flush table 25
    done 2>/dev/null
    return 0
}

ipv6_off() {
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
}

ipv6_on() {
    network6_up
}

# What mailready and its resolver ask, and not the mail servers, which look up their clients.  Dropped where it arrives, since a
# sender is told of packets that are dropped as they leave.
dns_off() {
    nft -f - <<END
table inet dns {
    chain leaving {
        type filter hook output priority 0;
        meta l4proto { tcp, udp } th dport 53 meta skuid != { postfix, Debian-exim, opensmtpd, opensmtpq } meta mark set 53
    }
    chain arriving {
        type filter hook input priority 0;
        meta mark 53 numgen inc mod 5 { 0, 2 } drop
    }
}
END
}

dns_on() {
    nft delete table inet dns
}

# mailready is run as root, and what audits then is its own user.
mailready="{ root, mailready }"

# UDP only, and mailready's only: every second question by this machine (EPERM), the others by who gets them (ICMP).
udp53_off() {
    nft -f - <<END
table inet udp53 {
    chain leaving {
        type filter hook output priority 0;
        udp dport 53 meta skuid $mailready meta mark set 53
        meta mark 53 numgen inc mod 2 0 reject
    }
    chain arriving {
        type filter hook input priority 0;
        meta mark 53 reject
    }
}
END
}

udp53_on() {
    nft delete table inet udp53
}

# No DNS to the world for mailready; the machine's own resolver is another user, or not of this machine.
port53_off() {
    nft -f - <<END
table inet port53 {
    chain leaving {
        type filter hook output priority 0;
        meta l4proto { tcp, udp } th dport 53 meta skuid $mailready ip daddr != 127.0.0.0/8 meta mark set 153
        meta l4proto { tcp, udp } th dport 53 meta skuid $mailready ip6 daddr != ::1 meta mark set 153
    }
    chain arriving {
        type filter hook input priority 0;
        meta mark 153 drop
    }
}
END
}

port53_on() {
    nft delete table inet port53
}

# There is an address and a route, and packets vanish.
ipv6_vanishes_off() {
    nft -f - <<END
table ip6 vanishes {
    chain leaving {
        type filter hook output priority 0;
        meta skuid $mailready ip6 daddr != ::1 meta mark set 6
    }
    chain arriving {
        type filter hook input priority 0;
        meta mark 6 drop
    }
}
END
}

ipv6_vanishes_on() {
    nft delete table ip6 vanishes
}
