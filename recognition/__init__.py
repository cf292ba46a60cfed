"""Bytes of a voucher in, readings out; foreign bytes are decoded in a child process."""
