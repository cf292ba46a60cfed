"""Inbox worker, outbox relay and clock."""
