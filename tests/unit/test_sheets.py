"""What is worked out before a turn is exactly what its turn would have written."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.change import AuditEntry, Change, StoredInvoice
from core.claim import Claim, Line, State
from core.notices import Notice
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.ports import CardRecord
from core.verification import Checked
from core.voucher import Voucher
from storage.chain import Link, forge, seal
from storage.documents import (
    BATCHES,
    CARDS,
    CHECKED,
    CLAIMS,
    INVOICES,
    VOUCHERS,
    read_claim,
    read_payment,
    read_voucher,
    write,
    write_next,
)
from storage.sheets import sheet_of

NOW = datetime(2026, 11, 25, 9, 30, 0, 250, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tricky = st.sampled_from([',"revision":3,', '\\","revision":3,"', '"revision":3,', ""])
claims = st.builds(
    Claim,
    number=texts,
    company=tricky,
    kind=st.just("reimbursement"),
    state=st.sampled_from(State),
    employee=texts,
    department=texts,
    created_at=st.just(NOW),
    project=st.none() | tricky,
    purpose=tricky | texts,
    revision=st.sampled_from([0, 3, 30]),
    lines=st.lists(
        st.builds(Line, texts, st.integers(), st.just(date(2026, 11, 25)), tricky), max_size=2
    ).map(tuple),
)
entries = st.builds(
    AuditEntry,
    texts,
    texts,
    texts,
    texts,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)


@given(claims)
def test_a_claim_is_written_with_its_next_revision(claim: Claim) -> None:
    stored = replace(claim, revision=claim.revision + 1)

    assert write_next(claim) == CLAIMS.dump_json(stored).decode()


@given(entries)
def test_a_line_is_hashed_as_ever(entry: AuditEntry) -> None:
    (line,) = sheet_of(Change(at=NOW, audit=(entry,))).audit
    link = Link(6, "abc")
    words = [entry.actor, entry.action, entry.subject, entry.source]
    content = [7, NOW.isoformat(), *words, [list(field) for field in entry.fields]]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    end = seal(link, line.text)

    assert end == Link(7, hashlib.sha256(f"abc\n{text}".encode()).hexdigest())
    assert forge(link, NOW, entry).hash == end.hash
    assert json.loads(str(line.row["fields"])) == [list(field) for field in entry.fields]


KINDS: tuple[tuple[Any, TypeAdapter[Any]], ...] = (
    (Claim, CLAIMS),
    (Voucher, VOUCHERS),
    (PaymentBatch, BATCHES),
    (StoredInvoice, INVOICES),
    (Checked, CHECKED),
    (CardRecord, CARDS),
    (Notice, TypeAdapter(Notice)),
)


@pytest.fixture
def finite() -> Iterator[None]:
    """Let numbers of records be numbers; JSON has no others."""
    st.register_type_strategy(float, st.floats(0, 1000))
    yield
    st.register_type_strategy(float, st.floats())


@pytest.mark.usefixtures("finite")
@pytest.mark.parametrize(("kind", "adapter"), KINDS)
def test_records_are_written_as_their_readers_would(kind: Any, adapter: TypeAdapter[Any]) -> None:  # noqa: ANN401 any record
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.from_type(kind))
    def as_read(record: object) -> None:
        assert write(record) == adapter.dump_json(record).decode()

    as_read()


READERS: tuple[tuple[Any, Callable[[str], Any]], ...] = (
    (Claim, read_claim),
    (Payment, read_payment),
    (Voucher, read_voucher),
)


@pytest.mark.usefixtures("finite")
@pytest.mark.parametrize(("kind", "read"), READERS)
def test_records_are_read_as_they_were_written(kind: Any, read: Callable[[str], Any]) -> None:  # noqa: ANN401 any record
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.from_type(kind))
    def as_read(record: object) -> None:
        assert read(write(record)) == TypeAdapter(kind).validate_json(write(record))

    as_read()
