"""Machines that users have x domains, good and faulty: one table, one loop.

A machine is a resolver, a firewall, a clock.  Whatever it does, the status of every check is the one that the sound machine of
the lab finds, or `unknown` or `skipped`, for a reason that is the machine's: never another one.  The resolvers are real
programs where there are any; the others are resolvers.py's.
"""

import shlex
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .clocks import faketime
from .disturbances import Fault
from .program import LAB, LAB_DIR, audit, audit_json, by_domain

NAMES = [f"{name}.lab" for name in """
    good opensmtpd exim unsigned ipv6-only no-ptr ptr-nodata ptr-nxdomain ptr-elsewhere rfc2317 null-mx implicit-mx mx-one-dead
    mx-no-address mx-private no-mx spf-none spf-two spf-voids spf-include-gone dmarc-missing dmarc-sub dane-wrong bogus
    sts-no-host ptr-stale does-not-exist ptr-bogus dane-cname dnssec-no-ds dnssec-sha1 dnssec-rsa dnssec-ed25519
    dnssec-opt-out dnssec-wildcard dnssec-wildcard-nsec3 dnssec-dname dnssec-other-ds dnssec-no-keys
""".split()]
BOGUS = ("--bogus-canary", "bogus.lab")
FORWARD = "11.53.0.53"          # the lab's Unbound, as a provider's resolver
PATIENCE_S = 20                 # until a resolver answers
HEAD_WORDS = 40                 # of a report: title, verdict, its sentence

# Of a machine where nothing is wrong but the resolver's word on DNSSEC.
NO_DNSSEC = {"no_validating_resolver"}
# What a question brings that nobody answers or carries.
LOST = {"timeout", "resolver_down", "connection_lost", "budget"}


@dataclass
class Machine:
    name: str
    about: str
    resolver: str = "127.0.0.1"
    program: str = ""           # a resolver to start, a line of shell; {directory} is its own
    files: dict = None          # of it: name: text
    fault: str = ""             # of fault
    clock: str = ""             # of faketime
    arguments: tuple = ()
    reasons: frozenset = frozenset()    # why checks may be unknown that the sound machine decides
    says: str = ""              # a word of a message of env.*, or of a reason
    top: str = ""               # a word of the first lines of the text report of a sound domain, which it leaves undecided
    open: tuple = ()            # (domain, check) that it leaves undecided besides
    blind: tuple = ()           # domains whose fault nobody can see there without believing the resolver


HOSTS = """127.0.0.1 localhost
127.0.1.1 mx1.good.lab mx1
127.0.1.1 mx1.implicit-mx.lab implicit-mx.lab
11.22.20.25 mx1.no-ptr.lab
11.22.3.99 mx1.exim.lab
11.22.66.25 mx1.mx-no-address.lab
11.22.21.25 localhost.localdomain
"""

UNBOUND = """server:
    interface: {address}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{directory}"
    pidfile: ""
    use-syslog: no
    logfile: "{directory}/log"
    access-control: 127.0.0.0/8 allow
    unblock-lan-zones: yes
    insecure-lan-zones: yes
    qname-minimisation: no
{more}
remote-control:
    control-enable: no
"""
VALIDATING = '    trust-anchor-file: /run/lab/conf/root.anchor\n    module-config: "{modules}"'


FORWARDS = """forward-zone:
    name: "."
    forward-addr: 11.53.0.53
"""


def unbound(address, more, forwards=FORWARDS):
    return {"program": "cp /usr/sbin/unbound {directory}/unbound; exec {directory}/unbound -d -c {directory}/unbound.conf",
            "files": {"unbound.conf": UNBOUND.replace("{address}", address).replace("{more}", more) + forwards}, "resolver": address}


def allowed(names):
    """NXDOMAIN to everything else, as a sandbox says."""
    return '    module-config: "iterator"\n    local-zone: "." static\n' + "".join(f'    local-zone: "{name}." transparent\n' for name in names)


