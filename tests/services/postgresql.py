"""A real PostgreSQL, the database of a console that more than one machine uses.

A handle is one server; each test takes a database of its own from it. It refuses to run as root,
so started by root it becomes the user that Debian made for it, in a folder that this user may
enter.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.services import process, tools
from tests.services.cache import Unavailable, log_of
from tests.services.process import LOOPBACK, Child, Service

PACKAGE = "postgresql"
USER = "tester"
OWNERS = ("postgres", "nobody")
DEBIAN = Path("/usr/lib/postgresql")
GONE_S = 10.0
# Whole transactions outlive a kill of the server without it; only a power cut asks for more.
SETTINGS = ("fsync=off", "full_page_writes=off", "unix_socket_directories=", "max_connections=50")


@dataclass
class PostgreSQL(Service):
    """A running PostgreSQL on loopback that lets everybody in as `tester`."""

    port: int
    data: Path
    _numbers: "count[int]"

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql://{USER}@{LOOPBACK}:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(self._numbers)}"
        engine = create_engine(
            self.url().replace("://", "+pg8000://"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def kill(self) -> None:
        """As a power cut, its helpers too: each leads a group of its own, and a new server ends at
        once beside one that is still there.
        """
        helpers = process.descendants(self.child.pid) if self.running else set()
        super().kill()
        for pid in helpers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + GONE_S
        while any(map(process.is_there, helpers)) and time.monotonic() < deadline:
            time.sleep(process.PROBE_EVERY_S)

    def __exit__(self, *_: Any) -> None:
        """End it, and leave nothing outside the test's folder."""
        self.kill()  # A stop in good order first writes down what is deleted next.
        shutil.rmtree(self.data, ignore_errors=True)


def prepare() -> Path:
    """Return the folder of PostgreSQL's programs, installed with apt-get if there is none."""
    found = _programs()
    if found is None:
        tools.apt_install("pg_ctlcluster", PACKAGE)
        found = _programs()
    if found is None:
        raise Unavailable("PostgreSQL's initdb is not on this machine: install postgresql")
    return found


def _programs() -> Path | None:
    """Debian keeps each version's programs in a folder of its own, off the PATH; the newest."""
    on_path = tools.find("initdb")
    if on_path is not None:
        return on_path.resolve().parent
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def start(data: Path) -> PostgreSQL:
    """Start a PostgreSQL that keeps everything in `data`, or beside it where root may not be."""
    programs = prepare()
    data.mkdir(parents=True, exist_ok=True)
    cluster, become = _owned(data)
    if not (cluster / "PG_VERSION").exists():
        made = [*become, str(programs / "initdb"), "-D", str(cluster), "-U", USER]
        made += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        log = log_of("postgresql")
        with log.open("ab") as out:
            done = subprocess.run(made, stdout=out, stderr=out, cwd="/", check=False)
        if done.returncode != 0:
            raise Unavailable(f"initdb ended with {done.returncode}; see {log}:\n{tools.tail(log)}")
    port = process.free_port()
    argv = [*become, str(programs / "postgres"), "-D", str(cluster), "-h", LOOPBACK]
    argv += ["-p", str(port), *(part for one in SETTINGS for part in ("-c", one))]
    ready = str(programs / "pg_isready")
    child = Child(argv, data / "postgresql.log", lambda: _is_ready(ready, port), cwd=Path("/"))
    child.start()
    return PostgreSQL(child, port, cluster, count(1))


def _owned(data: Path) -> tuple[Path, list[str]]:
    """A folder for the cluster, and what to put before a command so that its owner runs it."""
    if os.geteuid() != 0:
        return data / "cluster", []
    owner = next((one for one in map(_user, OWNERS) if one is not None), None)
    change = shutil.which("setpriv")
    if owner is None or change is None:
        raise Unavailable("PostgreSQL does not run as root: run the tests as another user")
    kept = data / "where"
    if not kept.exists():
        # A test's folder is closed to all but its user.
        folder = Path(tempfile.mkdtemp(prefix="smart-community-postgresql-"))
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        kept.symlink_to(folder)
    ids = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--"]
    return kept.readlink(), [change, *ids]


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _is_ready(program: str, port: int) -> bool:
    asked = [program, "-q", "-h", LOOPBACK, "-p", str(port), "-U", USER]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0
