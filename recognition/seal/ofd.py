"""Seals of an OFD: every signature, every digest, and what is drawn without being covered."""

import posixpath
from base64 import b64decode
from collections.abc import Container, Sequence
from dataclasses import dataclass

from lxml import etree

from core.invoice import ReadingFinding
from recognition.evidence import Evidence
from recognition.limits import MAX_XML_BYTES, Package, Unreadable
from recognition.markup import local, parse
from recognition.seal.certificate import Unsupported, digest_of
from recognition.seal.der import Malformed
from recognition.seal.ses import SealSignature, read_seal_signature
from recognition.seal.sm2 import sm3
from recognition.seal.trust import Anchors
from recognition.seal.verdict import Seal, doubts_of, listed
from recognition.texts import finding

ROOT = "OFD.xml"
_MAX_SEALS = 10
_MAX_SEAL_BYTES = 2_000_000
_SM3, _SHA256 = "1.2.156.10197.1.401", "2.16.840.1.101.3.4.2.1"
_WAYS = {_SM3: _SM3, "SM3": _SM3, _SHA256: _SHA256, "SHA256": _SHA256, "SHA-256": _SHA256}
"""The names of digests that are strong enough; MD5, the standard's default, is not."""


def seal_doubts(
    package: Package, anchors: Anchors, evidence: Sequence[Evidence]
) -> list[ReadingFinding]:
    """Check every seal of an OFD; empty when all is well, or when it needs none and has none.

    The first seal that claims a tax or treasury authority is the one that must cover the
    content; what it does not cover, other seals included, is named.
    """
    check = _Check(package, frozenset(package.names()))
    places, lists = check.places()
    if not places:
        return [finding("seal_missing")] if _needs_seal(evidence) else []
    seals = [check.seal(place) for place in places[:_MAX_SEALS]]
    issued = next((e.facts.date for e in evidence if e.facts.date), None)
    found = [doubt for seal in seals for doubt in doubts_of(seal, anchors, issued)]
    if len(places) > _MAX_SEALS:
        found.append(finding("seal_unverified"))
    main = next((s for s in seals if s.official), next((s for s in seals if s.signer), None))
    if main is None:
        return found
    if not main.official:
        found.append(finding("seal_signer", signer=main.name))
    if len(seals) > 1:
        others = [s.name for s in seals if s is not main]
        found.append(finding("seal_added", signer=listed(others)))
    belongings = frozenset[str]().union(*(s.belongings for s in seals))
    if bare := sorted(check.names - main.covers - belongings - lists - {ROOT}):
        found.append(finding("seal_unlisted_content", parts=listed(bare)))
    return found


def _needs_seal(evidence: Sequence[Evidence]) -> bool:
    """Whether it is a coded e-invoice of a tax disk: those were always sealed.

    Codes of the blockchain and of machine-printed invoices begin with 1; invoices with a
    20-digit number come without a seal (seen in 2024).
    """
    kind = next((e.facts.kind for e in evidence if e.facts.kind), None)
    code = next((e.facts.code for e in evidence if e.facts.code), None) or ""
    return kind in {"vat_general_e", "vat_special_e"} and code.startswith("0")


def _base(name: str) -> str:
    return posixpath.basename(name).lower()


@dataclass(frozen=True, slots=True)
class _Reference:
    place: str
    name: str | None
    digest: bytes


class _Unknown(Malformed):
    """A way of digesting that is not known here."""


