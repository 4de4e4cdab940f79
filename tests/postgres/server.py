#!/usr/bin/env python3
"""A PostgreSQL of the tests' own: Debian's, in a directory of its own, as an ordinary user, with no port of the machine's in use.

    with Server() as server:                # made by initdb, started, and removed with all that is in it
        mailready("--store", server.url())
        server.kill()                       # kill -9 of all its processes; start() recovers
        server.freeze(); server.thaw()      # it takes connections, by the kernel, and never answers

It listens on a socket in its directory and on a free port of 127.0.0.1 (of the namespace that `enter` leads into).  No server that
the machine runs already is looked at, nor its socket in /var/run/postgresql.  A test that is ended ends it, too.

As a program: server.py COMMAND... runs the command with the store's URL in STORE, and ends with its exit status; 77 where there is
no PostgreSQL.  Nothing is installed: `fetch` unpacks Debian's packages where the machine has none.
"""
import atexit
import contextlib
import functools
import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
LIMIT_S = 120
SKIPPED = 77
USER = "auditor"        # of the database; its password is in `passfile`
UNPRIVILEGED = "nobody"     # for root, as whom PostgreSQL does not run
SETTINGS = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off", "shared_buffers": "16MB", "max_connections": "40", "max_wal_size": "256MB",
            "autovacuum": "off", "jit": "off", "logging_collector": "off", "log_min_messages": "error", "dynamic_shared_memory_type": "posix", "huge_pages": "off"}


def programs():
    """The directory of initdb and postgres, the newest where there are several; None."""
    places = glob.glob("/usr/lib/postgresql/*/bin/postgres") + glob.glob(os.path.join(BUILD, "postgres/root/usr/lib/postgresql/*/bin/postgres"))
    places = [os.path.dirname(path) for path in places if os.path.exists(os.path.join(os.path.dirname(path), "initdb"))]
    return max(places, key=lambda path: int(path.split("/")[-2])) if places else None


@functools.lru_cache
def open_to(user, directory):
    """The directory, or where the checkout is closed to the user a copy of it and of what is beside it: until this program ends."""
    seen = subprocess.run(["setpriv", "--reuid", str(user), "--clear-groups", "test", "-x", os.path.join(directory, "postgres")], check=False)
    if seen.returncode == 0:
        return directory
    usr = os.path.dirname(directory.partition("/postgresql/")[0])
    place = tempfile.mkdtemp(prefix="pg-programs-", dir="/tmp")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    os.chmod(place, 0o755)
    shutil.copytree(usr, os.path.join(place, "usr"), symlinks=True, ignore=shutil.ignore_patterns("libLLVM*", "doc", "man", "locale"))
    subprocess.run(["chmod", "-R", "a+rX", place], check=True)      # unpacked by somebody who keeps his files for himself
    return directory.replace(usr, os.path.join(place, "usr"), 1)


def children(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(number) for number in file.read().split()]
    return []


