"""From the chat to the upload page and back: the file joins the draft as if it had been sent."""

import re
from pathlib import Path

import aiohttp
from yarl import URL

from tests.flow.stage import CROSSED, ON_SQLITE, STRAIGHT, Json, Stage, until
from tests.flow.test_claim_page import AGENTS, browser, sign_in
from tests.flow.test_main_job import number_of


async def link_in_chat(stage: Stage, platform: str, words: str) -> str:
    phone = stage.phone(platform, "zhang")
    await phone.say(words)
    text = await phone.text("/app/upload")
    found = re.search(r"https?://\S+/app/upload", text)
    assert found, text
    return found.group()


async def upload(
    session: aiohttp.ClientSession, page: str, name: str, data: bytes, upload_id: str
) -> str:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("upload", upload_id)
    form.add_field("file", data, filename=name)
    headers = {"Origin": str(URL(page).origin()), "Sec-Fetch-Site": "same-origin"}
    async with session.post(page, data=form, headers=headers) as answer:
        assert answer.status == 202, await answer.text()
        return str((await answer.json())["id"])


async def settled(session: aiohttp.ClientSession, page: str, trace: str) -> Json:
    async def ask() -> Json:
        async with session.get(f"{page}/{trace}") as answer:
            return await answer.json()  # type: ignore[no-any-return]

    async def look() -> Json | None:
        told = await ask()
        return told if told["state"] != "waiting" else None

    return await until(look, "an outcome", ask)


@STRAIGHT
async def test_an_uploaded_file_joins_the_draft(stage: Stage, samples: Path, platform: str) -> None:
    page = await link_in_chat(stage, platform, "上传")
    invoice = (samples / "hotel.xml").read_bytes()
    phone = stage.phone(platform, "zhang")

    async with browser(AGENTS[platform]) as session:
        status, _, at = await sign_in(session, page, phone.user)
        first = await upload(session, page, "酒店.xml", invoice, "11112222")
        again = await upload(session, page, "酒店.xml", invoice, "11112222")
        told = await settled(session, page, first)
    card = await phone.card(action="submit")
    claim = await stage.api(f"claims/{number_of(card)}")
    lines: list[object] = claim["lines"]  # type: ignore[assignment]

    assert (status, at.path) == (200, "/app/upload")
    assert first == again
    assert (told["state"], told["claim"]) == ("on_draft", claim["number"])
    assert len(lines) == 1
    assert len([c for c in await phone.cards() if "submit" in c.buttons()]) == 1


@CROSSED
async def test_what_is_no_invoice_is_said_on_the_page_and_in_the_chat(
    stage: Stage, platform: str
) -> None:
    page = await link_in_chat(stage, platform, "帮助")
    phone = stage.phone(platform, "zhang")

    async with browser(AGENTS[platform]) as session:
        await sign_in(session, page, phone.user)
        told = await settled(
            session, page, await upload(session, page, "notes.txt", b"hello", "33334444")
        )

    assert told["state"] == "not_an_invoice"
    assert "notes.txt" in str(told["notes"])
    assert await phone.text("notes.txt")


@ON_SQLITE
async def test_the_page_can_be_asked_for(stage: Stage) -> None:
    phone = stage.phone("wecom", "zhang")
    ways = ["上传", "upload", "上传发票", "Upload file"]

    said: list[str] = []

    async def told() -> bool | None:
        links = [t for t in await phone.texts() if f"{stage.service.url}/app/upload" in t]
        return len(links) == len(said) or None

    for words in ways:
        said.append(words)
        await phone.say(words)
        await until(told, f"a link for {words}", phone.items)
    assert len([t for t in await phone.texts() if "/app/upload" in t]) == len(ways)
