"""An SFTP server on this machine whose root is a folder of the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from connectors.filedrop.drop import Sftp


@dataclass
class Server:
    """Where it listens, and what a client must know."""

    url: str
    root: Path
    key: str
    known_hosts: str

    def place(self, folder: str = "/in", **changes: str) -> Sftp:
        given = {"key": self.key, "known_hosts": self.known_hosts, **changes}
        return Sftp(f"{self.url}{folder}", **given)


@asynccontextmanager
async def serving_files(
    folder: Path, kind: type[asyncssh.SFTPServer] = asyncssh.SFTPServer
) -> AsyncIterator[Server]:
    """Serve `root` below a folder for the length of a block, as a kind of server does."""
    root = folder / "root"
    (root / "in").mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key.write_private_key(folder / "key")
    user_key.write_public_key(folder / "key.pub")

    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return kind(channel, chroot=str(root).encode())

    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        authorized_client_keys=str(folder / "key.pub"),
        sftp_factory=files,
    )
    port = listener.get_port()
    hosts = folder / "known_hosts"
    hosts.write_text(f"[127.0.0.1]:{port} {host_key.export_public_key().decode()}")
    yield Server(f"sftp://chit@127.0.0.1:{port}", root, str(folder / "key"), str(hosts))
    listener.close()
    await listener.wait_closed()