LOCAL_ZONE = """    module-config: "iterator"
    local-zone: "mx1.good.lab." redirect
    local-data: "mx1.good.lab. A 192.168.1.5"
    local-zone: "mx1.exim.lab." redirect
    local-data: "mx1.exim.lab. A 11.22.3.99"
    local-zone: "20.22.11.in-addr.arpa." transparent
    local-data-ptr: "11.22.20.25 mx1.no-ptr.lab"
    local-zone: "mx1.mx-no-address.lab." redirect
    local-data: "mx1.mx-no-address.lab. A 11.22.66.25"
"""

# Asks the name servers itself: a forwarder would hand on what the lab's Unbound has validated.
FROM_ROOT = """    module-config: "iterator"
    root-hints: /run/lab/conf/root.hints
    prefer-ip4: yes
"""

MACHINES = [
    Machine("systemd-resolved", "the stub of every Ubuntu, DNSSEC off, with a hosts file", resolver="127.0.0.53", arguments=BOGUS,
            program="ip addr replace 11.66.0.9/32 dev hole; mkdir -p /run/systemd && mount --bind {directory}/hosts /etc/hosts && mkdir -p /etc/systemd"
                    " && cp {directory}/resolved.conf /etc/systemd/ && exec /usr/lib/systemd/systemd-resolved",
            files={"hosts": HOSTS, "resolved.conf": f"[Resolve]\nDNS={FORWARD}\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\nDomains=~.\n"},
            says="hosts file", open=(("implicit-mx.lab", "dnssec.status"),)),      # 257 denies, of itself, what proves that it is not signed
    Machine("dnsmasq", "answers from its hosts file", resolver="127.0.0.52",      # 127.0.0.54 is systemd-resolved's, too
            program="exec dnsmasq --keep-in-foreground --conf-file=/dev/null --user= --no-resolv --no-hosts --addn-hosts={directory}/hosts"
                    f" --server={FORWARD} --listen-address=127.0.0.52 --bind-interfaces --cache-size=1000 --dns-forward-max=1000 --pid-file= --log-facility=-",
            files={"hosts": HOSTS}, says="hosts file"),
    Machine("DNS64", "Unbound with the well-known prefix", **unbound("127.0.0.55", VALIDATING.replace("{modules}", "dns64 validator iterator")),
            arguments=BOGUS, says="DNS64"),
    Machine("DNS64 with an own prefix", "Unbound with a prefix of the site's own",
            **unbound("127.0.0.56", VALIDATING.replace("{modules}", "dns64 validator iterator") + "\n    dns64-prefix: fd00:64::/96"), says="DNS64"),
    Machine("local-zone", "Unbound with zones of its own", **unbound("127.0.0.57", LOCAL_ZONE), reasons={"servfail"}, says="hosts file"),
    Machine("does not validate", "Unbound without its validator", **unbound("127.0.0.60", FROM_ROOT, forwards=""), arguments=BOGUS),
    Machine("allow-list", "Unbound that knows the audited names only", **unbound("127.0.0.58", allowed(NAMES[:12])),
            reasons=NO_DNSSEC | {"resolver_down"}, says="filters", top="filters"),
    Machine("sandbox", "a resolver that denies everything", **unbound("127.0.0.59", allowed([])), reasons={"resolver_down"}, says="filters", top="filters"),
    Machine("strips AD", "a forwarder that does not hand on AD", resolver="127.0.0.61", arguments=BOGUS),
    Machine("sets AD", "a forwarder that says that all is authentic, bogus names too", resolver="127.0.0.62", arguments=BOGUS),
    Machine("no SOA", "negative answers without SOA", resolver="127.0.0.63", arguments=BOGUS),
    Machine("empties large answers", "TXT records of more than 50 octets come back empty", resolver="127.0.0.64", arguments=BOGUS),
    Machine("denies MX", "says of MX records that the name does not exist, and answers the rest", resolver="127.0.0.65", arguments=BOGUS),
    Machine("rewrites", "NXDOMAIN becomes an address", resolver="11.53.9.6", reasons=NO_DNSSEC | {"resolver_down"}, says="do not exist", top="answers for names"),
    Machine("UDP 53 rejected", "a firewall rejects UDP to port 53 (ICMP, EPERM)", fault="udp53"),
    Machine("port 53 closed", "no DNS but through the resolver", fault="port53", reasons=LOST,
            blind=("ptr-stale.lab",)),        # its resolver asks the stale server only, and nobody else can be asked
    Machine("port 25 closed", "no SMTP leaves this machine", fault="port25", reasons={"port25_blocked_here"}, says="port 25", top="port 25 is blocked"),
    Machine("no IPv6", "no IPv6 address", fault="ipv6", reasons={"no_ipv6_here"}, says="IPv6", top="IPv6"),
    Machine("broken IPv6", "an IPv6 address, and packets vanish", fault="ipv6_vanishes", reasons={"no_ipv6_here", "timeout", "port25_blocked_here"}),
    Machine("two years ahead", "the clock is wrong", clock="+2y", reasons={"clock", "budget"}, says="clock", top="clock"),
    Machine("two years behind", "the clock is wrong", clock="-2y", reasons={"clock", "budget"}, says="clock", top="clock"),
]


