"""Values of a mapped form as outside forms want them: as text, amounts with all their digits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.outside import Json


def written(value: Json) -> object:
    """Write a value as text, nothing as an empty one; what nests keeps its shape."""
    if isinstance(value, Mapping):
        return written_fields(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [written(inner) for inner in value]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def written_fields(fields: Mapping[str, Json]) -> dict[str, object]:
    """Write each of these fields."""
    return {name: written(value) for name, value in fields.items()}
