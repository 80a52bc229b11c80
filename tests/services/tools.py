"""The ordinary package clients (mvn, go, cargo, apt-get) that services are fetched with.

A missing client or a closed network is the machine's state and no fault of ours, so each becomes
an `Unavailable` that says what to install or where to read on.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.cache import Unavailable, locked, log_of

TOOL_TIMEOUT_S = 1800
# Another apt-get on this machine may hold its lock.
LOCK_S = 300
TAIL_CHARS = 600
# Debian keeps servers in sbin folders, which are not on every user's PATH.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])


def find(program: str) -> Path | None:
    """Return where `program` is, or None."""
    found = shutil.which(program, path=SEARCH_PATH)
    return Path(found) if found else None


def need(program: str, mend: str) -> Path:
    """Return where `program` is, or raise Unavailable with how to mend it."""
    found = find(program)
    if found is None:
        raise Unavailable(f"{program} is not on this machine: {mend}")
    return found


def tail(log: Path) -> str:
    """Return the last words of a log, for a message a person reads."""
    return log.read_text(errors="replace")[-TAIL_CHARS:].strip() if log.exists() else "(no log)"


def run(
    argv: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a client to its end at low priority, its words in `log`; Unavailable if it fails."""
    nice = ["nice", "-n", "10"] if shutil.which("nice") else []
    command = [*nice, *map(str, argv)]
    with log.open("ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=TOOL_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Unavailable(f"{argv[0]} took over {TOOL_TIMEOUT_S} s; see {log}") from late
    if done.returncode != 0:
        raise Unavailable(f"{argv[0]} ended with {done.returncode}; see {log}:\n{tail(log)}")


def is_installed(package: str) -> bool:
    """Tell whether Debian's package is installed; True where there is no dpkg to ask."""
    query = shutil.which("dpkg-query")
    if query is None:
        return True
    asked = [query, "--show", "--showformat=${db:Status-Status}", package]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout == "installed"


def apt_install(program: str, *packages: str) -> Path:
    """Return where `program` is, after installing the Debian packages that are missing."""
    found = find(program)
    if found and all(map(is_installed, packages)):
        return found
    wanted = " ".join(packages)
    if os.geteuid() != 0:
        raise Unavailable(f"{program} needs the packages {wanted}: install them as root")
    apt_get = need("apt-get", f"install {wanted} with this system's package manager")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-qq", "--no-install-recommends", "-o", f"DPkg::Lock::Timeout={LOCK_S}"]
    log = log_of("apt-get")
    with locked("apt-get"):
        run([apt_get, "update", "-qq"], log=log)
        run([apt_get, *install, *packages], log=log, env=quiet)
    return need(program, f"apt-get installed {wanted} without it; see {log}")
