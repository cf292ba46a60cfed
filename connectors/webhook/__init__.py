"""Somebody's own service that is told of events: Standard Webhooks with a CloudEvents body."""
