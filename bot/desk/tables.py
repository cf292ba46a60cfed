"""Tables of mappings: what the books call our departments, people, projects and categories."""

from collections.abc import Iterator, Sequence

from core.company import Company


def lines_of(company: Company, form: str, theirs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Write a table for a mapping: whatever has the same name here and there, and what has not."""
    ours = _names(company)
    known = [(id_, code, name) for code, name in theirs for id_ in ours.get(_plain(name), ())]
    yield "tables:"
    yield f"  {form}:" if known else f"  {form}: {{}}"
    yield from (f'    {id_}: "{code}"  # {name}' for id_, code, name in known)
    strange = [(code, name) for code, name in theirs if _plain(name) not in ours]
    yield from (f"# {code} {name}" for code, name in strange)


def _names(company: Company) -> dict[str, list[str]]:
    named = (
        *((d.id, d.name) for d in company.departments),
        *((p.id, p.name) for p in company.people),
        *((p.id, p.name) for p in company.projects),
        *((c.id, c.name) for c in company.categories),
    )
    found: dict[str, list[str]] = {}
    for id_, name in named:
        found.setdefault(_plain(name), []).append(id_)
    return found


def _plain(name: str) -> str:
    return "".join(name.split())
