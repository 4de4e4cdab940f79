"""What may come of an audit in which memory runs out, or a system call fails.  (threats.md R1, R2, R3)"""
import errno
import ipaddress
import os
import signal

READY, FINDINGS, USAGE, UNDECIDED, FAULT = range(5)
NO_IPV6_SEEN = "env.ipv6", "note"       # "no IPv6 connection was seen to work", which is true where none can be made


def is_ended_early(status, complaint):
    """A file that the user named cannot be read: nobody is asked anything."""
    said = [f": {os.strerror(number)}" for number in (errno.EINTR, errno.EMFILE, errno.EIO)] + ["CA file cannot be read"]
    return status == USAGE and any(words in complaint for words in said)


def key(finding):
    return finding["id"], finding["status"], finding["subject"]


def is_of(address, subject):
    """Is the finding about the address, or about the zone of its reverse name?"""
    pointer = ipaddress.ip_address(address).reverse_pointer
    return address in subject or subject.endswith(".arpa") and f".{pointer}".endswith(f".{subject}")


def names(document):
    """Of its mail hosts."""
    return {host for address in document["mail_addresses"] for host in address.get("hosts", ())}


def wrong_with(outcome, sound, sound_status, may_skip=False):
    """may_skip: where something is undecided, what is asked of it may be skipped, since it was never heard of."""
    status, document, counts, complaint, left = outcome
    if status == -signal.SIGABRT and "OpenSSL internal error" in complaint:     # 3.5 gives up by itself where its threads have no data
        return None
    if status not in (READY, FINDINGS, UNDECIDED, FAULT):
        return f"exit status {status}: {complaint[-200:]}"
    if status == FAULT:     # what was written by then may be kept, if its name says so
        other = {name for name in left if not name.endswith(".partial")}
        return None if complaint and not other else f"status {FAULT}: {complaint or 'without a word'}, left {other}"
    if counts and counts[2]:
        return f"{counts[2]} blocks leak"
    if left:
        return f"left {left}"
    if not document:
        return f"no report, and exit status {status}"
    expected, found = {key(f) for f in sound["findings"]}, {key(f) for f in document["findings"]}
    if not found:
        return None if status == UNDECIDED else f"nothing was found, and exit status {status}"
    undecided = {check for check, state, _ in found if state == "unknown"}
    bearable = {"unknown"} | ({"skipped"} if may_skip and undecided else set())
    if invented := {f for f in found - expected if f[1] not in bearable and (f[:2] != NO_IPV6_SEEN or not undecided)}:
        return f"invented: {invented}"
    skipped = {check for check, state, _ in found if state in bearable}
    # An address or a host that was lost: what would be found of it is not, and that not all of them are known is undecided.
    unheard = {a["ip"] for a in sound["mail_addresses"]} - {a["ip"] for a in document["mail_addresses"]} if undecided else set()
    hosts = names(sound) - names(document) if undecided else set()
    if missing := {f for f in expected - found if f[0] not in undecided | skipped | ({NO_IPV6_SEEN[0]} if undecided else set()) and not any(is_of(ip, f[2]) for ip in unheard)
                   and not any(host in f[2] for host in hosts) and not (hosts and f[0].startswith("mx."))}:
        return f"missing: {missing}"
    if status != sound_status and not undecided:
        return f"exit status {status}, and nothing is undecided"
    return None
