"""Wire ⇄ events and messages, one file a messenger; no rules."""
