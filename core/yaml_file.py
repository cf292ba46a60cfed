"""YAML files that people write: each fault names the file, the line and the key."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import yaml


@dataclass(frozen=True, slots=True)
class FileError:
    """One fault in a file; `line` counts from 1."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class Unreadable(Exception):
    """A file that is no YAML at all."""

    def __init__(self, fault: FileError) -> None:
        super().__init__(str(fault))
        self.fault = fault


class RepeatedKey(yaml.constructor.ConstructorError):
    """A key that stands twice in one mapping; YAML itself would let the last one win."""

    def __init__(self, key: yaml.ScalarNode) -> None:
        super().__init__(None, None, "the key stands here twice", key.start_mark)
        self.key = str(key.value)


class Loader(yaml.SafeLoader):
    """Reads dates as the text that they are, and sees a key that stands twice."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 as its parent has it
    ) -> dict[Hashable, object]:
        """Build a mapping; RepeatedKey when a key stands in it twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise RepeatedKey(key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str, file: str) -> tuple[object, "Places"]:
    """Read YAML; gives what stands there and where each key of it is. Unreadable otherwise."""
    try:
        node = yaml.compose(text, Loader=Loader)
        data: object = yaml.load(text, Loader=Loader)  # noqa: S506 a SafeLoader without dates
    except yaml.YAMLError as error:
        raise Unreadable(_yaml_error(error, file)) from error
    except (ValueError, RecursionError) as error:
        fault = FileError(file, 1, "(file)", "not YAML: a value or a nesting that cannot be read")
        raise Unreadable(fault) from error
    return data, Places(node, file)


def _yaml_error(error: yaml.YAMLError, file: str) -> FileError:
    if isinstance(error, RepeatedKey):
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return FileError(file, line, error.key, "the key stands here twice")
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return FileError(file, mark.line + 1 if mark else 1, "(file)", f"not YAML: {problem or 'bad'}")


Location = Sequence[str | int]


class Places:
    """Finds the line of a key path in the parsed YAML tree."""

    def __init__(self, root: yaml.Node | None, file: str) -> None:
        self._root = root
        self._file = file

    def error(self, loc: Location, message: str) -> FileError:
        """Make the fault of a key."""
        key = ".".join(str(part) for part in loc) or "(file)"
        return FileError(self._file, self._line(loc), key, message.removeprefix("Value error, "))

    def _line(self, loc: Location) -> int:
        node, line = self._root, 1
        for part in loc:
            found = _child(node, part)
            if found is None:
                return line
            node, line = found
        return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        pairs = ((k, v) for k, v in node.value if k.value == part)
        return next(((v, k.start_mark.line + 1) for k, v in pairs), None)
    return None
