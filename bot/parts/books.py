"""How the systems of accounts are built from their settings."""

from collections.abc import Callable, Mapping
from importlib import resources

from bot.connections import KingdeeSettings, SystemSettings
from connectors.kingdee.adapter import Kingdee
from connectors.kingdee.wire import Account
from connectors.kit import Kit
from core.mapping import FieldMapping, load_mapping
from core.outside import System


def _kingdee(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, KingdeeSettings):
        raise TypeError(name)
    return Kingdee(
        name,
        kit,
        base_url=settings.base_url,
        account=Account(
            settings.acct_id,
            settings.user,
            settings.app_id,
            settings.app_secret.get_secret_value(),
            settings.lcid,
            settings.org_num,
        ),
        book=settings.account_book,
        group=settings.voucher_group,
        login=settings.login,
        audit=settings.audit,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


BOOKS: Mapping[str, Callable[[str, SystemSettings, Kit], System]] = {
    "kingdee": _kingdee,
}
"""By the kind of `[connectors.NAME]`."""


def voucher_mapping(kind: str) -> FieldMapping:
    """Load how a connector writes vouchers unless it is told otherwise."""
    found = resources.files("connectors") / kind / "voucher.yaml"
    return load_mapping(found.read_text("utf-8"), f"connectors/{kind}/voucher.yaml")
