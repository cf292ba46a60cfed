"""A page laid over a mapping shows what is below until something is written on it."""

from storage.ledger import layer, merge


def test_a_page_shows_what_is_below_and_keeps_it_as_it_is() -> None:
    below = {"a": 1, "b": 0}
    page = layer(below)

    page["a"] = 0
    page["c"] = 3

    assert (page["a"], page["b"], page["c"], page.get("d"), page.get("d", 4)) == (0, 0, 3, None, 4)
    assert ("b" in page, "c" in page, "d" in page) == (True, True, False)
    assert below == {"a": 1, "b": 0}


def test_a_page_is_merged_down_with_nothing_but_what_was_written_on_it() -> None:
    below = {"a": 1, "b": 2}
    page = layer(below)
    page["b"] = 3
    below["a"] = 5

    merge(below, page)

    assert below == {"a": 5, "b": 3}
