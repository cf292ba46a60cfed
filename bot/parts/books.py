"""How the systems of accounts are built from their settings."""

from collections.abc import Callable, Mapping
from importlib import resources

from bot.connections import (
    ErpNextSettings,
    KingdeeSettings,
    OdooSettings,
    SapB1Settings,
    SystemSettings,
    YonyouSettings,
)
from connectors.erpnext.adapter import ErpNext
from connectors.kingdee.adapter import Kingdee
from connectors.kingdee.wire import Account
from connectors.kit import Kit
from connectors.odoo.adapter import Odoo
from connectors.sap_b1.adapter import SapB1
from connectors.sap_b1.wire import Account as SapAccount
from connectors.yonyou.adapter import Yonyou
from connectors.yonyou.wire import Heading
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


def _yonyou(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, YonyouSettings):
        raise TypeError(name)
    return Yonyou(
        name,
        kit,
        base_url=settings.base_url,
        app_key=settings.app_key,
        app_secret=settings.app_secret.get_secret_value(),
        heading=Heading(settings.account_book, settings.voucher_type, settings.maker_mobile),
        tenant=settings.tenant,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _sap_b1(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, SapB1Settings):
        raise TypeError(name)
    password = settings.password.get_secret_value()
    return SapB1(
        name,
        kit,
        base_url=settings.base_url,
        account=SapAccount(settings.company_db, settings.user, password),
        key_field=settings.key_field,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _erpnext(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, ErpNextSettings):
        raise TypeError(name)
    return ErpNext(
        name,
        kit,
        base_url=settings.base_url,
        key=settings.key,
        secret=settings.secret.get_secret_value(),
        company=settings.company,
        key_field=settings.key_field,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _odoo(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, OdooSettings):
        raise TypeError(name)
    return Odoo(
        name,
        kit,
        base_url=settings.base_url,
        key=settings.key.get_secret_value(),
        journal=settings.journal,
        database=settings.database,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


BOOKS: Mapping[str, Callable[[str, SystemSettings, Kit], System]] = {
    "erpnext": _erpnext,
    "kingdee": _kingdee,
    "odoo": _odoo,
    "sap_b1": _sap_b1,
    "yonyou": _yonyou,
}
"""By the kind of `[connectors.NAME]`."""


def voucher_mapping(kind: str) -> FieldMapping:
    """Load how a connector writes vouchers unless it is told otherwise."""
    found = resources.files("connectors") / kind / "voucher.yaml"
    return load_mapping(found.read_text("utf-8"), f"connectors/{kind}/voucher.yaml")
