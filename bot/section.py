"""What every table of `chit.toml` has in common."""

from pydantic import BaseModel, ConfigDict

ADDRESS = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
"""An address of ours or a vendor's: no query, no user name."""


class Section(BaseModel):
    """One table of `chit.toml`: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
