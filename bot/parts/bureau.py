"""The way to the tax bureau."""

from collections.abc import Callable
from functools import partial

from bot.settings import Config
from connectors.verify.aliyun.adapter import AliyunVerify
from connectors.verify.baidu.adapter import BaiduVerify
from connectors.verify.tencent.adapter import TencentVerify
from core.ports import Clock
from core.verification import VerifyPort


def build_bureau(config: Config, clock: Clock) -> VerifyPort | None:
    """Build the way to the tax bureau, if there is one."""
    asks = config.connectors.verify
    if asks is None:
        return None
    adapters: dict[str, Callable[..., VerifyPort]] = {
        "aliyun": AliyunVerify,
        "baidu": BaiduVerify,
        "tencent": partial(TencentVerify, region=asks.region),
    }
    return adapters[asks.provider](
        key=asks.key,
        secret=asks.secret.get_secret_value(),
        clock=clock,
        base_url=asks.base_url,
        per_second=asks.per_second,
        types=asks.types,
    )
