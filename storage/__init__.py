"""SQL and files: tables, writer, ledger, inbox, outbox, audit."""
