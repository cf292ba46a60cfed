"""The verbs that shape a claim after its first line, and the requests that are no travel."""

from collections.abc import Callable

from core.phrases.claim_words import (
    read_copy,
    read_for,
    read_hold,
    read_merge,
    read_reduce,
    read_repay,
    read_split,
    read_supplier,
    read_urgent,
    read_void,
)
from core.phrases.numbers import NUMBER
from core.phrases.requests import read_petty_cash, read_welfare
from core.phrases.results import Problem
from core.phrases.said import Said
from core.phrases.telling import Certainty, Reader, Result, Told, Verb, free, request, verb


def _void(said: Said) -> Told | None:
    """Read 作废 of an approved claim; without a reason it means 删除."""
    voided = read_void(said)
    return Told(voided, said.word, Certainty.SURE) if voided else None


def _clear(read_rest: Callable[[Said], Result]) -> Reader:
    """Read a command that names lines or figures: sure when it is whole or names a claim."""

    def read(said: Said) -> Told | None:
        result = read_rest(said)
        whole = not isinstance(result, Problem)
        if not whole and not said.number and said.glued:
            return None
        certainty = Certainty.SURE if whole or said.number else Certainty.UNLESS_EXPENSE
        return Told(result, said.word, certainty, glued=said.glued, after=said.rest)

    return read


def _named(read_rest: Callable[[Said], Result]) -> Reader:
    """Read a command that is about one claim by its number; without one it may be an expense."""

    def read(said: Said) -> Told | None:
        result = read_rest(said)
        sure = isinstance(result, Problem) or getattr(result, "number", None) or not said.rest
        certainty = Certainty.SURE if sure else Certainty.UNLESS_MONEY
        return Told(result, said.word, certainty, glued=said.glued, after=said.rest)

    return read


def _for(said: Said) -> Told | None:
    found = read_for(said)
    return Told(found, said.word, Certainty.SURE) if found else None


CLAIM_VERBS: tuple[Verb, ...] = (
    verb("作废", "申请作废|作废", "void", _void),
    verb("复制", "复制|再来一单|照抄", r"copy", _named(read_copy)),
    verb("分摊", "分摊|拆分|分拆", "split", _clear(read_split)),
    verb("合并", "合并", "merge", _clear(read_merge)),
    verb("核减", "核减|扣减", "reduce", _clear(read_reduce)),
    verb("暂缓", "暂缓|搁置|缓一缓", rf"hold(?=\s(?:line|{NUMBER}))", _clear(read_hold)),
    verb("加急", "加急|标为加急", "urgent", free(read_urgent)),
    verb("归还", "归还(?:借款)?|还款|还借款", "repay|repaid", _named(read_repay)),
    verb("供应商", "供应商", "supplier", _clear(read_supplier)),
    verb("代", "代报|代填|代(?!驾)|替", r"(?:claim\s)?on\sbehalf\sof", _for),
    verb("备用金", "备用金申请|申请备用金|备用金", r"petty\scash", request(read_petty_cash)),
    verb("福利", "福利申请|申请福利|福利(?!费)", "welfare", request(read_welfare)),
)
"""Longer ways of saying stand before the shorter ones that they begin with."""
