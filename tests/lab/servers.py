"""Configurations of Postfix, OpenSMTPD, Exim and nginx from the table, and the list of scripted peers.

Paths are those that a server sees inside the lab: /run/lab/conf is the directory that is written here.
"""

import gzip
import json
import shutil

from model import WEB
from world import DOMAINS

SERVERS = ("postfix", "postscreen", "opensmtpd", "exim", "nobody")      # everything else is a script of peers.py
TLS = "/run/lab/conf/tls"


def _hosts(*by):
    return [(d, h, a) for d in DOMAINS for h in d.hosts for a in h.addresses if h.by in by]


def build(conf, certs):
    _copy_certificates(conf, certs)
    (conf / "postfix").mkdir()
    (conf / "postfix/main.cf").write_text(_postfix_main())
    (conf / "postfix/master.cf").write_text(_postfix_master())
    (conf / "smtpd.conf").write_text(_opensmtpd())
    (conf / "exim.hosts").write_text(_exim_hosts())
    (conf / "exim.conf").write_text(_exim())
    (conf / "nginx.conf").write_text(_nginx(conf, certs))
    (conf / "peers.json").write_text(json.dumps(_peers(), indent=1))


def _copy_certificates(conf, certs):
    tls = conf / "tls"
    tls.mkdir()
    shutil.copy(certs.ca, conf / "ca.pem")
    for domain in DOMAINS:
        for host in domain.hosts:
            _copy_certificate(tls, host.fqdn, *certs.paths(host.fqdn, host.cert), 0o644 if host.by == "exim" else 0o600)
        if domain.mta_sts:
            name = domain.mta_sts.fqdn
            _copy_certificate(tls, name, *certs.paths(name, domain.mta_sts.cert), 0o600)
        if domain.bimi:
            _copy_certificate(tls, domain.bimi_host, *certs.paths(domain.bimi_host), 0o600)


def _copy_certificate(tls, name, key, pem, mode):
    shutil.copy(pem, tls / f"{name}.pem")
    shutil.copy(key, tls / f"{name}.key")
    # Exim reads its key when it is root no longer; OpenSMTPD refuses one that others may read.
    (tls / f"{name}.key").chmod(mode)


def _postfix_main():
    served = " ".join(d.name for d, _, _ in _hosts("postfix", "postscreen"))
    # No look-up of the client's name: a greeting must not depend on the resolver, which tests switch off.
    return f"""compatibility_level = 3.6
maillog_file = /run/lab/log/postfix.log
maillog_file_prefixes = /run/lab
queue_directory = /var/spool/postfix
data_directory = /run/lab/postfix
meta_directory = /run/lab/conf/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = all
inet_protocols = all
mynetworks = 127.0.0.0/8
myhostname = probe.lab
mydestination = {served}
local_recipient_maps =
local_transport = discard
default_transport = discard
alias_maps =
biff = no
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 500
smtpd_tls_loglevel = 1
smtputf8_enable = yes
postscreen_greet_action = enforce
postscreen_greet_wait = 6s
postscreen_greet_ttl = 1s
"""


def _postfix_master():
    lines = []
    for _, host, address in _hosts("postfix", "postscreen"):
        options = [f"myhostname={host.ehlo}", f"smtpd_banner={host.banner} ESMTP Postfix"]
        if host.starttls:
            options += ["smtpd_tls_security_level=may", f"smtpd_tls_chain_files={TLS}/{host.fqdn}.key, {TLS}/{host.fqdn}.pem"]
        if host.tls_protocols:
            options.append(f"smtpd_tls_protocols={host.tls_protocols}")
        options += host.options
        if host.by == "postscreen":     # each has a cache and an smtpd of its own
            options += [f"postscreen_cache_map=btree:/run/lab/postfix/{host.fqdn}", f"smtpd_service_name=smtpd-{address}"]
        text = "".join(f"  -o {{ {option} }}\n" for option in options)
        service = f"[{address}]:25" if ":" in address else f"{address}:25"
        if host.by == "postscreen":
            lines.append(f"{service} inet n - n - 1 postscreen\n{text}smtpd-{address} pass - - n - - smtpd\n{text}")
        else:
            lines.append(f"{service} inet n - n - - smtpd\n{text}")
    return "".join(lines) + """tlsproxy unix - - n - 0 tlsproxy
dnsblog unix - - n - 0 dnsblog
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def _opensmtpd():
    lines, named = [], set()
    for _, host, address in _hosts("opensmtpd"):
        if host.fqdn not in named:
            lines += [f'pki {host.fqdn} cert "{TLS}/{host.fqdn}.pem"', f'pki {host.fqdn} key "{TLS}/{host.fqdn}.key"']
            named.add(host.fqdn)
        lines.append(f"listen on {address} port 25 tls pki {host.fqdn} hostname {host.fqdn}")
    domains = ", ".join(f'"{d.name}"' for d in DOMAINS if any(h.by == "opensmtpd" for h in d.hosts))
    lines += ['action "drop" relay host smtp://127.0.0.1:9', f"match from any for domain {{ {domains} }} action \"drop\""]
    return "\n".join(lines) + "\n"


def _exim_hosts():
    return "".join(f'"{address}": banner={host.banner} ehlo={host.ehlo} name={host.fqdn} auth={"yes" if d.name == "auth-before-tls.lab" else "no"}\n'
                   for d, host, address in _hosts("exim"))


def _exim():
    addresses = " ; ".join(address for _, _, address in _hosts("exim"))
    domains = " : ".join(sorted({d.name for d, _, _ in _hosts("exim")}))

    def about(key):
        return "${extract{%s}{${lookup{$received_ip_address}lsearch{/run/lab/conf/exim.hosts}}}}" % key
    return f"""primary_hostname = probe.lab
