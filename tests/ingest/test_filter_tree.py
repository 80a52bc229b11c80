"""The tree of filters answers as a walk through all of them would."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.filter_tree import FilterTree
from ingest.topics import matches

LEVEL = st.sampled_from(["a", "b", "", "$x"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join)
PATTERN = st.builds(
    lambda levels, rest: "/".join([*levels, *rest]),
    st.lists(LEVEL | st.just("+"), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
) | st.just("#")


def tree(patterns: list[str]) -> FilterTree[str]:
    found: FilterTree[str] = FilterTree()
    for pattern in patterns:
        found.add(pattern, pattern)
    return found


def breadth(pattern: str) -> tuple[bool, int, int]:
    levels = pattern.split("/")
    return "#" in levels, levels.count("+"), -len(levels)


@given(st.lists(PATTERN, max_size=8, unique=True), TOPIC)
def test_the_narrowest_filter_over_a_topic_is_found(patterns: list[str], topic: str) -> None:
    over = sorted((p for p in patterns if matches(p, topic)), key=breadth)
    found = tree(patterns).narrowest(topic)

    assert (found is None) == (not over)
    assert found is None or (matches(found, topic) and breadth(found) == breadth(over[0]))


def test_of_two_alike_the_first_counts() -> None:
    found: FilterTree[int] = FilterTree()
    found.add("a/+", 1)
    found.add("a/+", 2)

    assert found.narrowest("a/b") == 1


def test_a_plus_between_is_narrower_than_a_hash() -> None:
    assert tree(["a/#", "a/+/c", "#"]).narrowest("a/b/c") == "a/+/c"