class _Check:
    """The seals of one package; each file is digested once, however often it is named."""

    def __init__(self, package: Package, names: frozenset[str]) -> None:
        self.names = names
        self._package = package
        self._digests: dict[tuple[str, str], bytes] = {}

    def _xml(self, name: str) -> etree._Element:
        return parse(self._package.read(name, MAX_XML_BYTES))

    def places(self) -> tuple[list[str], frozenset[str]]:
        """Find the signatures, declared ones first, and the lists that do nothing but declare.

        A seal that nobody declares any more counts too: taking it out of the list would hide it.
        """
        roots = self._xml(ROOT).iter("{*}Signatures")
        lists = [p for e in roots if (p := resolve("", e.text, self.names))]
        lists += [n for n in sorted(self.names) if _base(n) == "signatures.xml" and n not in lists]
        found: dict[str, None] = {}
        mere = set[str]()
        for place in lists:
            root = self._xml(place)
            if {local(e) for e in root.iter()} <= {"Signatures", "MaxSignId", "Signature"}:
                mere.add(place)
            for e in root.iter("{*}Signature"):
                name = resolve(posixpath.dirname(place), e.get("BaseLoc"), self.names)
                # A declared signature that is not there is kept by name: it will be bad.
                found[name or e.get("BaseLoc") or "?"] = None
        found.update(dict.fromkeys(n for n in sorted(self.names) if _base(n) == "signature.xml"))
        return list(found), frozenset(mere)

    def seal(self, place: str) -> Seal:
        """Check one signature; whatever is odd about it makes it bad, never an exception."""
        seal = Seal(belongings=frozenset({place}))
        try:
            self._fill(seal, place)
        except _Unknown:
            seal.unsupported = True
        except Malformed:
            seal.bad = True
        except Unreadable as error:
            if error.code == "bomb":
                raise
            seal.bad = True
        return seal

    def _fill(self, seal: Seal, place: str) -> None:
        if place not in self.names:
            raise Malformed("no such signature")
        data = self._package.read(place, MAX_XML_BYTES)
        root = parse(data)
        value = self._value(root, place)
        seal.belongings |= {value, *self._picture(root, place)}
        method, references = self._references(root, place)
        seal.covers = frozenset(r.name for r in references if r.name)
        seal.broken = list(dict.fromkeys(r.place for r in references if not self._same(method, r)))
        signature = read_seal_signature(self._package.read(value, _MAX_SEAL_BYTES))
        if signature.digest != sm3(data):
            seal.broken.append(place)
        _judge(seal, signature)

    def _value(self, root: etree._Element, place: str) -> str:
        written = [e.text for e in root if local(e) == "SignedValue"]
        for choice in (*written, "SignedValue.dat"):
            if found := resolve(posixpath.dirname(place), choice, self.names):
                return found
        raise Malformed("no signed value")

    def _picture(self, root: etree._Element, place: str) -> list[str]:
        """Find the file of the seal itself, which may lie beside the signature."""
        texts = [e.text for seal in root.iter("{*}Seal") for e in seal.iter("{*}BaseLoc")]
        found = (resolve(posixpath.dirname(place), text, self.names) for text in texts)
        return [name for name in found if name]

    def _references(self, root: etree._Element, place: str) -> tuple[str, list[_Reference]]:
        whole = next(root.iter("{*}References"), None)
        found: list[_Reference] = []
        for e in whole.iter("{*}Reference") if whole is not None else ():
            written = e.get("FileRef") or ""
            value = next((c.text for c in e.iter("{*}CheckValue")), None) or ""
            name = resolve(posixpath.dirname(place), written, self.names)
            found.append(_Reference(name or written, name, _base64(value)))
        if whole is None or not found:
            raise Malformed("no references")
        return _WAYS.get((whole.get("CheckMethod") or "MD5").strip().upper(), ""), found

    def _same(self, way: str, reference: _Reference) -> bool:
        if not way:
            raise _Unknown("digest")
        if reference.name is None:
            return False
        key = way, reference.name
        if key not in self._digests:
            self._digests[key] = digest_of(way, self._package.read(reference.name))
        return self._digests[key] == reference.digest


def resolve(folder: str, place: str | None, names: Container[str]) -> str | None:
    """Find the entry that a place in a file of `folder` names; None when there is none.

    By the standard it counts from the root when it begins with a slash, else from the folder;
    some producers leave the slash out.
    """
    plain = (place or "").strip()
    if not plain:
        return None
    from_root = posixpath.normpath(plain.lstrip("/"))
    from_folder = posixpath.normpath(posixpath.join(folder, plain))
    choices = [from_root] if plain.startswith("/") else [from_folder, from_root]
    return next((choice for choice in choices if choice in names), None)


def _base64(value: str) -> bytes:
    try:
        return b64decode("".join(value.split()), validate=True)
    except ValueError as error:
        raise Malformed("digest") from error


def _judge(seal: Seal, signature: SealSignature) -> None:
    """Check signer and maker of a seal, that the signer may use it, and its dates."""
    by = signature.by_signer
    seal.signer, seal.signed_at = by.certificate, signature.signed_at
    holder = by.certificate.raw in signature.holders or (
        sm3(by.certificate.raw) in signature.holder_digests
    )
    at = signature.signed_at
    in_time = at is None or signature.begins <= at <= signature.ends
    try:
        held = by.holds() and any(made.holds() for made in signature.made)
    except Unsupported:
        seal.unsupported = True
        return
    seal.bad = not (holder and in_time and held)
