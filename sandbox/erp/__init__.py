"""Strict stand-ins for systems of accounts: what the vendors say, and nothing that they do not."""
