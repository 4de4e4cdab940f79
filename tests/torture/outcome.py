"""What may come of an audit in which memory runs out.  (threats.md R2)"""
import ipaddress
import signal

READY, FINDINGS, USAGE, UNDECIDED, FAULT = range(5)


def key(finding):
    return finding["id"], finding["status"], finding["subject"]


def is_of(address, subject):
    """Is the finding about the address, or about the zone of its reverse name?"""
    pointer = ipaddress.ip_address(address).reverse_pointer
    return address in subject or subject.endswith(".arpa") and f".{pointer}".endswith(f".{subject}")


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
    if invented := {f for f in found - expected if f[1] not in bearable}:
        return f"invented: {invented}"
    skipped = {check for check, state, _ in found if state in bearable}
    # An address that was lost: what would be found of it is not, and that not all addresses are known is undecided.
    unheard = {a["ip"] for a in sound["mail_addresses"]} - {a["ip"] for a in document["mail_addresses"]} if undecided else set()
    if missing := {f for f in expected - found if f[0] not in undecided | skipped and not any(is_of(ip, f[2]) for ip in unheard)}:
        return f"missing: {missing}"
    if status != sound_status and not undecided:
        return f"exit status {status}, and nothing is undecided"
    return None
