import random
from collections.abc import Iterable

import pytest

from recognition.words import Page, Word, glue, lines_of


def plain_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Chain words as `lines_of` is defined, by looking at every line for every word."""
    chains: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.x0, w.y0)):
        near = [
            chain
            for chain in chains
            if abs(chain[-1].y - word.y) < 0.5 * min(chain[-1].height, word.height)
            and word.x0 > chain[-1].x1 - 0.6 * min(chain[-1].height, word.height)
        ]
        if near:
            min(near, key=lambda c: abs(c[-1].y - word.y) / word.height).append(word)
        else:
            chains.append([word])
    return sorted(chains, key=lambda chain: chain[0].y)


@pytest.mark.parametrize("seed", range(20))
def test_lines_are_those_of_the_definition(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        Word("字", x, y, x + chance.uniform(2, 60), y + chance.choice([4, 8, 10, 20]))
        for x, y in (
            (chance.uniform(0, 300), chance.randint(0, 20) * 10 + chance.uniform(-3, 3))
            for _ in range(100)
        )
    ]

    assert [list(line.words) for line in lines_of(words)] == plain_lines(words)


class Counted(Word):
    """A word that counts how often its place is asked for."""

    asked = 0

    @property
    def y(self) -> float:
        Counted.asked += 1
        return super().y


@pytest.mark.parametrize("step", [0.0, 0.01])
def test_thousands_of_texts_on_one_spot_cost_little(step: float) -> None:
    count = 3_000
    words = [Counted("字", i * step, 0.0, i * step + 10, 10.0) for i in range(count)]
    Counted.asked = 0

    lines = lines_of(words)

    assert sum(len(line.words) for line in lines) == count
    assert Counted.asked < 200 * count


def test_pieces_that_touch_are_one_word_and_those_apart_are_two() -> None:
    pieces = [Word(c, x, 0, x + 10, 10) for c, x in (("发", 0), ("票", 10), ("号", 40), ("码", 50))]

    assert [word.text for word in glue(pieces)] == ["发票", "号码"]


def test_words_between_two_places_come_from_left_to_right() -> None:
    words = [Word(c, x, 0, x + 1, 1) for c, x in (("c", 30.0), ("a", 10.0), ("b", 20.0))]

    assert [word.text for word in Page(tuple(words)).between(10, 30)] == ["a", "b"]
