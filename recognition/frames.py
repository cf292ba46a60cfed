"""What goes between the two sides of an isolated process: frames, and the shape of an answer.

The asking side imports this and no decoder.
"""

import struct
from typing import BinaryIO

from pydantic import TypeAdapter

from core.invoice import Reading
from recognition.limits import MAX_FILE_BYTES

HEADER = struct.Struct(">I")
"""The length of a frame, in four bytes, big-endian."""
READINGS: TypeAdapter[tuple[Reading, ...]] = TypeAdapter(tuple[Reading, ...])
_MAX_NAME = 4_096


def frame(content: bytes) -> bytes:
    """Put the length before the content."""
    return HEADER.pack(len(content)) + content


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None at the end of the stream. ValueError for an impossible length."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    (size,) = HEADER.unpack(head)
    if size > MAX_FILE_BYTES + _MAX_NAME:
        raise ValueError("the frame is too long")
    content = stream.read(size)
    return content if len(content) == size else None
