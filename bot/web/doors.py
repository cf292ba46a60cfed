"""Ways into the pages: a messenger or the company's identity provider says who somebody is."""

from dataclasses import dataclass
from typing import Protocol

from bot.port import Back, SignInDoor


class Door(Protocol):
    """One way in."""

    async def leave(self, back: Back, *, inside: bool) -> str:
        """Give the address at which a browser proves who it is; errors of `core.errors`.

        `inside` says that the browser is the messenger's own.
        """
        ...

    async def enter(self, code: str, back: Back) -> str:
        """Give the user id behind the code of a sign-in; Rejected as `SignInDoor.sign_in`."""
        ...


@dataclass(frozen=True, slots=True)
class MessengerDoor:
    """A messenger as a way in: its address is known at once, its code needs nothing else."""

    messenger: SignInDoor

    async def leave(self, back: Back, *, inside: bool) -> str:
        """Give the messenger's address."""
        return self.messenger.sign_in_url(redirect=back.url, state=back.state, inside=inside)

    async def enter(self, code: str, back: Back) -> str:  # noqa: ARG002  the code says it all
        """Ask the messenger who came back."""
        return await self.messenger.sign_in(code)
