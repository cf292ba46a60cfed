"""What is the same in every connector: it is called by its table, and gives its connections back.

An adapter inherits it and adds `capabilities` and the ports of its roles.
"""

from collections.abc import Mapping
from typing import Protocol

from connectors.kit import Application, Kit
from connectors.kit.exchange import Call
from core.errors import AuthFailed
from core.outside import Comment

JSON_TYPE = "application/json"


class Client(Protocol):
    """Whatever a connector calls its system with."""

    async def close(self) -> None:
        """Give the connections back."""


class Connector:
    """A connected system by the name of its table in `chit.toml`."""

    def __init__(self, name: str, client: Client) -> None:
        self._name = name
        self._connections = client

    @property
    def name(self) -> str:
        """The name of its table."""
        return self._name

    async def close(self) -> None:
        """Give the connections back."""
        await self._connections.close()


def post_json(name: str, path: str, body: bytes) -> Call:
    """Make a call that sends JSON."""
    return Call(name, "POST", path, body=body, content_type=JSON_TYPE)


def named(comments: tuple[Comment, ...], names: Mapping[str, str]) -> tuple[Comment, ...]:
    """Put names in the place of ids; an id that has none is left out."""
    return tuple(Comment(names.get(c.by, ""), c.text, c.verdict, c.at) for c in comments)


def application_of(kit: Kit, name: str) -> Application:
    """Give the application that a messenger shares; AuthFailed at each call where it is off."""

    async def nobody(refused: str = "") -> str:  # noqa: ARG001 - the shape of a shared token
        raise AuthFailed("no_application", text=f"[{name}] is not enabled")

    return kit.shared.get(name) or Application(nobody, "", "")
