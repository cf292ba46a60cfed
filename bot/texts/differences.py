"""The words of a comparison of all sides: each difference, and what to do about it."""

from collections.abc import Mapping

from bot.texts.pages import page_text
from bot.texts.systems import system_name
from bot.texts.template import Language, Text, Texts
from bot.texts.words import payment_state_text
from core.bank_results import Unnoted
from core.money import format_cny
from core.reconciling import Compared, Difference

TEXTS: Texts = {
    "reconciled": Text(
        "对账‹ {day}›：‹{count} 张单据›‹，{different} 张不一致›"
        "‹，银行有 {unnoted} 行没有登记›。‹全部明细和合计：{link}›‹\n{rows}›",
        "Compared‹ {day}›:‹ {count} claims›‹, {different} differ›"
        "‹, {unnoted} rows of the bank were not noted›.‹ All of it, and the totals: {link}›"
        "‹\n{rows}›",
    ),
}

PROCESS: Mapping[str, Text] = {
    "new": Text("未发起", "not begun"),
    "sending": Text("正在发起", "being begun"),
    "open": Text("审批中", "under way"),
    "waiting": Text("审批中", "under way"),
    "approved": Text("已通过", "approved"),
    "rejected": Text("已驳回", "rejected"),
    "returned": Text("已退回", "sent back"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "void": Text("已作废", "void"),
    "closed": Text("已结束", "ended"),
    "unknown": Text("不确定", "unknown"),
    "dropped": Text("已放弃", "given up"),
}
"""What an approval system says of a process, or what we know of it."""

WORDS: Mapping[Difference, Text] = {
    "oa_pending": Text(
        "小票已通过，OA 还没有结束：请在 OA 里办完或关闭",
        "approved here, open in the OA: finish or close it there",
    ),
    "oa_against": Text(
        "小票已通过，OA 是驳回、撤回或作废：先停付款，再查是谁改的",
        "approved here, turned down in the OA: stop the payment and find out who changed it",
    ),
    "oa_ahead": Text(
        "OA 已结束，小票还在审批：请管理员看管理页的「卡住」或 chit stuck list",
        "ended in the OA, still in review here: an administrator should see what is stuck"
        " (`chit stuck list`)",
    ),
    "oa_left": Text(
        "小票已结束，OA 里的流程还开着：请在 OA 里关闭",
        "ended here, still open in the OA: close it there",
    ),
    "oa_unknown": Text(
        "不知道 OA 里有没有：核对后用 chit stuck retry 或 drop",
        "unknown whether the OA has it: look, then `chit stuck retry` or `drop`",
    ),
    "voucher_missing": Text(
        "没有凭证：请检查科目设置", "no voucher was made: look at the accounts of the company file"
    ),
    "voucher_refused": Text(
        "凭证做不出来：chit vouchers preview 看原因",
        "its voucher cannot be made: `chit vouchers preview` says why",
    ),
    "voucher_unposted": Text(
        "凭证还没有记进财务系统：chit stuck list 看原因，改好后 retry；已放弃的用文件导入",
        "its voucher has not reached the books: `chit stuck list` says why, then `chit stuck"
        " retry`; import by file what was given up",
    ),
    "voucher_unnumbered": Text(
        "凭证已导出，财务软件还没有回凭证号：导入后用 chit vouchers numbers 登记",
        "exported, no number from the books: import it, then `chit vouchers numbers`",
    ),
    "voucher_amount": Text(
        "凭证金额与单据不同，或记了不止一张：请核对后冲销多余的",
        "its vouchers come to another amount, or there is more than one: reverse what is wrong",
    ),
    "voucher_paid": Text(
        "付款凭证与已付金额不同：请核对银行回单和凭证",
        "its payment vouchers differ from what was paid: compare them with the bank",
    ),
    "voucher_left": Text(
        "单据已撤销，账上还有凭证：请冲销", "taken back here, still in the books: reverse it"
    ),
    "payment_missing": Text(
        "已通过却没有付款记录：请联系管理员", "approved, no payment was made: ask an administrator"
    ),
    "payment_failed": Text(
        "付款没有成功：改好账号后重新导出", "the payment failed: mend the account and export again"
    ),
    "payment_silent": Text(
        "付款文件已经交出去三天以上，还没有银行结果：请导入回单，或确认银行没有付",
        "its payment file left three days ago or more without a result: bring in the bank's"
        " results, or make sure that nothing was paid",
    ),
    "payment_amount": Text(
        "已付金额与单据不同：请核对银行回单", "another amount was paid: compare with the bank"
    ),
    "payment_left": Text(
        "单据已撤销，钱已付出：请追回", "taken back here, yet paid: claim it back"
    ),
}


RESULTS: Mapping[str, Text] = {
    "paid": Text("已付", "paid"),
    "failed": Text("没有付成", "failed"),
    "returned": Text("退回", "returned"),
}
NOT_NOTED: Mapping[str, Text] = {
    "no_such_payment": Text(
        "小票没有这笔付款：请查是谁付的、付给谁", "Chit has no such payment: find out who paid whom"
    ),
    "nothing_came_back": Text(
        "退回的比付出的多：请核对银行回单", "more came back than was paid: look at the bank's slip"
    ),
    "result_against": Text(
        "小票记的是已付：请核对银行回单", "noted as paid: look at the bank's slip"
    ),
    "result_amount": Text(
        "金额与应付的不同：请核对银行回单", "not the amount owed: look at the bank's slip"
    ),
    "result_came_back": Text(
        "登记退票之后银行又说成功：确实又付了的，发「已付 单号」",
        "the bank says paid after the money came back: if it was paid again, send “paid NUMBER”",
    ),
    "result_twice": Text(
        "已付款又来一个流水号：可能付了两次，请核对银行流水",
        "paid, and the bank gives another reference: perhaps paid twice, compare with the bank",
    ),
    "result_cancelled": Text(
        "这笔付款已取消，不该再付：请追回", "that payment was cancelled: claim it back"
    ),
    "result_mismatch": Text(
        "单号、收款人、账号或金额对不上：请核对银行回单",
        "its claim, payee, account or amount does not fit: look at the bank's slip",
    ),
    "wrong_state": Text(
        "单据现在的状态不能登记：请先看单据", "its claim cannot take it now: look at the claim"
    ),
}
"""Why a row of the bank's was not noted, and what to do."""


def unnoted_text(row: Unnoted, language: Language) -> str:
    """Say in one line what the bank said and why it was not noted."""
    result = RESULTS[row.verdict].plain(language) if row.verdict in RESULTS else row.verdict
    why = NOT_NOTED[row.code].plain(language) if row.code in NOT_NOTED else row.code
    bank, colon = ("银行", "：") if language == "zh" else ("bank", ": ")
    return f"{row.payment} {bank} {result} {format_cny(row.amount_fen)}{colon}{why}"


def difference_text(difference: Difference, language: Language) -> str:
    """Say what differs and what to do."""
    return WORDS[difference].plain(language)


def line_of(one: Compared, language: Language) -> str:
    """Say in one line what differs of a claim, with its three sums where those do."""
    semicolon, comma = ("；", "，") if language == "zh" else ("; ", ", ")
    told = semicolon.join(difference_text(d, language) for d in one.differences)
    fen = (one.claimed_fen, one.booked_fen, one.paid_fen)
    names = ("sum_claimed", "sum_booked", "sum_paid")
    named = zip(names, fen, strict=True)
    sums = comma.join(f"{page_text(n, language)} {format_cny(f)}" for n, f in named)
    return f"{one.number} {told}" + (f" ({sums})" if len(set(fen)) > 1 else "")


def sides_of(one: Compared, language: Language) -> tuple[str, str, str]:
    """Write what the OA, the books and the bank say of a claim, "" where one says nothing."""
    oa = (f"{system_name(s, language)} {_process(word, language)}" for s, word in one.oa)
    books = (
        f"{page_text(f'voucher_{kind}', language)} {_voucher(word, language)}"
        for kind, word in one.books
    )
    bank = (payment_state_text(state, language) for _, state in one.bank)
    return " · ".join(oa), " · ".join(books), " · ".join(bank)


def _process(word: str, language: Language) -> str:
    return PROCESS[word].plain(language) if word in PROCESS else word


def _voucher(word: str, language: Language) -> str:
    """Name a voucher's state; a number stands for itself."""
    known = {"open", "refused", "exported", "posted", "void"}
    return page_text(f"voucher_{word}", language) if word in known else word
