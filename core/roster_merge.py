"""People of address books joined with ours: who is who, where they are, and who has left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.company import ROOT, Company, Messenger, Person
from core.department_merge import Place, Tree, drop_gone, place_departments, set_heads
from core.directory import (
    Clash,
    Directory,
    Match,
    Merged,
    OrgRules,
    make_id,
    match_key,
    stored_key,
    user_key,
)
from core.outside import OutsidePerson

Entries = dict[Messenger, OutsidePerson]
"""What the address books say of one person."""


ROUNDS = 6
"""How often what has just been learnt may tell more of somebody else."""
TOLD_ONCE = frozenset({"namesake_left"})


def merge(company: Company, pulled: Sequence[Directory], rules: OrgRules) -> Merged:
    """Join address books with the company in force; a second time with the same changes nothing.

    The address books are the truth for names, departments, heads, managers, who is here, and
    messenger ids; everything else stays as it was. Nobody is matched by a name alone.
    """
    books = sorted(pulled, key=lambda d: rules.order.index(d.messenger))
    told: list[Clash] = []
    after, clashes = _merge_once(company, books, rules)
    for _ in range(ROUNDS):
        told += [c for c in clashes if c.code in TOLD_ONCE]
        before = after
        after, clashes = _merge_once(before, books, rules)
        if after == before:
            break
    now = {p.id: p.active for p in after.people}
    left = tuple(p.id for p in company.people if p.active and not now[p.id])
    return Merged(after, (*clashes, *told), left)


def _merge_once(
    company: Company, books: Sequence[Directory], rules: OrgRules
) -> tuple[Company, list[Clash]]:
    tree = place_departments(company, books, rules)
    roster = _Roster(company, books, rules)
    roster.link_known()
    roster.settle()
    for book in books:
        roster.take_in(book)
    people = {p.id: roster.placed(p, tree) for p in roster.people.values()}
    set_heads(tree, people, roster.users, roster.leads(tree))
    people, clashes = _managed(people, roster, tree)
    rows, people = drop_gone(tree, company, people)
    after = {"departments": tuple(rows.values()), "people": tuple(people.values())}
    return company.model_copy(update=after), [*tree.clashes, *roster.clashes, *clashes]


@dataclass(slots=True)
class _Roster:
    """Our people while they are joined, and what was found of each."""

    company: Company
    books: Sequence[Directory]
    rules: OrgRules
    people: dict[str, Person] = field(default_factory=dict)
    listed: dict[str, Entries] = field(default_factory=dict)
    users: dict[Place, str] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)

    def link_known(self) -> None:
        """Find those whose user id we have, then those whose key says who they are."""
        self.people = {p.id: p for p in self.company.people}
        for book in self.books:
            name = book.messenger
            ours = {user_key(name, u): p.id for p in self.people.values() if (u := _id(p, name))}
            for entry in _entries(book):
                if (found := ours.get(user_key(name, entry.id))) is not None:
                    self._link(found, name, entry)
        for book in self.books:
            self._link_by_key(book)

    def _link_by_key(self, book: Directory) -> None:
        keys = self._keys()
        for entry in self._unlinked(book):
            found = self._keyed(match_key(entry, self.rules.match), book, keys)
            if len(found) == 1:
                self._link(found[0].id, book.messenger, entry)

    def _unlinked(self, book: Directory) -> list[OutsidePerson]:
        name = book.messenger
        return [e for e in _entries(book) if (name, user_key(name, e.id)) not in self.users]

    def _keys(self) -> dict[str, list[str]]:
        """Give our people by the keys that they have."""
        keys: dict[str, list[str]] = {}
        for person in self.people.values():
            if key := _key_of(person, self.rules.match):
                keys.setdefault(key, []).append(person.id)
        return keys

    def _keyed(
        self, key: str | None, book: Directory, keys: Mapping[str, Sequence[str]]
    ) -> list[Person]:
        """Give those who have a key and whom this address book has not yet named."""
        found = (self.people[i] for i in keys.get(key or "", ()))
        return [p for p in found if book.messenger not in self.listed.get(p.id, {})]

    def _link(self, ours: str, messenger: Messenger, entry: OutsidePerson) -> None:
        self.listed.setdefault(ours, {})[messenger] = entry
        self.users[messenger, user_key(messenger, entry.id)] = ours

    def settle(self) -> None:
        """Say of those we know who is still here, under which ids and what name."""
        for person in tuple(self.people.values()):
            self.people[person.id] = self._settled(person)

    def _settled(self, person: Person) -> Person:
        listed = self.listed.get(person.id, {})
        read = [book.messenger for book in self.books]
        lost = [m for m in read if _id(person, m) and m not in listed]
        if not listed:
            rest = [m for m in self.rules.order if _id(person, m) and m not in lost]
            gone: dict[str, object] = dict.fromkeys(lost) if rest else {"active": False}
            return person.model_copy(update=gone) if lost else person
        said: dict[str, object] = {
            **dict.fromkeys(lost),
            **{m: e.id for m, e in listed.items()},
            "active": any(e.active for e in listed.values()),
        }
        person = person.model_copy(update=said)
        owner = self.owner(person)
        entry = listed.get(owner) if owner else None
        if entry is None or not entry.name:
            return person
        keys = (match_key(e, self.rules.match) for e in (entry, *listed.values()))
        key = person.key or next((k for k in keys if k), None)
        return person.model_copy(update={"name": entry.name, "directory": owner, "key": key})

    def owner(self, person: Person) -> Messenger | None:
        """Give the address book whose word counts for somebody."""
        return next((m for m in self.rules.order if _id(person, m)), None)

    def take_in(self, book: Directory) -> None:
        """Add those whom we do not know; a namesake whom nothing tells apart is not added."""
        self._link_late(book)
        keys, names = self._keys(), self._names(book)
        for entry in self._unlinked(book):
            key = match_key(entry, self.rules.match)
            if not entry.name or not entry.active:
                continue
            if len(self._keyed(key, book, keys)) > 1:
                self.clashes.append(Clash("key_twice", _called(book, entry)))
                continue
            alike = self._namesake(entry, key, names)
            if alike is not None:
                code = "same_name" if alike.active else "namesake_left"
                self.clashes.append(Clash(code, _called(book, entry), alike.id))
            if alike is None or not alike.active:
                self._add(book, entry, key)

    def _names(self, book: Directory) -> dict[str, list[Person]]:
        """Give those by name who have no id in this address book."""
        names: dict[str, list[Person]] = {}
        for person in self.people.values():
            if not _id(person, book.messenger):
                names.setdefault(person.name, []).append(person)
        return names

    def _link_late(self, book: Directory) -> None:
        """Find those whom the address book before has just brought."""
        before = dict(self.listed)
        self._link_by_key(book)
        for ours in [i for i in self.listed if i not in before or book.messenger in self.listed[i]]:
            if not _id(self.people[ours], book.messenger):
                self.people[ours] = self._settled(self.people[ours])

    def _namesake(
        self, entry: OutsidePerson, key: str | None, names: Mapping[str, Sequence[Person]]
    ) -> Person | None:
        """Give somebody of the same name; different keys tell people apart."""
        match = self.rules.match
        alike = [
            p for p in names.get(entry.name, ()) if not key or _key_of(p, match) in {None, key}
        ]
        return min(alike, key=lambda p: (not p.active, p.id), default=None)

    def _add(self, book: Directory, entry: OutsidePerson, key: str | None) -> None:
        name = book.messenger
        ours = make_id(name, entry.id, self.people)
        fresh = Person.model_validate({"id": ours, "name": entry.name, name: entry.id, "key": key})
        self.people[ours] = fresh.model_copy(update={"directory": name})
        self._link(ours, name, entry)

    def spoken_for(self, person: Person) -> tuple[Messenger, OutsidePerson] | None:
        """Give the entry whose word counts, if it was read in this pull."""
        owner = self.owner(person)
        entry = self.listed.get(person.id, {}).get(owner) if owner else None
        return (owner, entry) if owner and entry and entry.name else None

    def placed(self, person: Person, tree: Tree) -> Person:
        """Give somebody in their department; one that we may not see changes nothing."""
        said = self.spoken_for(person)
        if said is None:
            return person
        owner, entry = said
        at_top = ROOT if not entry.department else person.department
        department = tree.ids.get((owner, entry.department), at_top)
        return person.model_copy(update={"department": department})

    def leads(self, tree: Tree) -> dict[str, str]:
        """Give which of our departments people lead, by what is said at the people."""
        led: dict[str, str] = {}
        for ours, listed in self.listed.items():
            places = [
                tree.ids.get((m, d), "")
                for m, e in listed.items()
                for d in dict(e.fields).get("leads", "").split(",")
            ]
            led[ours] = ",".join(p for p in places if p)
        return led


def _id(person: Person, messenger: Messenger) -> str | None:
    return person.dingtalk if messenger == "dingtalk" else person.wecom


def _key_of(person: Person, match: Match) -> str | None:
    """Give somebody's key as it is kept; the company file may have it in plain."""
    return stored_key(person.key, match) if person.key and match != "none" else None


