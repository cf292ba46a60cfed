"""What is tried on a mapping is kept or undone as a whole."""

from storage.undoable import Undoable


def test_what_was_set_since_keep_is_undone() -> None:
    tried = Undoable({"a": 1, "b": 0})
    tried["a"] = 2
    tried.keep()

    tried["a"], tried["c"] = 3, 4
    tried["a"] = 5
    seen = dict(tried)
    tried.undo()

    assert seen == {"a": 5, "b": 0, "c": 4}
    assert tried == {"a": 2, "b": 0}


def test_what_is_kept_stays() -> None:
    tried = Undoable[str, int]()
    tried["a"] = 1
    tried.keep()

    tried.undo()

    assert tried == {"a": 1}
