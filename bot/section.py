"""What every table of `chit.toml` has in common."""

from pydantic import BaseModel, ConfigDict

ADDRESS = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
"""An address of ours or a vendor's: no query, no user name."""

TARGET = r"^https?://[^\s/?#@]+(/[^\s?#]*)?(\?[^\s#]*)?$"
"""A receiver's address as somebody gave it to us: it may have a query."""


class Section(BaseModel):
    """One table of `chit.toml`: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def several(value: object) -> object:
    """Take one for a list of one."""
    return (value,) if isinstance(value, str) else value


def words(value: object) -> object:
    """Take words of one text for a list: variables and files of secrets hold no other."""
    return tuple(value.split()) or (value,) if isinstance(value, str) else value


def one_text(value: object) -> object:
    """Take a list of texts for one text of words."""
    listed = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
    return " ".join(value) if listed else value  # type: ignore[arg-type]  # as just seen
