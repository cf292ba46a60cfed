"""The chat service: everything people see, and the clock."""
