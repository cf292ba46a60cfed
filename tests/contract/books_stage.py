"""What contract tests of systems of accounts share: a voucher's form by the connector's mapping."""

from datetime import UTC, date, datetime

from bot.handlers.voucher_document import voucher_document
from bot.parts.books import voucher_mapping
from core.company import Company
from core.converters import Around
from core.mapping import FieldMapping, apply_mapping
from core.outside import Form
from core.voucher import Voucher, VoucherLine
from core.voucher_building import build_reversal
from sandbox.oa.faults import Misdeed
from tests.contract.connector_stage import kit_of

TIMEOUT_S = 0.25
KEY = "V-BX-20261125-0007-1"
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
BOOKED = Voucher(
    KEY,
    "approval",
    "BX-20261125-0007",
    "hq",
    date(2026, 11, 25),
    AT,
    (
        VoucherLine(
            "6601.03",
            "市内交通 张三 BX-20261125-0007",
            28350,
            department="sales",
            project="apollo",
            person="zhang",
            category="taxi",
        ),
        VoucherLine("2221.01", "进项税", 1650, department="sales"),
        VoucherLine("2241", "应付 张三 BX-20261125-0007", 0, 30000, person="zhang"),
    ),
)
COMPANY = Company.model_validate(
    {
        "companies": [{"id": "hq", "name": "示例科技有限公司", "tax_id": "91310115MA1K4DEM3E"}],
        "departments": [{"id": "sales", "name": "市场部", "parent": "root", "company": "hq"}],
        "people": [{"id": "zhang", "name": "张三", "department": "sales"}],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
        "projects": [{"id": "apollo", "name": "阿波罗", "active": True}],
    }
)
RED = build_reversal(BOOKED, date(2026, 11, 26), AT)
FAULTS: dict[str, Misdeed | None] = {
    "none": None,
    "session": "expired_token",
    "busy": "busy",
    "5xx": "fault_before",
    "5xx after": "fault_after",
    "silence": "silence_before",
    "silence after": "silence_after",
    "cut off": "cut_off_after",
    "login page": "login_page",
    "login page after": "login_page_after",
}
"""Each fault that a call may meet, before or after its effect."""


def form_of(voucher: Voucher, mapping: FieldMapping) -> Form:
    """Write a voucher as a mapping says."""
    document = {"number": voucher.claim, "voucher": voucher_document(voucher, COMPANY)}
    return apply_mapping(mapping, document, Around(COMPANY, kit_of().zone))


def own_form(kind: str, voucher: Voucher = BOOKED) -> Form:
    """Write a voucher as a connector's own mapping says."""
    return form_of(voucher, voucher_mapping(kind))
