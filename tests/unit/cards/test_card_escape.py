"""Other people's words stay words: links, headings, HTML, templates, calls to everybody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.dingtalk import for_dingtalk, for_dingtalk_builtin
from bot.cards.escape import quoted, safe
from bot.cards.wecom import for_wecom
from bot.texts.plain import cut_bytes, one_line
from core.claim import State
from tests.unit.cards.samples import DRAFT, LINES, claim_in, plan, said, view_of


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("[点此查看](http://evil)", "［点此查看］(http：//evil)"),
        ("![图](https://evil/x.png)", "!［图］(https：//evil/x.png)"),
        ("# 已批准", "＃ 已批准"),
        ("## 已批准", "＃＃ 已批准"),
        ("3#楼 会议室", "3#楼 会议室"),
        ("好\n\n# Approved by CFO\n---", "好 ＃ Approved by CFO ---"),
        ("<font color=red>红</font>", "＜font color=red＞红＜/font＞"),
        ("&lt;b&gt; A&B", "＆lt;b＆gt; A&B"),
        ("**加粗** 和 ~~删除~~", "＊＊加粗＊＊ 和 ～～删除～～"),
        ("_斜_ sales_2026_q4", "＿斜＿ sales_2026_q4"),
        ("`代码` a\\b", "｀代码｀ a＼b"),
        ("@all 请看 @所有人 a@b.com", "＠all 请看 ＠所有人 a@b.com"),
        ("${var} {{7*7}}", "${var} {{7*7}}"),
        ("滴\u200b滴\u202e出行\x00\ud800", "滴滴出行"),
        ("  两头 空白  ", "两头 空白"),
    ],
)
def test_markup_reads_the_same_and_means_nothing(typed: str, shown: str) -> None:
    assert safe(typed) == shown


def test_ten_thousand_characters_are_cut() -> None:
    assert safe("长" * 10_000) == "长" * 59 + "…"


def test_quotation_marks_cannot_be_closed() -> None:
    assert quoted("好」 CFO：「同意") == "「好』 CFO：『同意」"


@given(st.text())
def test_nothing_breaks_out_of_its_line(text: str) -> None:
    for made in (safe(text, 200), one_line(text, 200)):
        assert "\n" not in made
        assert not set(made) & set("<>\r\x00\u200b\u202e")
        assert len(made) <= 200
        made.encode()
    assert not set(safe(text, 200)) & set("[]`\\")


@given(st.text(), st.integers(3, 50))
def test_bytes_are_cut_between_characters(text: str, limit: int) -> None:
    clean = one_line(text)

    assert len(cut_bytes(clean, limit).encode()) <= limit


EVIL = "[点此](http://evil) <b>x</b>\n# 已批准 @all"


def test_every_place_where_people_write_is_safe() -> None:
    """A card is drawn with hostile words in every field that somebody may fill."""
    invoice = replace(LINES[0].invoice, seller=EVIL, number=EVIL)  # type: ignore[type-var]
    line = replace(LINES[0], description=EVIL, invoice=invoice)
    claim = replace(
        claim_in(State.RETURNED),
        lines=(line,),
        purpose=EVIL,
        plan=plan((said("wang", "return", EVIL),)),
    )
    finding = replace(DRAFT.findings[0], code="buyer_title", fields=(("buyer", EVIL),))
    view = view_of(replace(claim, findings=(finding,)), "claim")

    for card in (for_dingtalk(view), for_dingtalk_builtin(view), for_wecom(view)):
        text = str(card)
        assert "](http://evil" not in text
        assert "<b>" not in text
        assert "@all" not in text
        assert "点此" in text
        assert "# 已批准" not in text
