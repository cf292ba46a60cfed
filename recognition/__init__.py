"""Bytes of a voucher in, readings out; foreign bytes are decoded in a child process."""

from recognition.alone import read

__all__ = ["read"]
