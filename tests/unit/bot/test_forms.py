"""Forms of files: tried with samples, copied, changed by a firm, compared with a bank's own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from connectors.filedrop.checking import (
    ACCOUNTS,
    find_other_columns,
    sample_sheets,
    try_payments,
    try_vouchers,
)
from connectors.filedrop.payment_files import payment_format, payment_formats
from connectors.filedrop.template import text_of
from connectors.filedrop.voucher_files import voucher_format, voucher_formats
from core.company import Company
from core.errors import Refused

UNCONFIRMED = {"cmb", "icbc", "ccb", "u8", "kis"}


@pytest.mark.parametrize("name", sorted(payment_formats()))
def test_every_payment_form_is_read_back_as_written(name: str) -> None:
    tried = try_payments(payment_formats()[name])

    assert tried.faults == ()
    assert tried.controls.total_fen == 127_956
    assert not tried.table or {a for row in tried.table for a in row} >= set(ACCOUNTS)


@pytest.mark.parametrize("name", sorted(voucher_formats()))
def test_every_voucher_form_is_read_back_as_written(name: str) -> None:
    assert try_vouchers(voucher_formats()[name]).faults == ()


@pytest.mark.parametrize("name", ["csv", "u8"])
def test_amounts_of_a_red_voucher_stay_amounts(name: str) -> None:
    data = voucher_formats()[name](sample_sheets(), Company())

    text = data.decode("gbk" if name == "u8" else "utf-8-sig").replace('"', "")
    assert ",-43.69," in text
    assert "'-" not in text


def test_what_nobody_has_confirmed_says_so() -> None:
    forms = [*payment_formats().values(), *voucher_formats().values()]

    assert {f.name for f in forms if f.unconfirmed} == UNCONFIRMED


def test_a_firms_form_takes_the_place_of_ours_and_of_none_else(tmp_path: Path) -> None:
    text = text_of("payments", "cmb")
    assert text is not None
    (tmp_path / "cmb.yaml").write_text(text.replace("用途", "备注").replace("未经银行确认", ""))
    (tmp_path / "house.yml").write_text(text.replace("name: cmb", "name: house"), "utf-8")

    own = payment_format("cmb", tmp_path)

    assert own is not None
    assert own.template is not None
    assert own.template.titles[-1] == "备注"
    assert set(payment_formats(tmp_path)) == {*payment_formats(), "house"}
    assert set(voucher_formats(tmp_path)) == set(voucher_formats())
    assert voucher_format("house", tmp_path) is None


def test_a_broken_form_in_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: bad\nuse: payments\n", "utf-8")

    with pytest.raises(Refused) as caught:
        payment_formats(tmp_path)

    assert caught.value.fields["file"] == "bad.yaml"


def test_columns_that_differ_from_a_banks_own_are_named() -> None:
    template = payment_formats()["cmb"].template
    assert template is not None

    same = list(find_other_columns(template, [*template.titles, "", ""]))
    other = list(find_other_columns(template, ["收款账号", "户名", "金额"]))

    assert same == []
    assert other == [(2, "户名", "收款户名"), (4, "", "用途")]


def test_the_command_shows_the_result_and_fails_where_the_bank_wants_another(
    tmp_path: Path,
) -> None:
    theirs = tmp_path / "bank.csv"
    theirs.write_bytes("收款账号,收款户名,金额,附言\r\n".encode("gbk"))
    out, run = tmp_path / "sample.csv", CliRunner().invoke

    good = run(app, ["payments", "check", "cmb", "--out", str(out)])
    bad = run(app, ["payments", "check", "cmb", "--against", str(theirs)])
    copied = run(app, ["payments", "template", "cmb"])
    books = run(app, ["vouchers", "check", "u8"])
    nothing = run(app, ["vouchers", "check", "nothing"])

    assert [r.exit_code for r in (good, bad, copied, books, nothing)] == [0, 1, 0, 0, 2]
    assert ACCOUNTS[0] in good.stdout
    assert "未经银行确认" in good.stderr
    assert ACCOUNTS[0].encode() in out.read_bytes()
    assert "「附言」" in bad.stderr
    assert copied.stdout == text_of("payments", "cmb")
    assert "-43.69" in books.stdout
