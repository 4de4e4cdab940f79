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


def main():
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