def _called(book: Directory, entry: OutsidePerson) -> str:
    return f"{entry.name} ({book.messenger}: {entry.id})"


def _entries(book: Directory) -> list[OutsidePerson]:
    """Give everybody once, by user id; an entry that could be read wins over one that could not."""
    found: dict[str, OutsidePerson] = {}
    for entry in book.people:
        key = user_key(book.messenger, entry.id)
        if key not in found or not found[key].name:
            found[key] = entry
    return [found[key] for key in sorted(found)]


def _managed(
    people: Mapping[str, Person], roster: _Roster, tree: Tree
) -> tuple[dict[str, Person], list[Clash]]:
    """Write everybody's manager: as the address book names them, else whoever leads above."""
    found, clashes = dict(people), []
    derived: set[str] = set()
    for person in people.values():
        said = roster.spoken_for(person)
        if said is None:
            continue
        owner, entry = said
        named = roster.users.get((owner, user_key(owner, entry.manager)))
        if entry.manager and named is None:
            clashes.append(Clash("manager_unseen", person.name, entry.manager))
        if named is None or named == person.id or not people[named].active:
            named = _head_above(person, tree, people)
            derived.add(person.id)
        kept = person.manager if person.manager != person.id else None
        found[person.id] = person.model_copy(update={"manager": named or kept})
    clashes += _break_loops(found, derived, [p for p in found if p in roster.listed])
    return found, clashes


def _head_above(person: Person, tree: Tree, people: Mapping[str, Person]) -> str | None:
    heads = (tree.rows[d].head for d in tree.ancestry(person.department))
    others = (h for h in heads if h and h != person.id)
    return next((h for h in others if h in people and people[h].active), None)


def _break_loops(
    people: dict[str, Person], derived: set[str], touched: Iterable[str]
) -> list[Clash]:
    """Let nobody stand above themselves; where the address book itself says so, it is named."""
    clashes: list[Clash] = []
    for ours in sorted(touched, key=lambda p: (p not in derived, p)):
        if not _stands_above_self(ours, people):
            continue
        if ours not in derived:
            clashes.append(Clash("manager_loop", people[ours].name, people[ours].manager or ""))
        people[ours] = people[ours].model_copy(update={"manager": None})
    return clashes


def _stands_above_self(ours: str, people: Mapping[str, Person]) -> bool:
    seen: set[str] = set()
    above = people[ours].manager
    while above and above in people and above not in seen:
        if above == ours:
            return True
        seen.add(above)
        above = people[above].manager
    return False
