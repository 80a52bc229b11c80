"""The register at the beginning of the month, as the console hands it to the processors."""

from collections.abc import Iterator

from bench.oracle.homes import Home
from bench.oracle.world import World
from deploy.simulation.facts import Fact

YEAR_MS = 365 * 86_400_000
CARE_SILENT_S, CARE_SILENT_80_S = 24 * 3600, 12 * 3600
GUARD = "2680999001"
STAFF = {"office": 4, "archive": 4, "plant": 2, "store": 3}
"""How many people have to do with each staff room."""


def opening(world: World) -> Iterator[Fact]:
    """Homes, credentials, permits, consents, staff, couriers, away notes."""
    at = world.calendar.start
    for home in world.homes:
        yield world.note(
            at, "dwelling", home.dwelling, dwelling=home.dwelling, use=home.use,
            people=home.registered,
        )  # fmt: skip
        for person in home.people:
            yield from _person(world, home, person.number, person.plate)
        if home.noted:
            for span in home.away:
                yield world.note(
                    max(at, span.start - 86_400_000), "away_note", home.dwelling,
                    dwelling=home.dwelling, valid_from=span.start, valid_to=span.end,
                )  # fmt: skip
    for home in world.cared_for:
        longest = CARE_SILENT_80_S if len(home.people) == 1 else CARE_SILENT_S
        yield world.note(
            at, "consent", home.dwelling, dwelling=home.dwelling, silent_max_s=longest,
            valid_from=at, subject=home.people[0].number,
        )  # fmt: skip
    for card in (*staff_cards(), *couriers(world), GUARD):
        kind = "courier" if card.startswith("269") else "property"
        yield world.note(
            at, "credential", subject=card, credential_class=kind, valid_from=at,
            valid_to=at + YEAR_MS,
        )  # fmt: skip


def _person(world: World, home: Home, number: str, plate: str | None) -> Iterator[Fact]:
    at = world.calendar.start
    kind = "tenant" if home.use == "let" else "resident"
    common = {"credential_class": kind, "valid_from": at, "valid_to": at + YEAR_MS}
    yield world.note(
        at, "credential", home.dwelling, subject=number, dwelling=home.dwelling, **common
    )
    if plate is not None:
        yield world.note(
            at, "permit", home.dwelling, subject=plate, dwelling=home.dwelling, **common
        )


def staff_cards() -> tuple[str, ...]:
    """The cards of the staff."""
    return tuple(staff_card(room, n) for room, count in STAFF.items() for n in range(count))


def staff_card(room: str, number: int) -> str:
    """One member of the staff of a room."""
    return str(2_680_000_000 + sum(room.encode()) * 1000 + number)


def couriers(world: World) -> tuple[str, ...]:
    """The couriers' cards."""
    return tuple(str(2_690_000_000 + number) for number in range(len(world.estate.unit_doors)))
