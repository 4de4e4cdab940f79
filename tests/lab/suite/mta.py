"""--from-mta: the real Postfix, Exim and OpenSMTPD are asked for their HELO names and source addresses.

Each test has an /etc of its own: the lab's, with the lab's configurations changed.  Programs that are not named are hidden.
"""

import subprocess
import tempfile
from pathlib import Path

from .program import LAB_DIR, at_once, audit_json

HERE4, HERE6 = "11.9.9.9", "2a0b:bb80:9::9"         # the machine's addresses: what the kernel would choose
OUT4, OUT6 = "11.22.5.25", "2a0b:bb80:5::25"

PROGRAMS = {"Postfix": ["/usr/sbin/postconf"], "Exim": ["/usr/sbin/exim4", "/usr/sbin/exim"], "OpenSMTPD": ["/usr/sbin/smtpd"]}

# $1: the files that are laid over /etc; $2: the programs to hide; then the command.
WITHIN = """set -e
mount -t tmpfs -o mode=755 mta /mnt
cp -a /etc/. /mnt
cp -r "$1"/. /mnt
mount --bind /mnt /etc
for program in $2; do mount --bind /dev/null $program; done
shift 2
exec "$@"
"""


def conf(name):
    return (LAB_DIR / "conf" / name).read_text()


def postfix(main="", master="", directory="postfix"):
    return {f"{directory}/main.cf": conf("postfix/main.cf") + main, f"{directory}/master.cf": conf("postfix/master.cf") + master}


def exim(transports="", host="probe.lab", routers=""):
    text = conf("exim.conf").replace("primary_hostname = probe.lab", f"primary_hostname = {host}")
    text = text.replace("begin routers\n", f"begin routers\n{routers}")
    return {"exim4/exim4.conf": f"{text}begin transports\n{transports}"}


def router(name, driver, *options):
    return "".join(f"{line}\n" for line in (f"{name}:", f"  driver = {driver}", "  transport = remote_smtp", *(f"  {option}" for option in options)))


def transport(name, *options):
    return "".join(f"{line}\n" for line in (f"{name}:", "  driver = smtp", *(f"  {option}" for option in options)))


def opensmtpd(text="", **files):
    return {"smtpd.conf": conf("smtpd.conf") + text, **files}


def relay(options, before=""):
    return f'{before}action "out" relay {options}\n'


OUT_INSTANCE = f"myhostname = mx1.unsigned.lab\nsmtp_bind_address = {OUT4}\ninet_protocols = ipv4\n"
INSTANCES = "multi_instance_enable = yes\nmulti_instance_directories = /etc/postfix-out\n"
BINDS_BOTH = f"smtp_bind_address = {OUT4}\nsmtp_bind_address6 = {OUT6}\nsmtp_helo_name = mx1.unsigned.lab\n"
SMTP_SERVICE = f"smtp unix - - n - - smtp\n  -o smtp_bind_address={OUT4} -o {{ smtp_helo_name = mx1.unsigned.lab }}\n"
OTHER_SERVICE = f"slow unix - - n - - smtp\n  -o smtp_bind_address={OUT4}\n"
NAMES = f'table names {{ {OUT4} = mx1.unsigned.lab, "{OUT6}" = six.unsigned.lab }}\n'

PROBE = {HERE4: "probe.lab", HERE6: "probe.lab"}
BOTH = {OUT4: "mx1.unsigned.lab", OUT6: "mx1.unsigned.lab"}


