"""What the processor did meanwhile: our own parts, and whatever else runs on the machine."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HZ = os.sysconf("SC_CLK_TCK")
SERVED = ("console", "log")


def cpu_s(pid: int) -> float:
    """Seconds of the processor that a process and those it waited for have used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / HZ


def own_cpu_s(pid: int) -> float:
    """Seconds of the processor that a process alone has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / HZ


def waited_s(pid: int) -> float:
    """Seconds that the threads of a process were ready to run and had no core."""
    told = [task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(waited) for _, waited, _ in told) / 1e9


def prefer(pid: int, nice: int) -> None:
    """Let a process's session go before (-20) or behind (19) what else runs on the machine."""
    Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in map(int, below) for one in tree(child))]


def busy_s() -> float:
    """Seconds that all cores were at work."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    values = [int(field) for field in fields]
    return (sum(values) - values[3] - values[4]) / HZ


@dataclass
class Weighed:
    """Cores in use over a stretch: by each part, by what drives them, by others on the machine."""

    parts: Mapping[str, int]

    def __post_init__(self) -> None:
        """The stretch begins."""
        self._at, self._busy, self._used = time.monotonic(), busy_s(), self._now()

    def _now(self) -> dict[str, float]:
        trees = {name: tree(pid) for name, pid in self.parts.items()}
        known = {pid for pids in trees.values() for pid in pids}
        driving = [pid for pid in tree(os.getpid()) if pid not in known]
        used = {name: sum(map(cpu_s, pids)) for name, pids in trees.items()}
        return used | {"driver": sum(map(own_cpu_s, driving))}

    def cores(self) -> dict[str, float]:
        """The cores each part used since the beginning."""
        seconds = time.monotonic() - self._at
        now = self._now()
        used = {name: (now[name] - self._used[name]) / seconds for name in now}
        rest = (busy_s() - self._busy) / seconds - sum(used.values())
        return used | {"others": max(0.0, rest)}


def load_share(cores: Mapping[str, float]) -> float:
    """How much of all that we use is the load and not what is loaded."""
    served = sum(cores.get(name, 0.0) for name in SERVED)
    ours = sum(used for name, used in cores.items() if name != "others")
    return 1 - served / ours if ours else 0.0
