"""The business, pure: no I/O, no clock, no random ids."""
