import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.filters import covers, reduce_filters, with_prefixes, without_prefix
from ingest.topics import matches

levels = st.sampled_from(["a", "b", "+"])
filters = st.builds(
    lambda parts, tail: "/".join([*parts, *tail]),
    st.lists(levels, min_size=1, max_size=3),
    st.sampled_from([[], ["#"]]),
)
topics = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("wide", "narrow", "so"),
    [
        ("#", "a/b", True),
        ("#", "$SYS/x", False),
        ("a/#", "a", True),
        ("a/#", "a/+/c", True),
        ("a/+", "a/b", True),
        ("a/+", "a/#", False),
        ("a/b", "a/+", False),
        ("a/+/c", "a/b", False),
    ],
)
def test_a_filter_covers_another(wide: str, narrow: str, so: bool) -> None:
    assert covers(wide, narrow) is so


@given(filters, filters, topics)
def test_what_the_covered_filter_takes_the_covering_takes(
    wide: str, narrow: str, topic: str
) -> None:
    if covers(wide, narrow) and matches(narrow, topic):
        assert matches(wide, topic)


@given(st.lists(filters, max_size=5), topics)
def test_reduced_filters_take_the_same_topics(some: list[str], topic: str) -> None:
    assert any(matches(f, topic) for f in reduce_filters(some)) == any(
        matches(f, topic) for f in some
    )


def test_covered_filters_go() -> None:
    assert reduce_filters(["a/b", "a/+", "a/+", "c"]) == ("a/+", "c")


def test_prefixes_are_put_on_and_taken_off() -> None:
    assert with_prefixes(["x/#"], ["a/", "b/"]) == ("a/x/#", "b/x/#")
    assert without_prefix("a/x/1", ("a/", "b/")) == "x/1"
    assert without_prefix("c/x/1", ("a/", "")) == "c/x/1"


def test_the_longest_prefix_goes() -> None:
    assert without_prefix("a/b/x", ("a/", "a/b/")) == "x"
