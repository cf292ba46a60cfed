"""How 致远 and 蓝凌 are built from their settings."""

from collections.abc import Callable, Mapping

from bot.connections import LandraySettings, SeeyonSettings, SystemSettings
from connectors.kit import Kit
from connectors.landray import adapter as landray
from connectors.landray.wire import Rules, TodoRules
from connectors.seeyon import adapter as seeyon
from connectors.seeyon.client import Account
from core.outside import System


def _seeyon(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, SeeyonSettings):
        raise TypeError(name)
    password = settings.password.get_secret_value()
    return seeyon.Seeyon(
        name,
        kit,
        base_url=settings.base_url,
        account=Account(settings.user, password, settings.token_life_s),
        template_code=settings.template_code,
        login_name=settings.login_name,
        register_code=settings.register_code,
        habits=seeyon.Habits(
            settings.states,
            settings.state_id,
            settings.cancel_path,
            settings.todo_path,
            settings.todo_done_path,
        ),
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _landray(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, LandraySettings):
        raise TypeError(name)
    key = settings.person_key
    return landray.Landray(
        name,
        kit,
        base_url=settings.base_url,
        user=settings.user,
        password=settings.password.get_secret_value(),
        rules=Rules(settings.template_id, key, settings.doc_status, settings.file_key),
        creator=settings.creator,
        habits=landray.Habits(
            settings.results,
            settings.add_path,
            settings.approve_path,
            settings.cancel_operation,
            TodoRules(settings.todo_model, key, settings.todo_done_type),
        ),
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


OAS: Mapping[str, Callable[[str, SystemSettings, Kit], System]] = {
    "landray": _landray,
    "seeyon": _seeyon,
}
"""By the kind of `[connectors.NAME]`."""