local_interfaces = <; {addresses}
daemon_smtp_ports = 25
smtp_active_hostname = {about("ehlo")}
smtp_banner = {about("banner")} ESMTP Exim $tod_full
spool_directory = /run/lab/exim
log_file_path = /run/lab/log/exim-%slog
pid_file_path = /run/lab/pid/exim
host_lookup =
keep_environment =
rfc1413_query_timeout = 0s
smtp_accept_max = 500
smtp_accept_queue_per_connection = 0
tls_advertise_hosts = *
tls_certificate = {TLS}/{about("name")}.pem
tls_privatekey = {TLS}/{about("name")}.key
auth_advertise_hosts = ${{if eq{{{about("auth")}}}{{yes}}{{*}}{{}}}}
acl_smtp_rcpt = rcpt
domainlist served = {domains}
begin acl
rcpt:
  accept domains = +served
  deny message = relay not permitted
begin routers
drop:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = no
"""


def _bimi_server(conf, certs, domain):
    name = domain.bimi_host
    root = conf / "web" / name
    root.mkdir(parents=True)
    (root / "logo.svg").write_text(domain.logo(domain.bimi))
    shutil.copy(certs.mark_path(domain) if domain.mark else conf / "tls" / f"{name}.pem", root / "mark.pem")
    return (f"    server {{ listen {WEB[0]}:443 ssl; listen [{WEB[1]}]:443 ssl; server_name {name}; root /run/lab/conf/web/{name};"
            f" ssl_certificate {TLS}/{name}.pem; ssl_certificate_key {TLS}/{name}.key; }}\n")


def _nginx(conf, certs):
    text = """user www-data;
worker_processes 1;
pid /run/lab/pid/nginx;
error_log /run/lab/log/nginx.log;
events { worker_connections 1024; }
http {
    access_log /run/lab/log/nginx-access.log;
    client_body_temp_path /run/lab/nginx/body;
    proxy_temp_path /run/lab/nginx/proxy;
    fastcgi_temp_path /run/lab/nginx/fastcgi;
    uwsgi_temp_path /run/lab/nginx/uwsgi;
    scgi_temp_path /run/lab/nginx/scgi;
    types { text/plain txt; text/html html; image/svg+xml svg; }
"""
    for domain in DOMAINS:
        if not domain.mta_sts or domain.mta_sts.by != "nginx":
            continue
        name = domain.mta_sts.fqdn
        root = conf / "web" / name / ".well-known"
        root.mkdir(parents=True)
        text_of_policy = domain.mta_sts.text(domain)
        (root / "mta-sts.txt").write_text(text_of_policy, newline="\r\n")
        (root / "mta-sts.txt.gz").write_bytes(gzip.compress(text_of_policy.encode(), mtime=0))
        answer = domain.mta_sts.answer
        text += f"""    server {{
        listen {WEB[0]}:443 ssl;
        listen [{WEB[1]}]:443 ssl;
        server_name {name};
        ssl_certificate {TLS}/{name}.pem;
        ssl_certificate_key {TLS}/{name}.key;
        root /run/lab/conf/web/{name};
        {f"location / {{ {answer} }}" if answer else ""}
    }}
"""
    for domain in DOMAINS:
        if domain.bimi:
            text += _bimi_server(conf, certs, domain)
    # Canaries answer on another port as well: that is how a blocked port 25 is told from no network at all.
    for domain in DOMAINS:
        for host in domain.hosts if domain.name.startswith("canary") else ():
            listen = "".join(f" listen {f'[{a}]' if ':' in a else a}:443 ssl;" for a in host.addresses)
            text += (f"    server {{{listen} server_name {host.fqdn}; return 204;"
                     f" ssl_certificate {TLS}/{host.fqdn}.pem; ssl_certificate_key {TLS}/{host.fqdn}.key; }}\n")
    return text + "}\n"


def _peers():
    rows = [{"address": address, "name": host.fqdn, "domain": d.name, "script": host.by, "starttls": host.starttls}
            for d, host, address in _hosts(*{h.by for d in DOMAINS for h in d.hosts} - set(SERVERS))]
    rows += [{"address": address, "name": d.mta_sts.fqdn, "domain": d.name, "script": d.mta_sts.by, "starttls": False, "https": True}
             for d in DOMAINS if d.mta_sts and d.mta_sts.by not in ("nginx", "nobody") for address in d.mta_sts.addresses]
    return [row | {"key": f"{TLS}/{row['name']}.key", "cert": f"{TLS}/{row['name']}.pem"} for row in rows]
