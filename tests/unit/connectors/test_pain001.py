"""pain.001.001.03: what is written is valid by the schema of ISO 20022, and says what it should."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
import sepaxml
from lxml import etree

from connectors.filedrop.pain001 import NAMESPACE, build_message, find_unfit
from connectors.filedrop.payment_files import payment_formats
from core.payment_batch import Order, OrderList, Payer

HQ = Payer("hq", "示例科技有限公司", "755900000000001", "招商银行深圳分行", "308584000013")
SZ = Payer("sz", "示例深圳有限公司", "755900000000002")
NS = {"p": NAMESPACE}


def order(number: int = 1, **changes: object) -> Order:
    made = Order(
        id=f"P-BX-20261125-{number:04d}",
        claim=f"BX-20261125-{number:04d}",
        payee="张三",
        account="6222021234567890123",
        bank="招商银行",
        bank_code="308584000021",
        amount_fen=123456,
        currency="CNY",
        purpose="报销 BX-20261125-0001",
        payer=HQ,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def listed(*orders: Order) -> OrderList:
    return OrderList("PAY-20261125-0001", datetime(2026, 11, 25, 10, 30, tzinfo=UTC), orders)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    found = files(sepaxml) / "schemas" / "pain.001.001.03.xsd"
    return etree.XMLSchema(etree.parse(io.BytesIO(found.read_bytes())))


VARIED = (
    order(1),
    order(2, bank_code="", amount_fen=1),
    order(3, bank="", bank_code=""),
    order(4, payer=SZ, payee="O'Neil & <Söhne>", purpose="长" * 300),
    order(5, currency="USD", account="DE89370400440532013000"),
    order(6, account="NO9386011117947", payee="长" * 140),
)


def test_a_message_is_valid_by_the_schema(schema: etree.XMLSchema) -> None:
    tree = etree.fromstring(build_message(listed(*VARIED)))

    assert schema.validate(tree), schema.error_log


def test_the_schema_would_see_a_fault(schema: etree.XMLSchema) -> None:
    tree = etree.fromstring(build_message(listed(order(1, payee="长" * 141))))

    assert not schema.validate(tree)
    assert find_unfit(order(1, payee="长" * 141)) == "too_long:payee"


def test_sums_and_counts_agree_on_every_level() -> None:
    tree = etree.fromstring(build_message(listed(*VARIED)))

    assert tree.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=NS) == "6"
    assert tree.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NS) == "6172.81"
    blocks = tree.findall(".//p:PmtInf", NS)
    assert [b.findtext("p:NbOfTxs", namespaces=NS) for b in blocks] == ["4", "1", "1"]
    for block in blocks:
        amounts = [a.text for a in block.findall(".//p:InstdAmt", NS)]
        total = sum(round(float(a or 0) * 100) for a in amounts)
        assert block.findtext("p:CtrlSum", namespaces=NS) == f"{total // 100}.{total % 100:02d}"


def test_accounts_without_an_iban_and_banks_by_their_code() -> None:
    tree = etree.fromstring(
        build_message(listed(order(1), order(5, account="DE89370400440532013000")))
    )
    plain, iban = tree.findall(".//p:CdtTrfTxInf", NS)

    assert plain.findtext("p:CdtrAcct/p:Id/p:Othr/p:Id", namespaces=NS) == "6222021234567890123"
    member = "p:CdtrAgt/p:FinInstnId/p:ClrSysMmbId"
    assert plain.findtext(f"{member}/p:ClrSysId/p:Cd", namespaces=NS) == "CNAPS"
    assert plain.findtext(f"{member}/p:MmbId", namespaces=NS) == "308584000021"
    assert iban.findtext("p:CdtrAcct/p:Id/p:IBAN", namespaces=NS) == "DE89370400440532013000"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": ""}, "lacks:account"),
        ({"payer": Payer("x", "x")}, "lacks:payer_account"),
        ({"account": "1" * 35}, "too_long:account"),
        ({"payee": ""}, "lacks:payee"),
        ({"payee": "张\u0001三"}, "letters:payee"),
        ({"id": "P-" + "1" * 34}, "too_long:id"),
    ],
)
def test_what_a_message_cannot_say_is_refused(changes: dict[str, object], reason: str) -> None:
    assert find_unfit(order(1, **changes)) == reason
    assert find_unfit(order(1)) is None


def test_it_is_a_format_like_any_other(schema: etree.XMLSchema) -> None:
    form = payment_formats()["pain.001"]

    data = form(listed(order(1)))

    assert form.extension == "xml"
    assert schema.validate(etree.fromstring(data))
    assert data == form(listed(order(1)))
