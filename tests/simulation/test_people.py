"""Who lives there, and how their plates are misread."""

from random import Random

import pytest

from deploy.simulation.estate import Estate
from deploy.simulation.people import make_plate, misread, populate
from tests.simulation.conftest import Played


def test_the_estate_is_full_but_for_a_few_homes(estate: Estate) -> None:
    homes = populate(estate, Random("1/homes"))
    assert 355 <= len(homes) <= 384
    people = [person for home in homes for person in home.people]
    assert 600 <= len(people) <= 1100
    assert 80 <= sum(1 for person in people if person.plate) <= 200


def test_nobody_shares_a_number(estate: Estate) -> None:
    homes = populate(estate, Random("1/homes"))
    numbers = [person.number for home in homes for person in home.people]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("seed", range(50))
def test_a_misread_plate_differs_in_one_character(seed: int) -> None:
    rng = Random(seed)
    plate = make_plate(rng)
    wrong = misread(rng, plate)
    assert len(wrong) == len(plate)
    assert sum(a != b for a, b in zip(plate, wrong, strict=True)) == 1
    assert wrong[:2] == plate[:2]


def test_plates_have_seven_places_or_eight_and_no_confusing_letters() -> None:
    rng = Random(5)
    for plate in (make_plate(rng) for _ in range(200)):
        assert (
            len(plate) == (8 if plate[2] == "D" and plate[3:].isdigit() else 7) or len(plate) == 7
        )
        assert not set(plate[2:]) & set("IO")


def test_three_plates_in_a_hundred_are_misread(day: Played) -> None:
    sure = [fact.confidence or 0 for fact in day.of("plate.read")]
    share = sum(1 for confidence in sure if confidence < 0.9) / len(sure)
    assert len(sure) > 150
    assert 0.01 <= share <= 0.06
