import json

import aiohttp
import pytest
from sandbox_support import Caller

from sandbox.config import SandboxConfig
from sandbox.server import RunningSandbox, start_sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


async def test_people_are_listed_with_both_ids(caller: Caller) -> None:
    _, answer = await caller.call("GET", "/sandbox/people")

    assert answer["people"][0] == {
        "id": "zhang",
        "name": "张三",
        "title": "员工",
        "dingtalk": "staff-zhang",
        "wecom": "ZhangSan",
    }


async def test_the_page_is_served_without_inline_scripts(caller: Caller) -> None:
    async with caller.session.get(f"{caller.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    status, _ = await caller.call("GET", "/page/app.js")

    assert "<title>Sandbox</title>" in text
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert status == 200


@pytest.mark.parametrize(
    "path", ["/page/none.js", "/page/..%2Fsamples%2Fmeal.pdf", "/sandbox/samples/..%2Fpage"]
)
async def test_nothing_outside_the_folders_is_served(caller: Caller, path: str) -> None:
    status, _ = await caller.call("GET", path)

    assert status == 404


async def test_samples_are_listed_with_their_titles(caller: Caller) -> None:
    _, answer = await caller.call("GET", "/sandbox/samples")
    _, data = await caller.call("GET", answer["items"][0]["url"])

    assert answer["items"] == [
        {"name": "meal.pdf", "title": "餐费", "url": "/sandbox/samples/meal.pdf"},
        {"name": "other.xml", "title": "other.xml", "url": "/sandbox/samples/other.xml"},
    ]
    assert data == b"%PDF-1.7"


async def test_budgets_come_from_chit_and_the_token_stays_here(caller: Caller) -> None:
    status, answer = await caller.call("GET", "/sandbox/budgets")
    missing, _ = await caller.call("GET", "/sandbox/claims")

    assert (status, answer["items"]) == (200, [{"id": "sales"}])
    assert missing == 404


async def test_chit_may_be_down(config: SandboxConfig) -> None:
    import dataclasses

    alone = await start_sandbox(dataclasses.replace(config, chit_url="http://127.0.0.1:1"))
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{alone.url}/sandbox/budgets") as answer,
        ):
            assert (answer.status, (await answer.json())["error"]) == (502, "chit_unreachable")
    finally:
        await alone.stop()


async def test_changes_are_told_as_they_happen(caller: Caller) -> None:
    body = {"platform": "dingtalk", "user": "staff-zhang", "text": "帮助"}
    async with caller.session.get(f"{caller.url}/sandbox/stream") as stream:
        await stream.content.readuntil(b"\n\n")
        await caller.page("/send", body)
        line = await stream.content.readuntil(b"\n\n")

    change = json.loads(line.removeprefix(b"data: "))
    _, messages = await caller.call("GET", "/sandbox/messages", params=body)
    assert (change["platform"], change["user"]) == ("dingtalk", "staff-zhang")
    assert messages["rev"] == change["rev"]


async def test_the_trail_continues_after_a_number(caller: Caller) -> None:
    await caller.dingtalk_token()
    await caller.dingtalk_token()
    _, all_lines = await caller.call("GET", "/sandbox/trail")
    first = all_lines["items"][0]

    _, later = await caller.call("GET", "/sandbox/trail", params={"after": str(first["seq"])})

    assert first["what"] == "POST /v1.0/oauth2/accessToken"
    assert (first["platform"], first["direction"]) == ("dingtalk", "out")
    assert later["items"] == all_lines["items"][1:]


async def test_a_persons_picture_can_be_seen_and_foreign_files_never_run(caller: Caller) -> None:
    for data, name in ((PNG, "a.png"), (b"<script>alert(1)</script>", "a.html")):
        form = aiohttp.FormData({"platform": "dingtalk", "user": "staff-zhang"})
        form.add_field("file", data, filename=name)
        await caller.call("POST", "/sandbox/upload", data=form)
    picture, page = await caller.items("dingtalk", "staff-zhang")

    kinds = []
    for item in (picture, page):
        async with caller.session.get(caller.url + item["url"]) as answer:
            kinds.append((item["kind"], answer.content_type))

    assert kinds == [("image", "image/png"), ("file", "application/octet-stream")]


@pytest.mark.parametrize("quoted", [True, False])
async def test_chinese_file_names_are_kept_however_they_are_written(
    caller: Caller, *, quoted: bool
) -> None:
    form = aiohttp.FormData(quote_fields=quoted)
    form.add_field("platform", "dingtalk")
    form.add_field("user", "staff-zhang")
    form.add_field("file", b"%PDF-1.7", filename="发票 100%.pdf")

    await caller.call("POST", "/sandbox/upload", data=form)

    assert (await caller.items("dingtalk", "staff-zhang"))[0]["name"] == "发票 100%.pdf"


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/send", {"platform": "dingtalk", "user": "staff-zhang"}, "empty"),
        ("/send", {"platform": "dingtalk", "user": "nobody", "text": "x"}, "unknown_user"),
        ("/faults", {"platform": "dingtalk"}, "bad_request"),
        ("/dingtalk/explode", {}, "not_found"),
    ],
)
async def test_requests_that_make_no_sense_are_refused(
    caller: Caller, path: str, body: dict[str, str], error: str
) -> None:
    status, answer = await caller.call("POST", f"/sandbox{path}", json=body)

    assert status in {400, 404}
    assert answer["error"] == error
    assert answer["message"]


async def test_other_origins_cannot_act(caller: Caller) -> None:
    body = {"platform": "dingtalk", "user": "staff-zhang", "text": "帮助"}
    headers = {"Origin": "https://evil.example"}

    status, answer = await caller.call("POST", "/sandbox/send", json=body, headers=headers)

    assert (status, answer["error"]) == (403, "foreign_origin")
    assert await caller.items("dingtalk", "staff-zhang") == []


async def test_stopping_ends_open_streams(sandbox: RunningSandbox, caller: Caller) -> None:
    async with caller.session.get(f"{caller.url}/sandbox/stream") as stream:
        await stream.content.readuntil(b"\n\n")
        await sandbox.stop()

        assert await stream.content.read() == b""
