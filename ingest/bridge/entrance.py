"""Who a request is from, and whether it may come in."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.bridge.auth import Guard, Request, Verdict
from ingest.bridge.config import BridgeFile
from ingest.bridge.make import PLAIN_ID, Make

LOGIN_LASTS_MS = 10 * 60_000
LOGINS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as far as its sender is concerned. `peer` is the address it came from."""

    make: Make
    serial: str | None
    peer: str | None
    request: Request
    now: int


class LastingLogins:
    """Logins that hold for what follows them: by make, own name and address, until silence."""

    def __init__(self) -> None:
        """None yet."""
        self._known: OrderedDict[tuple[str, str, str], tuple[str, int]] = OrderedDict()

    def keep(self, visit: Visit, serial: str, device: str) -> None:
        """What calls itself `serial` has proven to be `device`."""
        key = (visit.make.name, serial, visit.peer or "")
        self._known[key] = (device, visit.now + LOGIN_LASTS_MS)
        self._known.move_to_end(key)
        if len(self._known) > LOGINS_REMEMBERED:
            self._known.popitem(last=False)

    def device(self, visit: Visit) -> str | None:
        """Who this is, if its login still holds; it then holds anew."""
        if visit.serial is None:
            return None
        device, until = self._known.get(
            (visit.make.name, visit.serial, visit.peer or ""), (None, 0)
        )
        if device is None or visit.now > until:
            return None
        self.keep(visit, visit.serial, device)
        return device


@dataclass(slots=True)
class Entrance:
    """Judges requests. `guard` is None where no authentication is asked."""

    guard: Guard | None
    file: Callable[[], BridgeFile]
    _logins: LastingLogins = field(default_factory=LastingLogins)

    def device(self, visit: Visit) -> str | None:
        """Our name of the sender, unproven: as the file, a login or the sender itself has it."""
        entry = self.file().entry_of(visit.make.name, visit.serial) if visit.serial else None
        if entry is not None:
            return entry.device
        if known := self._logins.device(visit):
            return known
        told = self.guard.user(visit.request) if self.guard else None
        return next((n for n in (told, visit.serial) if n and PLAIN_ID.fullmatch(n)), None)

    def judge(self, visit: Visit, device: str) -> Verdict:
        """Whether the sender is `device`. Raises PasswordFileError."""
        if self.guard is None:
            return Verdict.GOOD
        if visit.make.login_lasts and self._logins.device(visit) == device:
            return Verdict.GOOD
        verdict = self.guard.check(visit.request, device, visit.now)
        allowed = self.file().allows(visit.make.name, device, visit.serial, visit.peer)
        return Verdict.GOOD if verdict is Verdict.MISSING and allowed else verdict

    def enrol(self, visit: Visit, serial: str | None, device: str) -> None:
        """Let a proven login hold for what follows, where the make has it so."""
        if visit.make.login_lasts and serial is not None:
            self._logins.keep(visit, serial, device)