class Running:
    """A machine's own resolver, while a with statement lasts."""

    def __init__(self, machine):
        self.machine = machine

    def __enter__(self):
        if not self.machine.program:
            return self
        directory = Path(LAB_DIR, "machines", self.machine.name.replace(" ", "-"))
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in (self.machine.files or {}).items():
            (directory / name).write_text(text.replace("{directory}", str(directory)))
            (directory / name).chmod(0o644)
        quoted = shlex.quote(str(directory))        # the path of the checkout may hold a space
        # Who runs the tests may keep his files for himself, and a resolver is another user.
        line = f"umask 022; echo $$ >{quoted}/pid; " + self.machine.program.replace("{directory}", quoted)
        with open(directory / "out", "wb") as out:
            # As the lab's servers: one that gets late answers only asks without EDNS from then on, and refuses what needs signatures.
            words = [LAB / "exec", "nice", "-n", "-10", "unshare", "-m", "sh", "-c", line]
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self._wait()
        return self

    def _wait(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            said = subprocess.run([LAB / "exec", "drill", f"@{self.machine.resolver}", "good.lab", "MX"], capture_output=True, text=True).stdout
            if "flags: qr" in said:
                return
            time.sleep(0.2)
        out = Path(LAB_DIR, "machines", self.machine.name.replace(" ", "-"), "out").read_text(errors="replace")
        raise OSError(f"{self.machine.name} does not answer: {out[-400:]}")

    def __exit__(self, *_):
        if self.machine.program:    # one that changes its user does not end with us
            pid = Path(LAB_DIR, "machines", self.machine.name.replace(" ", "-"), "pid")
            subprocess.run([LAB / "exec", "sh", "-c", "kill -KILL $0", pid.read_text().strip()], stderr=subprocess.DEVNULL)   # kill(1) may be missing
            self.process.wait()


def _conditions(machine):
    stack = ExitStack()
    stack.enter_context(Running(machine))
    if machine.fault:
        stack.enter_context(Fault(machine.fault))
    return stack


def _documents(machine):
    environment = faketime(FAKETIME=machine.clock) if machine.clock else ()
    arguments = ("--resolver", machine.resolver, *machine.arguments)
    with _conditions(machine):
        outcome = audit_json(*arguments, *NAMES, environment=environment)
        documents = by_domain(outcome.documents())
        late = [name for name, document in documents.items() if _waited_in_vain(machine, document)]
        if late:
            documents.update(by_domain(audit_json(*arguments, *late, environment=environment).documents()))
        head = audit(*arguments, "good.lab", environment=environment).out.decode() if machine.top else ""
    return documents, outcome, " ".join(head.split()[:HEAD_WORDS])


def _waited_in_vain(machine, document):
    """A resolver that gets no time while tests run beside it is nothing to be judged by: once more, with less to do."""
    return "timeout" not in machine.reasons and any(f["status"] == "unknown" and f["reason"] == "timeout" for f in document["findings"])


def _decided(document):
    return {(f["id"], f["subject"]): f for f in document["findings"] if f["group"] != "env"}


def compare(machine, sound, document):
    """What is told that the sound machine does not find, and what is left open for no reason of the machine's.

    Where the verdict is open, less may be told of a fault: that the only MX address is private, if there may be another."""
    wrong, decided = [], _decided(sound)
    for key, f in _decided(document).items():
        usual = decided.get(key)
        if usual and f["status"] == usual["status"]:
            continue
        words = f"{key[0]} {f['status']} {key[1]}, on the sound machine {usual['status'] if usual else 'not there'}"
        if f["status"] == "warn" and usual and usual["status"] == "fail" and document["verdict"] == "unknown":
            continue
        if f["status"] not in ("unknown", "skipped"):
            wrong.append(f"{words}: {f['message'][:150]}")
        elif f["status"] == "unknown" and usual and f["reason"] not in machine.reasons and (document["target"]["domain"], key[0]) not in machine.open:
            wrong.append(f"{words}, for {f['reason']}: {f['message'][:150]}")
    if sound["verdict"] == "not_ready" and document["verdict"] in ("ready", "warnings"):
        wrong.append(f"the verdict is {document['verdict']}, on the sound machine {sound['verdict']}")
    wrong += [f"{f['id']} is {f['status']}" for f in document["findings"] if f["group"] == "env" and f["status"] in ("fail", "warn")]
    return wrong


def _is_explained(machine, documents, head):
    """The machine's own trouble is told, in words that its user knows, and at the top where it is in the way."""
    if machine.top not in head:
        return [f"no {machine.top!r} at the top of the text report: {head}"]
    if not machine.says:
        return []
    said = " ".join(f["message"] for document in documents.values() for f in document["findings"] if f["group"] == "env")
    return [] if machine.says in said else [f"nothing is said of it: no {machine.says!r} in env.*"]


def judge(machine, sound):
    """(wrong pairs, [(domain, what is wrong)])"""
    try:
        documents, outcome, head = _documents(machine)
    except OSError as error:
        return len(NAMES), [(machine.name, [str(error)])]
    results = []
    for name in NAMES:
        document = documents.get(name)
        results.append((name, [] if name in machine.blind else compare(machine, sound[name], document) if document else
                        ["no document", *outcome.trouble(0, 1, 3)]))
    wrong = sum(1 for _, lines in results if lines)
    return wrong, results + [("what is said of the machine", _is_explained(machine, documents, head))]


def test(tap):
    begun = time.monotonic()
    sound = by_domain(audit_json(*NAMES).documents())
    if missing := set(NAMES) - set(sound):
        tap.test("machines: the sound one", [f"no document of {name}" for name in missing])
        return
    # What is a fault of the lab's one network is alone; the others are as many machines in it.
    together = [machine for machine in MACHINES if not machine.fault]
    with ThreadPoolExecutor(4) as pool:
        judged = dict(zip((m.name for m in together), pool.map(lambda m: judge(m, sound), together)))
    total = 0
    for machine in MACHINES:
        wrong, results = judged.get(machine.name) or judge(machine, sound)
        total += wrong
        lines = [f"{domain}: {line}" for domain, of_domain in results for line in of_domain]
        tap.test(f"machine {machine.name}: {machine.about}", lines)
    print(f"FIGURE machines: {total} of {len(MACHINES) * len(NAMES)} pairs of machine and domain are wrong, {time.monotonic() - begun:.0f} s", flush=True)
