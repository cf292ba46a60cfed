"""Which addresses are fetched, and how long the stream waits before it tries again."""

import pytest

from bot.channels.dingtalk.hosts import FILE_HOSTS
from bot.channels.dingtalk.stream import Delays, Timings
from bot.channels.http import ForbiddenAddress, Guard, GuardedResolver, is_public
from core.errors import Rejected
from tests.fakes.dingtalk_desk import Names

GUARD = Guard(frozenset({("http", "127.0.0.1", 8601)}), FILE_HOSTS)


@pytest.mark.parametrize(
    ("address", "fetched"),
    [
        ("http://127.0.0.1:8601/files/a", "http://127.0.0.1:8601/files/a"),
        ("https://down.dingtalk.com/a?x=1%2B2", "https://down.dingtalk.com/a?x=1%2B2"),
        ("http://down.dingtalk.com/a", "https://down.dingtalk.com/a"),
        (
            "https://wukong.oss-cn-zhangjiakou.aliyuncs.com/a?Expires=1",
            "https://wukong.oss-cn-zhangjiakou.aliyuncs.com/a?Expires=1",
        ),
    ],
)
def test_own_origins_and_the_vendors_hosts_are_fetched(address: str, fetched: str) -> None:
    assert str(GUARD.admit(address)) == fetched


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:5432/",
        "https://127.0.0.1:8601/",
        "http://127.0.0.1/",
        "http://localhost:8601/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]:8601/",
        "http://2130706433:8601/",
        "http://169.254.169.254/latest/meta-data",
        "https://down.dingtalk.com@127.0.0.1/",
        "https://user:pw@down.dingtalk.com/",
        "https://down.dingtalk.com.evil.example/",
        "https://evil-dingtalk.com/",
        "https://evil.example/?a=.dingtalk.com",
        "https://evil.example#.dingtalk.com",
        "https://evil.example\\.dingtalk.com/",
        "https://down.dingtalk.com:8443/",
        "https://ecs.aliyuncs.com/",
        "https://evil.aliyuncs.com.example/",
        "file:///etc/passwd",
        "gopher://down.dingtalk.com/",
        "ftp://down.dingtalk.com/a",
        "data:text/plain,a",
        "//down.dingtalk.com/a",
        "down.dingtalk.com/a",
        "http://",
        "http://[",
        "http://a:99999/",
        "",
    ],
)
def test_everything_else_is_refused(address: str) -> None:
    with pytest.raises(Rejected, match="address_refused"):
        GUARD.admit(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.100.100.200", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_addresses_inside_are_told_from_public_ones(address: str, public: bool) -> None:  # noqa: FBT001 - a table
    assert is_public(address) is public


async def test_a_foreign_name_that_points_inside_is_not_connected_to() -> None:
    resolver = GuardedResolver({"dingtalk.internal"}, Names("8.8.8.8", "127.0.0.1"))

    with pytest.raises(ForbiddenAddress):
        await resolver.resolve("down.dingtalk.com", 443)

    assert len(await resolver.resolve("dingtalk.internal", 443)) == 2


def test_delays_double_with_jitter_up_to_their_end() -> None:
    delays = Delays(Timings(), lambda: 1.0)

    waits = [delays.after("refused", proved=False, now_s=0) for _ in range(8)]

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert Delays(Timings(), lambda: 0.0).after("closed", proved=False, now_s=0) == 0.5


def test_a_connection_that_worked_starts_over() -> None:
    delays = Delays(Timings(), lambda: 1.0)
    for _ in range(5):
        delays.after("refused", proved=False, now_s=0)

    assert delays.after("silent", proved=True, now_s=100) == 1


def test_a_platform_that_asks_to_move_is_followed_at_once_but_not_in_circles() -> None:
    delays = Delays(Timings(), lambda: 1.0)

    moves = [delays.after("disconnect", proved=True, now_s=100 + n / 10) for n in range(4)]

    assert moves == [0, 1, 2, 4]
    assert delays.after("disconnect", proved=True, now_s=200) == 0
