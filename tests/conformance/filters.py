#!/usr/bin/python3
"""What the program says in the name of SpamAssassin and rspamd, against the rules in Debian's packages of them.

Made-up names, always the same, of the shapes that both look for and of their near misses.  Exit status 77: a package is
not here.  `make test` unpacks them into the build folder (tests/conformance/fetch); nothing is installed."""
import collections
import os
import random
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
FILES = ("usr/share/spamassassin/20_dynrdns.cf", "usr/share/rspamd/plugins/hfilter.lua")
NAMES = 6000
WORDS = """adsl adsl-line bredband broad broadband brodband business cable cablemodem catv cdma client clients cm comcast cpe customer
    customers cust dedicated dhcp dial dial-up dialup dip docsis dsl dsl-dynamic dsl-line dyn dynamic dynip fbx fibertel fix fixip
    gprs homeuser host in-addr inaddr ip kabel mail mail-mail modem mx nat node out outbound-mail peer pool ppp pppoe pptp
    relay res resnet smtp srv static unused-addr user vps web wifi xdsl xdsl-dynamic yahoobb cps mta static-ip 0x""".split()
DOMAINS = """example.net example.org example.co.uk isp.example provider.example.com adelphia.net rogers.com ntl.com broadband.ntl.com
    client2.attbi.com ma.comcast.net telia.com cm.vtr.net cm.chello.no upc-a.chello.nl user.veloxzone.com.br tds.net ppp.asahi-net.or.jp
    dyn.optonline.net roadrunner.nf.net cps.example.jp dip.t-dialin.net""".split()


def skip(why):
    print("SKIP conformance/filters: " + why)
    sys.exit(77)


def number(dice):
    return str(dice.choice((dice.randrange(10), dice.randrange(100), dice.randrange(256), dice.randrange(100000))))


def piece(dice):
    kind = dice.randrange(10)
    if kind < 4:
        return number(dice)
    if kind < 8:
        return dice.choice(WORDS)
    if kind == 8:
        return dice.choice("abchnpsx") + number(dice)
    return dice.choice(("{:08x}", "{:08X}", "p{:08X}", "0x{:08x}")).format(dice.randrange(1 << 32))


def name(dice):
    """Pieces with a dot, a hyphen or nothing between them, below a domain of those that the rules know or of none."""
    if dice.randrange(4) == 0:          # an address, and perhaps a word, as most generated names are
        octets = [str(dice.randrange(256)) for _ in range(4)]
        parts = [dice.choice(".-x_").join(octets)]
        if dice.randrange(2):
            parts.insert(dice.randrange(2), dice.choice(WORDS))
        host = dice.choice((".", "-", "")).join(parts)
    else:
        host = piece(dice)
        for _ in range(dice.randrange(6)):
            host += dice.choice((".", ".", "-", "-", "")) + piece(dice)
    whole = re.sub(r"\.{2,}", ".", f"{host}.{dice.choice(DOMAINS)}").strip(".-")
    return whole.upper() if dice.randrange(20) == 0 else whole


def said(command, names):
    done = subprocess.run(command, input="".join(n + "\n" for n in names), capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr}")
    return done.stdout.split("\n")[:-1]


def installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, check=False)
    return done.stdout.decode() or "unknown"


def package_files():
    """Unpacked, or of this machine; with the versions of the packages."""
    for root, versions in ((os.path.join(BUILD, "filters"), os.path.join(BUILD, "filters", "versions")), ("/", None)):
        paths = [os.path.join(root, file) for file in FILES]
        if all(map(os.path.exists, paths)):
            if versions:
                with open(versions, encoding="utf-8") as file:
                    return paths, file.read().split()
            return paths, [installed("spamassassin"), installed("rspamd")]
    return None, None


def version_of(data):
    with open(os.path.join(ROOT, "probes/generic", data), encoding="utf-8") as file:
        return re.search(r"\* By \w+ ([0-9.]+) \(", file.read())[1]


def main():
    paths, versions = package_files()
    if not paths:
        skip("the packages spamassassin and rspamd are not here (make test unpacks them)")
    dice = random.Random(20261129)
    names = sorted({name(dice) for _ in range(NAMES)})
    ours = said([os.path.join(BUILD, "tests/conformance/filters")], names)
    theirs = said(["perl", os.path.join(HERE, "filters.pl"), *paths], names)
    failed = 0
    for column, (filter_name, data) in enumerate((("SpamAssassin", "generic_spamassassin.def"), ("rspamd", "generic_rspamd.def"))):
        wrong = [(n, o.split()[column], t.split()[column]) for n, o, t in zip(names, ours, theirs) if o.split()[column] != t.split()[column]]
        fire = collections.Counter(t.split()[column] for t in theirs)
        is_ours = versions[column].split("-")[0] == version_of(data)
        print(f"FIGURE {filter_name} {versions[column]}: {len(names) - len(wrong)} of {len(names)} names as the package says; it says {dict(sorted(fire.items()))}")
        for row in wrong[:20]:
            print("#  {}: we say {}, it says {}".format(*row))
        if wrong and not is_ours:
            print(f"ok {column + 1} - {filter_name} # SKIP the package is {versions[column]}, the data are of {version_of(data)}: bring them up to date")
        else:
            print(f"{'not ok' if wrong else 'ok'} {column + 1} - {filter_name}")
            failed += bool(wrong)
    sys.exit(failed > 0)


main()
