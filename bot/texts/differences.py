"""The words of a comparison of all sides: each difference, and what to do about it."""

from collections.abc import Mapping

from bot.texts.template import Language, Text, Texts
from core.reconciling import Compared, Difference

TEXTS: Texts = {
    "reconciled": Text(
        "对账‹ {day}›：‹{count} 张单据›‹，{different} 张不一致›。‹\n{rows}›\n"
        "全部明细：chit reconcile --out 对账.xlsx",
        "Compared‹ {day}›:‹ {count} claims›‹, {different} differ›.‹\n{rows}›\n"
        "All of it: chit reconcile --out FILE.xlsx",
    ),
}

WORDS: Mapping[Difference, Text] = {
    "oa_pending": Text(
        "小票已通过，OA 还没有结束：请在 OA 里办完或关闭",
        "approved here, open in the OA: finish or close it there",
    ),
    "oa_against": Text(
        "小票已通过，OA 是驳回或作废：先停付款，再查是谁改的",
        "approved here, turned down in the OA: stop the payment and find out who changed it",
    ),
    "oa_ahead": Text(
        "OA 已结束，小票还在审批：用 chit stuck list 查看，或等下一次查询",
        "ended in the OA, still in review here: see `chit stuck list`, or wait for the next poll",
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
    "voucher_unnumbered": Text(
        "凭证已导出，财务软件还没有回凭证号：导入后用 chit vouchers numbers 登记",
        "exported, no number from the books: import it, then `chit vouchers numbers`",
    ),
    "voucher_amount": Text(
        "凭证金额与单据不同：请冲销重做",
        "its voucher has another amount: reverse it, post again",
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
    "payment_amount": Text(
        "已付金额与单据不同：请核对银行回单", "another amount was paid: compare with the bank"
    ),
    "payment_left": Text(
        "单据已撤销，钱已付出：请追回", "taken back here, yet paid: claim it back"
    ),
}


def difference_text(difference: Difference, language: Language) -> str:
    """Say what differs and what to do."""
    return WORDS[difference].plain(language)


def line_of(one: Compared, language: Language) -> str:
    """Say in one line what differs of a claim."""
    comma = "；" if language == "zh" else "; "
    return f"{one.number} {comma.join(difference_text(d, language) for d in one.differences)}"
