"""The upload page: what it takes, what it refuses, and that it tells only what is recorded."""

import hashlib
import io
import json

import aiohttp
import pytest
from web_stage import DING, WORK, Stage

from bot.events import FileUploaded, from_json
from bot.web.upload_page import MAX_BYTES, file_name
from core.change import Change, InboxRef, Outgoing
from core.notices import Reply, ShowCard

UPLOAD = "0123456789abcdef"


async def post(
    stage: Stage,
    data: bytes = b"%PDF-1.7",
    name: str = "a.pdf",
    upload: str = UPLOAD,
    **headers: str,
) -> tuple[int, dict[str, object]]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("upload", upload)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/pdf")
    async with stage.client.post("/app/upload", data=form, headers=headers) as answer:
        return answer.status, json.loads(await answer.read())


async def told(stage: Stage, trace: object) -> tuple[int, dict[str, object]]:
    status, body, _ = await stage.get(f"/app/upload/{trace}")
    return status, json.loads(body)


async def test_the_page_runs_only_our_script(stage: Stage) -> None:
    await stage.be("z")

    status, page, headers = await stage.get("/app/upload")

    assert status == 200
    assert "script-src 'self'; connect-src 'self'" in headers["Content-Security-Policy"]
    assert page.count("<script") == 1
    assert 'capture="environment"' in page
    assert page.count('type="file"') == 2


async def test_a_file_is_one_message_however_often_it_comes(stage: Stage) -> None:
    await stage.be("z")

    first, again = await post(stage, **WORK), await post(stage, **WORK)
    (item,) = await stage.storage.inbox.lease(9, stage.now, 60)
    event = from_json(item.body)

    assert first == again
    assert first[0] == 202
    assert isinstance(event, FileUploaded)
    assert (event.sender.channel, event.sender.user, event.name) == ("wecom", "Z", "a.pdf")
    assert item.lane == "wecom:z"
    assert stage.files.kept[event.sha256] == b"%PDF-1.7"


async def test_it_joins_the_chat_of_the_browser_and_else_one_that_the_person_has(
    stage: Stage,
) -> None:
    await stage.be("z")
    await post(stage, **DING)
    await stage.be("a")
    await post(stage, upload="another-upload", **WORK)

    items = await stage.storage.inbox.lease(9, stage.now, 60)

    assert [i.lane for i in items] == ["dingtalk:z", "dingtalk:a"]


async def test_who_has_not_signed_in_uploads_nothing(stage: Stage) -> None:
    assert await post(stage) == (401, {"error": "signed_out"})
    assert not stage.files.kept


async def test_other_sites_upload_nothing(stage: Stage) -> None:
    await stage.be("z")

    async with stage.client.post(
        "/app/upload", data={"upload": UPLOAD}, headers={"Origin": "https://evil.example"}
    ) as answer:
        assert answer.status == 403
    assert not stage.files.kept


@pytest.mark.parametrize(
    ("data", "upload", "status", "error"),
    [
        (b"", UPLOAD, 400, "empty"),
        (b"x", "short", 400, "bad_request"),
        (b"x", "../../etc/passwd", 400, "bad_request"),
        (b"x", "\u5355" * 12, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_taken_is_refused(
    stage: Stage, data: bytes, upload: str, status: int, error: str
) -> None:
    await stage.be("z")

    assert await post(stage, data, upload=upload) == (status, {"error": error})
    assert not stage.files.kept


@pytest.mark.parametrize("over", [1, 1024 * 1024])
async def test_a_file_that_is_too_large_is_refused(stage: Stage, over: int) -> None:
    await stage.be("z")

    answer = await post(stage, bytes(MAX_BYTES + over))

    assert answer == (413, {"error": "too_large"})
    assert not stage.files.kept


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--x\r\n\r\nno name\r\n--x--\r\n"])
async def test_a_body_that_is_no_upload_is_refused(stage: Stage, body: bytes) -> None:
    await stage.be("z")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    async with stage.client.post("/app/upload", data=body, headers=headers) as answer:
        assert answer.status == 400


async def test_an_upload_is_told_as_it_was_recorded(stage: Stage) -> None:
    await stage.be("z")
    _, taken = await post(stage, **WORK)
    waiting = await told(stage, taken["id"])
    (item,) = await stage.storage.inbox.lease(1, stage.now, 60)
    card = ShowCard("zhang", "BX-20261125-0007", "claim", fresh=True)
    note = Reply("wecom", "Z", "already_on_draft", (("invoice", "<2631>"),))
    keyed = tuple(Outgoing(f"{item.key}!{i}", "zhang", n) for i, n in enumerate((note, card)))
    done = Change(at=stage.now, outbox=keyed, inbox=InboxRef(item.id, item.fence))
    await stage.storage.store.commit(done)

    status, after = await told(stage, taken["id"])

    assert waiting == (200, {"state": "waiting"})
    assert status == 200
    assert (after["state"], after["claim"]) == ("on_draft", "BX-20261125-0007")
    assert after["link"] == "/app/claims/BX-20261125-0007"
    assert "＜2631＞" in str(after["notes"])


async def test_a_file_without_an_invoice_is_told_with_its_reason(stage: Stage) -> None:
    await stage.be("z")
    _, taken = await post(stage, **WORK)
    (item,) = await stage.storage.inbox.lease(1, stage.now, 60)
    why = Reply("wecom", "Z", "not_an_invoice", (("file", "a.pdf"), ("reason", "没有文字")))
    done = Change(
        at=stage.now,
        outbox=(Outgoing(f"{item.key}!0", "zhang", why),),
        inbox=InboxRef(item.id, item.fence),
    )
    await stage.storage.store.commit(done)

    _, after = await told(stage, taken["id"])

    assert after["state"] == "not_an_invoice"
    assert "没有文字" in str(after["notes"])


async def test_nobody_asks_after_the_upload_of_another(stage: Stage) -> None:
    await stage.be("z")
    _, taken = await post(stage, **WORK)
    await stage.be("l")

    unknown = f"{UPLOAD}.{hashlib.sha256(b'').hexdigest()}"

    assert (await told(stage, taken["id"]))[0] == 404
    assert (await told(stage, unknown))[0] == 404
    assert (await told(stage, "nonsense"))[0] == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, "file"),
        ("", "file"),
        ("C:\\tmp\\发票.ofd", "发票.ofd"),
        ("../../x.pdf", "x.pdf"),
        ("a\n<b>\u202e.pdf", "a ＜b＞.pdf"),
        ("长" * 300 + ".pdf", "长" * 110 + ".pdf"),
    ],
)
def test_a_name_is_one_visible_line(given: str | None, kept: str) -> None:
    assert file_name(given) == kept
