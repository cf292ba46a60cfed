"""Pages: seen by those concerned, harmless whatever people wrote, guarded as a whole."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from web_stage import DING, NUMBER, PAGE, PAYMENT, Stage, claim, decided

from bot.texts.pages import MODES, PAGES, VERDICTS
from bot.web.claim_page import kind_of
from core.approval import Plan, Step
from core.claim import Finding, State, StoredFile

ROOM = Path("bot/web")
NASTY = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{7*7}} ${x} [点](http://e) \u202e\0'
)


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {v or "" for name, v in attrs if name in {"href", "src", "action"}}


async def test_a_claim_shows_what_is_on_record(stage: Stage) -> None:
    finding = Finding("amount_limit", "warn", 0, (("amount", "280.00"), ("limit", "200.00")))
    await stage.keep(claim(plan=decided("approve", "没问题"), findings=(finding,)))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    for words in (
        "张三的报销", "¥280.00", NUMBER, "审批中", "市场部", "2026-11-25 10:30", "市内交通",
        "上海滴滴出行科技有限公司", "26312000000123456789", "去客户现场", "请核对：价税合计",
        "超过标准", "王五", "已同意", "没问题", "财务", "市场部 2026-Q4", "¥10,000.00",
    ):  # fmt: skip
        assert words in page, words


async def test_every_voucher_of_an_expense_is_shown(stage: Stage) -> None:
    line = claim().lines[0]
    assert line.invoice is not None
    second = replace(line.invoice, number="2633", seller="北京某某餐饮", file="b" * 64)
    shared = replace(line, more=(second,))
    kept = StoredFile("b" * 64, "second.pdf")
    await stage.keep(claim(lines=(shared,), files=(kept,)))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    assert "2633" in page
    assert "北京某某餐饮" in page
    assert f"/files/{'b' * 64}" in page


async def test_english_readers_get_english(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.be("a")

    _, page, _ = await stage.get(PAGE)

    assert '<html lang="en">' in page
    assert "In review" in page
    assert "审批进度" not in page


@pytest.mark.parametrize(
    ("user", "status"), [("z", 200), ("w", 200), ("f", 200), ("a", 200), ("l", 404)]
)
async def test_only_those_concerned_see_it(stage: Stage, user: str, status: int) -> None:
    await stage.keep(claim(plan=Plan((Step("主管", "any", ("wang",)),))))
    await stage.be(user)

    assert (await stage.get(PAGE))[0] == status


async def test_a_foreign_claim_looks_like_none(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.be("l")

    foreign = await stage.get(PAGE)
    answers = [
        await stage.get(f"/app/claims/{n}")
        for n in ("BX-20261125-0008", "nonsense", "%00", "..%2f..%2fetc%2fpasswd", "' OR 1=1 --")
    ]

    assert {(status, page) for status, page, _ in answers} == {foreign[:2]}
    assert foreign[0] == 404


async def test_words_of_people_stay_words(stage: Stage) -> None:
    line = replace(claim().lines[0], description=NASTY, category=NASTY, project=NASTY)
    invoice = replace(line.invoice, seller=NASTY, buyer=NASTY, number=NASTY, code=NASTY)  # type: ignore[type-var]
    made = claim(
        purpose=NASTY,
        project=NASTY,
        origin=NASTY,
        department=NASTY,
        state=State.REJECTED,
        lines=(replace(line, invoice=invoice),),
        plan=decided("reject", NASTY),
        findings=(Finding("buyer_title", "warn", 0, (("buyer", NASTY),)),),
    )
    made, _ = await stage.add_file(made, NASTY, b"x")
    await stage.keep(made, replace(PAYMENT, state="failed", reason=NASTY, bank=NASTY))
    await stage.be("z")

    status, page, _ = await stage.get(PAGE)

    assert status == 200
    assert page.count("{{7*7}}") >= 8
    assert not re.search("\u202e|\0", page)
    seen = Seen()
    seen.feed(page)
    assert "script" not in seen.tags
    assert {a for a in seen.attributes if a.startswith("on") or a == "style"} == set()
    assert {link for link in seen.links if not link.startswith("/app/")} == set()


@pytest.mark.parametrize(
    ("verdict", "to", "words"),
    [
        ("reject", None, "已驳回"),
        ("return", None, "已退回"),
        ("transfer", "li", "转交给 李雷"),
        ("add_signer", "li", "加签 李雷"),
    ],
)
async def test_every_decision_is_named(
    stage: Stage, verdict: str, to: str | None, words: str
) -> None:
    await stage.keep(claim(plan=decided(verdict, "因为", to)))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    assert words in page


async def test_steps_of_other_systems_and_carried_agreements_are_told(stage: Stage) -> None:
    plan = decided("approve", "same_approver")
    system = Step("OA 审批", "any", (), system="weaver")
    both = Step("会签", "all", ("wang", "zhao"))
    await stage.keep(claim(plan=replace(plan, steps=(*plan.steps, system, both), current=1)))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    for words in ("自动沿用", "由 泛微 OA 审批", "需全部同意", "等待 赵六 处理"):
        assert words in page, words


@pytest.mark.parametrize(("user", "shown"), [("z", True), ("f", True), ("w", False)])
async def test_an_account_shows_masked_and_only_to_those_close(
    stage: Stage, user: str, *, shown: bool
) -> None:
    await stage.keep(claim(state=State.APPROVED), PAYMENT)
    await stage.be(user)

    _, page, _ = await stage.get(PAGE)

    assert ("••••7890" in page) is shown
    assert "622202" not in page
    assert "待付款" in page


async def test_a_draft_shows_whom_it_will_ask_and_who_is_told(stage: Stage) -> None:
    await stage.keep(claim(state=State.DRAFT, plan=None, submitted_at=None))
    await stage.be("z")

    page = (await stage.get(PAGE))[1]

    assert "抄送：孙洋" in page
    assert page.index("王五") < page.index("抄送：孙洋")


async def test_an_empty_draft_is_a_page_too(stage: Stage) -> None:
    await stage.keep(claim(state=State.DRAFT, lines=(), plan=None, submitted_at=None))
    await stage.be("z")

    status, page, _ = await stage.get(PAGE)

    assert status == 200
    assert "还没有费用明细" in page


# --- files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "kind", "shown"),
    [
        ("photo-1", b"\xff\xd8\xff\xe0", "image/jpeg", 'inline; filename="photo-1.jpeg"'),
        ("发票.pdf", b"%PDF-1.7", "application/pdf", 'inline; filename="__.pdf"'),
        ("a.pdf", b"<html><script>", "application/octet-stream", 'attachment; filename="a.pdf"'),
        ("a.svg", b"<svg onload=x>", "application/octet-stream", 'attachment; filename="a.svg"'),
        ("i.ofd", b"PK\x03\x04", "application/octet-stream", 'attachment; filename="i.ofd"'),
        (
            'a"\r\nX: y/../b.png',
            b"\x89PNG\r\n\x1a\n",
            "image/png",
            'inline; filename="a_ X_ y-..-b.png"',
        ),
    ],
)
async def test_a_file_comes_as_received_and_can_do_nothing(
    stage: Stage, name: str, data: bytes, kind: str, shown: str
) -> None:
    made, sha256 = await stage.add_file(claim(), name, data)
    await stage.keep(made)
    await stage.be("z")

    status, body, headers = await stage.get(f"{PAGE}/files/{sha256}")

    assert (status, headers["Content-Type"]) == (200, kind)
    assert body.encode() == data or kind != "application/octet-stream"
    assert headers["Content-Disposition"].startswith(shown)
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"].startswith("private")


async def test_only_files_of_the_claim_are_given(stage: Stage) -> None:
    other = await stage.files.put(b"of another claim")
    made, lost = await stage.add_file(claim(), "lost.pdf", b"%PDF-")
    await stage.keep(made)
    del stage.files.kept[lost]
    await stage.be("z")

    statuses = [
        (await stage.get(f"{PAGE}/files/{name}"))[0]
        for name in (other, lost, "0" * 64, "..%2F..%2Fetc%2Fpasswd")
    ]

    assert statuses == [404] * 4


async def test_a_file_is_only_for_those_concerned(stage: Stage) -> None:
    made, sha256 = await stage.add_file(claim(), "a.pdf", b"%PDF-")
    await stage.keep(made)
    without = (await stage.get(f"{PAGE}/files/{sha256}"))[0]
    await stage.be("l")

    assert without == 302
    assert (await stage.get(f"{PAGE}/files/{sha256}"))[0] == 404


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"RIFF0000WEBPVP8", "image/webp"), (b"GIF89a", "image/gif"), (b"", None), (b"<svg", None)],
)
def test_bytes_say_what_they_are(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


# --- what waits --------------------------------------------------------------------------


async def test_what_waits_differs_by_person(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.keep(claim(number="BX-20261125-0008", state=State.RETURNED, employee="wang"))
    owed = replace(PAYMENT, id="P-1", claim="BX-20261125-0009")
    own = replace(PAYMENT, id="P-2", claim="BX-20261125-0010", payee="zhao")
    await stage.keep(claim(number="BX-20261125-0009", state=State.APPROVED), owed, own)

    shown = {}
    for user in ("z", "w", "f", "l"):
        stage.client.session.cookie_jar.clear()
        await stage.be(user)
        _, page, _ = await stage.get("/app/todo")
        shown[user] = re.findall(r"/app/claims/BX-20261125-(\d+)", page)

    assert shown == {"z": [], "w": ["0007", "0008"], "f": ["0009"], "l": []}


async def test_home_leads_to_what_waits(stage: Stage) -> None:
    for path in ("/app", "/app/"):
        status, _, headers = await stage.get(path)
        assert (status, headers["Location"]) == (302, "/app/todo")


# --- the whole ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
    ],
)
async def test_other_sites_can_change_nothing(stage: Stage, headers: dict[str, str]) -> None:
    await stage.be("z")
    async with stage.client.post("/app/logout", headers=headers) as answer:
        assert answer.status == 403

    assert (await stage.get("/app/todo"))[0] == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, {}]
)
async def test_our_own_pages_can(stage: Stage, headers: dict[str, str]) -> None:
    await stage.be("z")
    async with stage.client.post("/app/logout", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303


@pytest.mark.parametrize(
    ("path", "status"),
    [("/app/signin", 200), ("/app/nothing", 404), (PAGE, 302), ("/app/static/chit.css", 200),
     ("/app/static/none", 404), ("/app/static/..%2Fsite.py", 404), ("/app/signin/other", 404)],
)  # fmt: skip
async def test_every_answer_is_guarded(stage: Stage, path: str, status: int) -> None:
    found, _, headers = await stage.get(path, **DING)

    assert found == status
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


async def test_a_wrong_method_is_a_page(stage: Stage) -> None:
    async with stage.client.get("/app/logout") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        assert "请求无法处理" in await answer.text()


async def test_pages_are_not_kept_by_caches_and_styles_are(stage: Stage) -> None:
    _, page, headers = await stage.get("/app/signin")
    style = re.search(r'href="(/app/static/chit\.css\?v=\w+)"', page)
    assert style
    _, _, kept = await stage.get(style.group(1))

    assert headers["Cache-Control"] == "no-store"
    assert "immutable" in kept["Cache-Control"]


FAMILIES = (
    "with_", "step_", "decide_", "told_", "desk_", "hint_", "batch_", "can_", "role_", "job_",
    "channel_", "count_", "press_", "return_", "place_", "bank_said_",
)  # fmt: skip
"""How codes begin that are put together from the names of states, actions or roles."""
OUR_SCRIPT = re.compile(r"""<script type="module" src="\{\{ asset\('\w+\.js'\) }}"></script>""")


def test_templates_have_no_scripts_and_no_styles_inside() -> None:
    for path in (ROOM / "templates").iterdir():
        text = OUR_SCRIPT.sub("", path.read_text("utf-8"))
        if path.name == "cards.html":
            text = text.replace('<script src="{{ sdk }}"></script>', "")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|\|\s*safe", text), path.name


def test_every_word_of_a_page_is_in_the_catalogue_and_used() -> None:
    texts = [p.read_text("utf-8") for p in [*ROOM.glob("*.py"), *(ROOM / "templates").iterdir()]]
    named = {c for t in texts for c in re.findall(r"""(?:say|both)\(['"](\w+)['"][,)]""", t)}

    assert named <= set(PAGES)
    assert {*MODES.values(), *VERDICTS.values()} <= set(PAGES)
    unused = {
        code
        for code in set(PAGES) - {*MODES.values(), *VERDICTS.values()}
        if not any(re.search(rf"""['"]{code.removesuffix("_how")}['"]""", t) for t in texts)
        and not code.startswith(FAMILIES)
    }
    assert unused == set()
