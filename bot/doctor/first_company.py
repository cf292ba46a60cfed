"""A commented company.yaml to begin with, written beside the first settings."""

import os
from pathlib import Path

TEMPLATE = Path(__file__).with_name("company.yaml")
"""What is copied: rows that hold as they are, and every kind of policy to take up."""


def write_company(path: Path) -> bool:
    """Write a first company.yaml; one that is there stays as it is, and is no fault."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.read_text("utf-8"))
    return True
