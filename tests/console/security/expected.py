"""Who may use which routes: written by hand, apart from `console/rights.py`, on purpose.

The first row that fits a route holds. A role is a letter: P police, G grid worker, W property
(wuye), S supervisor, R resident. `admin`: administrators alone; `all`: only whom no area bounds.
A route that fits no row, and a row that no route needs, fails.
"""

import re
from dataclasses import dataclass

from console.lifecycle.table import Role

LETTERS: dict[str, Role] = {
    "P": "police", "G": "grid_worker", "W": "property", "S": "supervisor", "R": "resident",
}  # fmt: skip
TABLE = """
ANY        /healthz | /login                                        PGWSR  open
ANY        /logout | /password                                      PGWSR
GET        /metrics                                                 PS
GET        /api/openapi.json                                        PGWSR
POST       /api/me/tokens                                           PGWS
ANY        /api/me | /api/me/.*                                     PGWSR
GET        /api/looks                                               PS
GET        /api/alerts.* | /api/incidents | /api/devices            PGWS
GET        /pictures/.*                                             PGWS
GET        /api/procedure                                           PGWSR
ANY        /api/cases/[^/]*/reveal                                  PGWS
POST       /api/cases/[^/]*/export                                  PS
GET        /api/cases/[^/]*/notices                                 PGWS
ANY        /api/cases.* | /api/reports.*                            PGWSR
GET        /api/shelves                                             PGWS
ANY        /api/shelves.*                                           PWS
GET        /api/floods | /api/statistics/.* | /api/figures          PS
ANY        /api/accounts.* | /api/tokens.*                          PGWS   admin all
GET        /api/teams | /api/roster                                 PGWS
PUT        /api/teams/.* | /api/roster                              PGWS   admin all
ANY        /api/roster.*                                            PGWS   admin
ANY        /api/quiet-hours.* | /api/contacts.* | /api/channels.*   PGWS   admin all
GET        /roster                                                  PGWS
POST       /roster                                                  PGWS   admin
ANY        /channels                                                PGWS   admin all
ANY        /api/watch/.* | /watch | /watch/.*                       P
GET        /register/(permits|passes|works|patrols)/(new|import|template/.*|[^/]*/edit)  PW
GET        /register/[^/]*/(new|import|template/.*|[^/]*/edit)      P
GET        /register | /register/(permits|passes|works|patrols).*   PWS
POST       /register/(permits|passes|works|patrols)/find           PWS
POST       /register/(permits|passes|works|patrols).*               PW
GET        /register/.*                                             PS
POST       /register/[^/]*/find                                     PS
POST       /register/.*                                             P
ANY        /accounts | /accounts/.* | /teams | /tokens              PGWS   admin all
ANY        /me                                                      PGWSR
GET        /api/register/(permits|passes|works|patrols).*           PWS
POST       /api/register/(permits|passes|works|patrols)/find       PWS
POST       /api/register/(permits|passes|works|patrols).*           PW
GET        /api/register/.*                                         PS
POST       /api/register/[^/]*/find                                 PS
POST       /api/register/.*                                         P
GET        /m/areas                                                 PS
ANY        /m/report                                                PGWR
ANY        /m/home/.*                                               R
POST       /m/cases/[^/]*/reveal                                    PGWS
ANY        /m | /m/.*                                               PGWSR
GET        /around/sheet.css | /privacy/style.css | /bases | /kept  PGWSR
GET        /homes | /buildings/.* | /api/homes                      PGS
GET        /gates.* | /vehicles | /places/.* | /unjudged            PGWS
GET        /api/gates/.* | /api/vehicles                            PGWS
GET        /visits.* | /api/visits.* | /paper/visits.*              PGS
POST       /visits/[^/]*/register                                   P
POST       /visits.* | /api/visits.*                                PG
POST       /paper/cases/[^/]*/export                                PS
GET        /paper/.*                                                PGWS
ANY        /handover.*                                              PGWS
GET        /figures | /quality | /wall                              PS
ANY        /audit.*                                                 S
ANY        /rights.* | /api/rights.*                                R
ANY        /requests.* | /api/requests.*                            PS
GET        / | /en                                                  PGWSR
ANY        /page/.* | /_nicegui/.* | /_nicegui_ws/.*                PGWS
"""


@dataclass(frozen=True)
class Expected:
    """One row: who may use the routes that fit it."""

    row: str
    method: str
    paths: tuple[str, ...]
    roles: frozenset[Role]
    flags: frozenset[str]

    def fits(self, method: str, path: str) -> bool:
        return self.method in ("ANY", method) and any(re.fullmatch(one, path) for one in self.paths)

    def lets_in(self, role: Role, *, admin: bool, everywhere: bool) -> bool:
        return (
            role in self.roles
            and (admin or "admin" not in self.flags)
            and (everywhere or "all" not in self.flags)
        )


def _read(row: str) -> Expected:
    method, rest = row.split(maxsplit=1)
    paths, letters, flags = re.fullmatch(r"(.+?)\s{2,}([PGWSR]+)\s*(.*)", rest).groups()  # type: ignore[union-attr]
    return Expected(
        row, method, tuple(path.strip() for path in paths.split(" | ")),
        frozenset(LETTERS[letter] for letter in letters), frozenset(flags.split()),
    )  # fmt: skip


ROWS = tuple(_read(row.strip()) for row in TABLE.strip().splitlines())


def expected(method: str, path: str) -> Expected | None:
    """What is expected of a route."""
    return next((row for row in ROWS if row.fits(method, path)), None)
