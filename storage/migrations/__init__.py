"""The versions of the schema, oldest first; run by `storage.migrate`."""
