"""Who sealed a file and whether it was changed since: checked offline, never by any address."""
