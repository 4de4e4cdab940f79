#!/usr/bin/python3
"""build.py LAB_DIR: make everything in LAB_DIR/conf from the table in world.py."""

import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import certs
import servers
import zones
from world import DOMAINS


def check_numbers():
    """Domains of one number would share addresses."""
    numbers = [domain.number for domain in DOMAINS]
    twice = {f"{d.name} ({d.number})" for d in DOMAINS if numbers.count(d.number) > 1}
    if twice:
        sys.exit(f"world.py: these share a number: {' '.join(sorted(twice))}")


def main():
    check_numbers()
    lab = Path(sys.argv[1]).resolve()
    conf = lab / "conf"
    shutil.rmtree(conf, ignore_errors=True)
    conf.mkdir(parents=True)
    certificates = certs.Certificates(lab)
    certificates.issue_all()
    zones.build(lab, conf, certificates)
    servers.build(conf, certificates)
    (lab / "domains").write_text("".join(f"{d.name}\n" for d in DOMAINS))


if __name__ == "__main__":
    main()
