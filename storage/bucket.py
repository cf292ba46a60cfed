"""The originals in a bucket that speaks S3, named by the SHA-256 of their bytes."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import S3Store

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIMEOUT = timedelta(seconds=30)
_RETRY_S = 20


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How to reach a bucket; what is empty comes from the environment (`AWS_…`)."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""


class BucketFiles:
    """`core.ports.Files` in a bucket, sharded by the first two hex digits.

    What the bucket refuses is an OSError without its address or keys.
    """

    def __init__(self, url: str, access: BucketAccess) -> None:
        known = {
            "endpoint": access.endpoint,
            "region": access.region or "us-east-1",
            "access_key_id": access.access_key,
            "secret_access_key": access.secret_key,
        }
        self._store = S3Store.from_url(
            url,
            config={name: value for name, value in known.items() if value},  # type: ignore[arg-type]  # a TypedDict
            disable_bulk_delete=True,  # not every store that speaks S3 can delete in bulk
            client_options={
                "allow_http": access.endpoint.startswith("http:"),
                "timeout": _TIMEOUT,
            },
            retry_config={"retry_timeout": timedelta(seconds=_RETRY_S)},
        )

    async def put(self, data: bytes) -> str:
        """Keep bytes; gives their SHA-256 in hex. They are in the bucket when this returns."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            await self._store.put_async(_key(sha256), data)
        except BaseError as error:
            raise _refused(error) from None
        return sha256

    async def get(self, sha256: str) -> bytes:
        """Give bytes back; FileNotFoundError when they were never kept."""
        try:
            found = await self._store.get_async(_key(sha256))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise FileNotFoundError(sha256) from None
        except BaseError as error:
            raise _refused(error) from None

    async def drop(self, sha256: str) -> None:
        """Delete bytes for good; what is not there is deleted already."""
        try:
            await self._store.delete_async(_key(sha256))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _refused(error) from None


def _key(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise FileNotFoundError("not a SHA-256")
    return f"{sha256[:2]}/{sha256}"


def _refused(error: BaseError) -> OSError:
    """The bucket's own words may hold its address and a key's name; the kind says enough."""
    return OSError(f"the bucket refused: {type(error).__name__}")