def read_cases():
    """What it is, what is installed, the files, and the senders that are found."""
    return [
        ("Postfix as it is", ["Postfix"], postfix(), PROBE),
        ("Postfix binds in main.cf", ["Postfix"], postfix(BINDS_BOTH), BOTH),
        ("Postfix binds in one family", ["Postfix"], postfix(f"smtp_bind_address = {OUT4}\n"), {OUT4: "probe.lab", HERE6: "probe.lab"}),
        ("Postfix speaks one family", ["Postfix"], postfix("inet_protocols = ipv4\n"), {HERE4: "probe.lab"}),
        ("Postfix binds in master.cf", ["Postfix"], postfix(master=SMTP_SERVICE + OTHER_SERVICE), {OUT4: "mx1.unsigned.lab", HERE6: "mx1.unsigned.lab"}),
        ("Postfix binds another service", ["Postfix"], postfix(master=OTHER_SERVICE), PROBE),
        ("Postfix listens on one address", ["Postfix"], postfix(f"inet_interfaces = {OUT4}\n"), {OUT4: "probe.lab", HERE6: "probe.lab"}),
        ("Postfix listens on one address and loopback", ["Postfix"], postfix(f"inet_interfaces = 127.0.0.1, {OUT4}\n"), PROBE),
        ("Postfix, an instance to send", ["Postfix"],
         postfix(INSTANCES) | postfix(OUT_INSTANCE + "multi_instance_enable = yes\n", directory="postfix-out"), {OUT4: "mx1.unsigned.lab"}),
        ("Postfix, an instance that is off", ["Postfix"],
         postfix(INSTANCES) | postfix(OUT_INSTANCE + "multi_instance_enable = no\n", directory="postfix-out"), PROBE),
        ("Postfix, two instances that bind", ["Postfix"],
         postfix(INSTANCES + f"smtp_bind_address = {HERE4}\ninet_protocols = ipv4\n")
         | postfix(OUT_INSTANCE + "multi_instance_enable = yes\n", directory="postfix-out"), {HERE4: "probe.lab", OUT4: "mx1.unsigned.lab"}),
        ("Postfix, an instance that hands mail on to another", ["Postfix"],
         postfix(INSTANCES + "default_transport = smtp:[127.0.0.1]:10025\n")
         | postfix(f"{OUT_INSTANCE}multi_instance_enable = yes\n", directory="postfix-out"), {OUT4: "mx1.unsigned.lab"}),

        ("Exim says its host name", ["Exim"], exim(transport("remote_smtp"), "mx1.unsigned.lab"), dict.fromkeys(PROBE, "mx1.unsigned.lab")),
        ("Exim has helo_data and an interface", ["Exim"],
         exim(transport("remote_smtp", "helo_data = mx1.unsigned.lab", f"interface = {OUT4}")), {OUT4: "mx1.unsigned.lab", HERE6: "mx1.unsigned.lab"}),
        ("Exim has interfaces of both families", ["Exim"],
         exim(transport("remote_smtp", "helo_data = mx1.unsigned.lab", f"interface = <; {OUT4} ; {OUT6}")), BOTH),
        ("Exim doubles colons", ["Exim"],
         exim(transport("remote_smtp", "helo_data = mx1.unsigned.lab", f"interface = {OUT4} : {OUT6.replace(':', '::')}")), BOTH),
        ("Exim's name depends on the message", ["Exim"],
         exim(transport("remote_smtp", "helo_data = ${if eq{$sender_address_domain}{a.lab}{a.lab}{b.lab}}")), dict.fromkeys(PROBE)),
        ("Exim has a smarthost for some, and looks up the others", ["Exim"],
         exim(transport("remote_smtp"), routers=router("smart", "manualroute", "domains = example.com", "route_list = * mail.example.net")
              + router("dns", "dnslookup")), PROBE),
        ("Exim has a smarthost transport, too", ["Exim"],
         exim(transport("other", f"interface = {OUT4}") + transport("remote_smtp")), PROBE),
        ("Exim calls its transport something else", ["Exim"],
         exim(transport("lmtp", "protocol = lmtp") + transport("outgoing", f"interface = <; {OUT4} ; {OUT6}"), "mx1.unsigned.lab"), BOTH),

        ("OpenSMTPD relays by itself", ["OpenSMTPD"], opensmtpd(relay("")), PROBE),
        ("OpenSMTPD's server name", ["OpenSMTPD"], opensmtpd(relay(""), mailname="mx1.unsigned.lab\n"), dict.fromkeys(PROBE, "mx1.unsigned.lab")),
        ("OpenSMTPD has helo and src", ["OpenSMTPD"], opensmtpd(relay(f"helo mx1.unsigned.lab src {OUT4}")), {OUT4: "mx1.unsigned.lab"}),
        ("OpenSMTPD has a list in src", ["OpenSMTPD"], opensmtpd(relay(f'helo mx1.unsigned.lab src {{ {OUT4}, "{OUT6}" }} tls')), BOTH),
        ("OpenSMTPD has macros", ["OpenSMTPD"],
         opensmtpd(relay("helo $name src $ext", f'ext = "{OUT4}"\nname = "mx1.unsigned.lab"\n')), {OUT4: "mx1.unsigned.lab"}),
        ("OpenSMTPD has tables", ["OpenSMTPD"],
         opensmtpd(relay("src <srcs> helo-src <names>", NAMES + f'table srcs {{ {OUT4}, "{OUT6}" }}\n')),
         {OUT4: "mx1.unsigned.lab", OUT6: "six.unsigned.lab"}),
        ("OpenSMTPD has a table in a file", ["OpenSMTPD"],
         opensmtpd(relay("src <srcs> \\\n  helo mx1.unsigned.lab", "table srcs file:/etc/srcs\n"), srcs=f"# ours\n{OUT4}\n{OUT6}\n"), BOTH),
        ("OpenSMTPD includes a file", ["OpenSMTPD"],
         opensmtpd('include "/etc/more"\n', more=relay(f"helo mx1.unsigned.lab src {OUT4}")), {OUT4: "mx1.unsigned.lab"}),
    ]