def is_alive(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(") ")[2][0] not in "ZX"
    return False


class Server:
    """`enter`: the words before a command that lead into a namespace, ("ip", "netns", "exec", ...), by exec(2); loopback is up there.
    `address`: where it listens for TCP.  `settings`: more of postgresql.conf.  `tls`: (certificate, key), paths."""

    def __init__(self, enter=(), address="127.0.0.1", settings=None, tls=None):
        self.enter, self.address = list(enter), address
        self.process = None
        self.user = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self.bin = open_to(self.user.pw_uid, programs()) if self.user else programs()
        self.directory = tempfile.mkdtemp(prefix="pg-", dir="/tmp")      # short: a socket's name has 107 octets
        self.data = os.path.join(self.directory, "data")
        self.passfile = os.path.join(self.directory, "pgpass")
        self.log = os.path.join(self.directory, "log")
        self.password = secrets.token_hex(16)
        self.port = self._free_port()
        self.settings = {**SETTINGS, "listen_addresses": address, "port": str(self.port), "unix_socket_directories": self.directory, **(settings or {})}
        try:
            self._own(self.directory)
            self._make(tls)
            self.start()
        except BaseException:
            self.remove()
            raise

    # ---- making it ----

    @staticmethod
    def _free_port():
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]

    def _own(self, path):
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _words(self, program, *words):
        drop = ["--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups"] if self.user else []
        return [*self.enter, "setpriv", *drop, "--pdeathsig", "QUIT", os.path.join(self.bin, program), *words]

    def _environment(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG") and name != "LD_PRELOAD"}
        root = self.bin.partition("/postgresql/")[0]
        if root != "/usr/lib":
            env["LD_LIBRARY_PATH"] = ":".join([root, *glob.glob(root + "/*-linux-gnu")])
        return {**env, "LC_ALL": "C.UTF-8"}

    def _run(self, *words):
        done = subprocess.run(words, cwd=self.directory, env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S)
        if done.returncode != 0:
            raise RuntimeError(f"{words[-1]}: {done.stdout}")

    def _write(self, path, text, mode=0o600):
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(text)
        self._own(path)

    def _make(self, tls):
        secret = os.path.join(self.directory, "secret")
        self._write(secret, self.password + "\n")
        self._run(*self._words("initdb", "-D", self.data, "-U", USER, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8", "-N"))
        os.unlink(secret)
        settings = dict(self.settings)
        if tls:
            for name, path in zip(("server.crt", "server.key"), tls):
                shutil.copyfile(path, os.path.join(self.data, name))
                os.chmod(os.path.join(self.data, name), 0o600)
                self._own(os.path.join(self.data, name))
            settings["ssl"] = "on"
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        # libpq refuses one that others may read; it is read by whoever runs the test, who is not always whom the server runs as.
        with open(self.passfile, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"*:*:*:{USER}:{self.password}\n")

    # ---- its life ----

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self._words("postgres", "-D", self.data), cwd=self.directory, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + LIMIT_S
        while self._is_starting():
            if self.process.poll() is not None or time.monotonic() > until:
                with open(self.log, encoding="utf-8", errors="replace") as file:
                    raise RuntimeError("PostgreSQL does not start: " + file.read()[-1000:])
            time.sleep(0.02)

    def _is_starting(self):
        with contextlib.suppress(OSError):
            with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
                lines = file.read().split("\n")
                return len(lines) < 8 or lines[7].strip() != "ready" or lines[0] != str(self.process.pid)
        return True

    def pids(self):
        return [self.process.pid, *children(self.process.pid)] if self.process else []

    def _signal(self, number, pids):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self):
        """All of its processes at once: a power cut, but for the disk."""
        pids = self.pids()
        self._signal(signal.SIGSTOP, pids[:1])      # it makes no new ones
        self._signal(signal.SIGKILL, self.pids()[::-1])
        self.process.wait(LIMIT_S)
        until = time.monotonic() + LIMIT_S
        while any(map(is_alive, pids)) and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self):
        """As an administrator does: connections are ended, and told so."""
        if self.process and self.process.poll() is None:
            self.thaw()
            self.process.send_signal(signal.SIGINT)
            self.process.wait(LIMIT_S)

    def freeze(self):
        self._signal(signal.SIGSTOP, self.pids())

    def thaw(self):
        self._signal(signal.SIGCONT, self.pids())

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    # ---- speaking with it ----

    def url(self, database="postgres", tcp=False, options=""):
        """Without a password: environment() names the file that has it."""
        place = f"{self.address}:{self.port}" if tcp else ""
        where = "" if tcp else f"?host={self.directory}&port={self.port}"
        more = options and ("&" if where else "?") + options
        return f"postgresql://{USER}@{place}/{database}{where}{more}"

    def environment(self):
        return {"PGPASSFILE": self.passfile}

    def sql(self, statement, database="postgres"):
        """The rows: lists of texts, NULL is None.  By psql, which is not what is tested."""
        words = [os.path.join(self.bin, "psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-P", "null=\x1d", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", statement]
        done = subprocess.run(words, env={**self._environment(), **self.environment()}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S)
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr}")
        rows = done.stdout.removesuffix("\n").split("\x1e") if done.stdout.strip("\n") else []
        return [[None if value == "\x1d" else value for value in row.split("\x1f")] for row in rows]

    def new_database(self):
        """The name of an empty one."""
        name = "d" + secrets.token_hex(6)
        self.sql(f"CREATE DATABASE {name}")
        return name


def main(words):
    if not programs():
        print("there is no PostgreSQL here", file=sys.stderr)
        return SKIPPED
    with Server() as server:
        return subprocess.run(words, env={**os.environ, **server.environment(), "STORE": server.url()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
