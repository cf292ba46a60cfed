"""A mapping on which something is tried: kept when it succeeds, undone when it does not."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Undoable(dict[K, V]):
    """A mapping that remembers what was under each key that has been set since `keep`."""

    __slots__ = ("_before",)

    def __init__(self, *given: dict[K, V]) -> None:
        super().__init__(*given)
        self._before: dict[K, list[V]] = {}

    def __setitem__(self, key: K, value: V) -> None:
        """Set a key, for now."""
        if key not in self._before:
            self._before[key] = [self[key]] if key in self else []
        super().__setitem__(key, value)

    def keep(self) -> None:
        """Let what has been set stay."""
        self._before.clear()

    def undo(self) -> None:
        """Be as at the last `keep` again."""
        for key, was in self._before.items():
            if was:
                super().__setitem__(key, was[0])
            else:
                self.pop(key, None)
        self._before.clear()