def noted_cases():
    """What it is, what is installed, the files, the senders, and what is said about it."""
    return [
        ("Postfix and Exim", ["Postfix", "Exim"], postfix() | exim(transport("remote_smtp")), PROBE,
         ["senders of Postfix", "Exim is installed as well"]),
        ("Postfix is broken, Exim is not", ["Postfix", "Exim"],
         postfix("no equals sign\n") | exim(transport("remote_smtp"), "mx1.unsigned.lab"), dict.fromkeys(PROBE, "mx1.unsigned.lab"),
         ["senders of Exim", "Postfix is installed and cannot be asked", "missing '='"]),
    ]


def unreadable_cases():
    """What it is, what is installed, the files, and why nothing is found."""
    return [
        ("Postfix is broken", ["Postfix"], postfix("no equals sign\n"), ["Postfix is installed and cannot be asked", "missing '='"]),
        ("an instance of Postfix is missing", ["Postfix"], postfix(INSTANCES), ["Postfix is installed and cannot be asked", "/etc/postfix-out/main.cf"]),
        ("Postfix has a relayhost", ["Postfix"], postfix("relayhost = [mail.example.net]:587\n"),
         ["not to be seen here", "leaves through [mail.example.net]:587"]),
        ("Postfix has a transport for all", ["Postfix"], postfix("default_transport = smtp:[mail.example.net]\n"),
         ["leaves through [mail.example.net], so receivers see that server"]),
        ("Exim has a smarthost", ["Exim"],
         exim(transport("remote_smtp"), routers=router("smart", "manualroute", "domains = ! localhost", "route_list = * mail.example.net byname")),
         ["leaves through mail.example.net"]),
        ("OpenSMTPD as it is", ["OpenSMTPD"], opensmtpd(), ["leaves through smtp://127.0.0.1:9, so receivers see that server"]),
        ("Exim is broken", ["Exim"], {"exim4/exim4.conf": "primary_hostname = mx1.unsigned.lab\nnonsense = 1\n"},
         ["Exim is installed and cannot be asked", "line 2 of /etc/exim4/exim4.conf"]),
        ("Exim sends nothing", ["Exim"], exim(), ["no transport that speaks SMTP"]),
        ("Exim's address depends on the message", ["Exim"],
         exim(transport("remote_smtp", "interface = ${if eq{$sender_address_domain}{a.lab}{11.22.5.25}{11.9.9.9}}")), ["depends on the message"]),
        ("OpenSMTPD is broken", ["OpenSMTPD"], opensmtpd(relay("helo")), ["OpenSMTPD is installed and cannot be asked", "syntax error"]),
        ("OpenSMTPD has no configuration", ["OpenSMTPD"], {}, ["there is no smtpd.conf"]),
        ("nothing is installed", [], {"smtpd.conf": 'action "out" relay\n'}, ["no Postfix, Exim or OpenSMTPD was found"]),
    ]


def run(installed, files):
    """mailready --from-mta with these files in /etc.  PATH is that of a user, who has no sbin in it."""
    hidden = [path for name, paths in PROGRAMS.items() if name not in installed for path in paths]
    with tempfile.TemporaryDirectory(dir=LAB_DIR) as directory:
        for name, text in files.items():
            path = Path(directory, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        subprocess.run(["chmod", "-R", "go-w,a+rX", directory], check=True)       # or Exim would not trust it
        return audit_json("--only", "ip", "--from-mta", "unsigned.lab", environment=["PATH=/usr/bin:/bin"],
                          within=["unshare", "-m", "sh", "-c", WITHIN, "sh", directory, " ".join(hidden)])


def check(item):
    _, installed, files, senders, said = item
    outcome = run(installed, files)
    documents = outcome.documents()
    wrong = outcome.trouble(0)
    found = {s["ip"]: s.get("helo") for d in documents for s in d["target"]["senders"] if s["origin"] == "declared"}
    if found != senders:
        wrong.append(f"senders {found}, not {senders}")
    return wrong + check_words(outcome, said)


def check_failure(item):
    _, installed, files, said = item
    outcome = run(installed, files)
    return outcome.trouble(2) + check_words(outcome, said)


def check_words(outcome, said):
    text = outcome.err.decode("utf-8", "replace")
    if not said:
        return [f"said: {line}" for line in text.splitlines()]
    return [f"{words} is not said: {text.strip()}" for words in said if words not in text]


def test(tap):
    read = [(*item, []) for item in read_cases()] + noted_cases()
    unreadable = unreadable_cases()
    for item, wrong in zip(read, at_once(check, read)):
        tap.test(f"--from-mta: {item[0]}", wrong)
    for item, wrong in zip(unreadable, at_once(check_failure, unreadable)):
        tap.test(f"--from-mta: {item[0]}", wrong)
