"""The recogniser that the service asks: routes files to isolated processes, never raises."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from core.company import LegalEntity, TaxRule
from core.invoice import Reading
from recognition.detect import detect
from recognition.limits import Unreadable
from recognition.own import checked
from recognition.process import Child, Failed
from recognition.seal.trust import NONE, Anchors
from recognition.tax import with_tax_doubts
from recognition.texts import finding, refusal

QUICK_S = 10.0
OCR_S = 60.0


class Recogniser:
    """Reads vouchers in two isolated processes: one for files, one for what needs OCR.

    So a slow photo never delays an e-invoice. Each process takes one file at a time. Seals are
    checked against `anchors`.
    """

    def __init__(
        self,
        quick: Child | None = None,
        slow: Child | None = None,
        *,
        anchors: Anchors = NONE,
        quick_s: float = QUICK_S,
        ocr_s: float = OCR_S,
    ) -> None:
        self._quick = quick or Child("quick", anchors=anchors)
        self._slow = slow or Child("ocr", anchors=anchors)
        self._quick_s = quick_s
        self._ocr_s = ocr_s

    async def start(self) -> None:
        """Start the process for files; the one for OCR starts when it is needed or warmed."""
        with suppress(Failed):
            # The failure is logged, and each reading will tell it again.
            await self._quick.warm(ocr=False, limit_s=OCR_S)

    async def stop(self) -> None:
        """End both processes."""
        await self._quick.stop()
        await self._slow.stop()

    async def warm(self) -> None:
        """Load the OCR models, so that the first photo does not wait for them."""
        with suppress(Failed):
            # The failure is logged; the first photo tries again.
            await self._slow.warm(ocr=True, limit_s=OCR_S)

    async def read(
        self,
        name: str,
        data: bytes,
        *,
        companies: Sequence[LegalEntity] = (),
        rules: Sequence[TaxRule] = (),
    ) -> tuple[Reading, ...]:
        """Give one reading a voucher, at least one; bad bytes give one with a reason.

        `companies` are the own ones, by which a photo's buyer is checked and mended; `rules` of
        input tax take the place of built-in ones.
        """
        readings = await self._read(name, data)
        return tuple(with_tax_doubts(checked(r, companies), rules) for r in readings)

    async def _read(self, name: str, data: bytes) -> tuple[Reading, ...]:
        try:
            form = detect(data)
        except Unreadable as error:
            return (refusal(name, error.code, **error.facts),)
        if form == "picture":
            return await self._picture(name, data)
        return await self._file(name, data)

    async def _file(self, name: str, data: bytes) -> tuple[Reading, ...]:
        try:
            answer = await self._quick.ask(name, data, ocr=False, limit_s=self._quick_s)
        except Failed as failure:
            return (refusal(name, failure.code),)
        if not answer.wants_ocr:
            return answer.readings
        try:
            return (await self._slow.ask(name, data, ocr=True, limit_s=self._ocr_s)).readings
        except Failed as failure:
            return _without_ocr(name, answer.readings, failure)

    async def _picture(self, name: str, data: bytes) -> tuple[Reading, ...]:
        try:
            return (await self._slow.ask(name, data, ocr=True, limit_s=self._ocr_s)).readings
        except Failed as failure:
            try:
                answer = await self._quick.ask(name, data, ocr=False, limit_s=self._quick_s)
            except Failed:
                return (refusal(name, failure.code),)
            return _without_ocr(name, answer.readings, failure)


def _without_ocr(name: str, readings: tuple[Reading, ...], failure: Failed) -> tuple[Reading, ...]:
    """Keep what was read without OCR, with a doubt about it; nothing means the failure."""
    kept = [r for r in readings if r.ok]
    if not kept:
        return (refusal(name, failure.code),)
    doubt = finding("ocr_failed")
    return tuple(replace(r, findings=(*r.findings, doubt)) for r in kept)
