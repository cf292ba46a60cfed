"""VAT forms: paper, electronic, fully digital, roll and toll."""

from dataclasses import dataclass, field
from datetime import date

from benchmarks.render.chance import Chance, Party, Sale, in_words, yuan
from benchmarks.render.paper import BLACK, BLUE, BROWN, RED, Ink, Paper

Truth = dict[str, str | None]
PAPERS: tuple[Ink, ...] = ((252, 252, 250), (246, 250, 243), (250, 246, 240), (244, 247, 252))
_SMALL = 2.9


@dataclass(slots=True)
class Form:
    """A form being filled in."""

    chance: Chance
    day: date
    buyer: Party
    seller: Party
    sale: Sale
    truth: Truth = field(default_factory=dict)


def _form(chance: Chance, kind: str, day: date, sale: Sale) -> Form:
    form = Form(chance, day, chance.party(), chance.party(), sale)
    form.truth = {
        "kind": kind,
        "date": day.isoformat(),
        "amount": yuan(sale.amount),
        "tax": yuan(sale.tax),
        "total": yuan(sale.total),
        "buyer": form.buyer.name,
        "buyer_taxid": form.buyer.taxid,
        "seller": form.seller.name,
        "seller_taxid": form.seller.taxid,
    }
    return form


def paper_vat(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a paper form (two parties one above the other, blue needle print)."""
    day = chance.day(date(2018, 3, 1), date(2025, 6, 30))
    form = _form(chance, kind, day, chance.sale())
    special = kind == "vat_special"
    code, number = chance.paper_code(day, "1" if special else "3"), chance.digits(8)
    check = None if special else chance.digits(20)
    form.truth |= {"code": code, "number": number, "check_code": check}
    paper = Paper(240, 140, chance.one(PAPERS))
    title = f"{chance.province()}增值税{'专用' if special else '普通'}发票"
    paper.text(120, 6, title, 7, BROWN, "serif", at="ma")
    paper.line(80, 15, 160, 15)
    paper.line(80, 16, 160, 16)
    paper.text(120, 18, "发 票 联", 4, BROWN, at="ma")
    paper.text(42, 7, code, 5, BLUE, "sans")
    paper.text(165, 7, "No", 6, BROWN, "serif")
    paper.text(176, 7, number, 6, BLUE, "sans")
    paper.text(222, 7, code, 2.6, BLUE, at="ma")
    paper.text(222, 11, number, 2.6, BLUE, at="ma")
    paper.text(176, 17, "开票日期:", 3, BROWN)
    value = paper.needles if chance.maybe(0.7) else paper.text
    value(192, 17, f"{day:%Y年%m月%d日}", 3.2, BLUE)
    if check:
        paper.text(42, 16, "校验码", 3, BROWN)
        value(54, 16, " ".join(check[i : i + 5] for i in range(0, 20, 5)), 3.2, BLUE)
    qr_type = "01" if special else "04"
    sealed = f"01,{qr_type},{code},{number},{yuan(form.sale.amount)},{day:%Y%m%d},"
    paper.code(18, 4, 19, f"{sealed}{check or ''},{chance.digits(2)}AF,")
    _coded_body(paper, form, value)
    paper.down(
        231, 40, chance.one(("第二联发票联购买方记账凭证", "第三联抵扣联购买方扣税凭证")), 2.6
    )
    return paper, form.truth


def electronic_vat(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw an electronic form with a code (2016 to 2024), toll ones included."""
    day = chance.day(date(2019, 1, 2), date(2024, 11, 30))
    sale = chance.sale()
    form = _form(chance, kind, day, sale)
    ends = {"vat_general_e": ("10", "11"), "vat_special_e": ("08", "13"), "toll": ("14", "12")}
    qr_type, end = ends[kind]
    code, number = chance.long_code(day, end), chance.digits(8)
    check = chance.digits(20)
    form.truth |= {"code": code, "number": number, "check_code": check}
    paper = Paper(240, 140, chance.one(PAPERS))
    word = "专用" if kind == "vat_special_e" else "普通"
    paper.text(120, 6, f"{chance.province()}增值税电子{word}发票", 7, BROWN, "serif", at="ma")
    paper.line(80, 15, 160, 15)
    paper.text(20, 24, f"机器编号: {chance.digits(12)}", 2.8, BROWN)
    if kind == "toll":
        paper.text(45, 10, "通行费", 5, BLACK)
    rows = (
        ("发票代码", code), ("发票号码", number), ("开票日期", f"{day:%Y 年%m 月%d 日}"),
        ("校 验 码", " ".join(check[i : i + 5] for i in range(0, 20, 5))),
    )  # fmt: skip
    for i, (label, text) in enumerate(rows):
        paper.text(178, 5 + i * 5, f"{label}:", 2.9, BROWN)
        paper.text(193, 5 + i * 5, text, 2.9, BLACK)
    sealed = f"01,{qr_type},{code},{number},{yuan(sale.amount)},{day:%Y%m%d},{check},"
    paper.code(18, 4, 18, f"{sealed}{chance.digits(3)}E,")
    _coded_body(paper, form, paper.text, road=kind == "toll")
    paper.stamp(120, 17, "全国统一发票监制章", chance, 30, 18)
    return paper, form.truth


def _coded_body(paper: Paper, form: Form, value: object, *, road: bool = False) -> None:
    """Draw the frame of the older forms: buyer above, table, seller below."""
    write = paper.text if value == paper.text else paper.needles
    top, right = 28, 228
    paper.box(16, top, right, 128)
    for y in (54, 98, 106):
        paper.line(16, y, right, y)
    for y0, y1, word in ((top, 54, "购买方"), (106, 128, "销售方")):
        paper.down(17.5, y0 + 5, word, 3.4, BROWN, 1.5)
        paper.line(23, y0, 23, y1)
    paper.line(135, top, 135, 54)
    paper.line(141, top, 141, 54)
    paper.down(136.3, top + 4, "密码区", 3.2, BROWN, 1.8)
    for i in range(4):
        cipher = "".join(form.chance.random.choices("0123456789+-*/<>", k=28))
        write(143, top + 3 + i * 5.5, cipher, 3, BLUE)
    _coded_party(paper, write, top + 2, form.buyer, form)
    _coded_party(paper, write, 107, form.seller, form)
    _table(paper, write, form, 54, 98, road=road)
    ink = BLUE if write is not paper.text else BLACK
    paper.text(26, 100, "价税合计（大写）", 3.2, BROWN)
    write(70, 100, f"⊗{in_words(form.sale.total)}", 3.4, ink)
    paper.text(165, 100, "（小写）", 3.2, BROWN)
    write(180, 100, f"¥{yuan(form.sale.total)}", 3.4, ink)
    for x, word in ((26, "收款人"), (80, "复核"), (130, "开票人")):
        paper.text(x, 131, f"{word}:", 3, BROWN)
        write(x + 13, 131, form.chance.person(), 3, ink)
    paper.text(180, 131, "销售方:（章）", 3, BROWN)
    if form.chance.maybe(0.7):
        x = form.chance.between(170, 210)
        paper.stamp(x, form.chance.between(112, 124), f"{form.seller.name[:6]}发票专用章",
                    form.chance)  # fmt: skip


def _coded_party(paper: Paper, write: object, y: float, party: Party, form: Form) -> None:
    printed = paper.text if write == paper.text else paper.needles
    ink = BLACK if printed == paper.text else BLUE
    labels = ("名        称:", "纳税人识别号:", "地 址、电 话:", "开户行及账号:")
    chance = form.chance
    values = (
        party.name, party.taxid,
        f"{party.name[:2]}市中山路{chance.digits(2)}号 0{chance.digits(2)}-{chance.digits(8)}",
        f"{chance.one(('工商银行', '建设银行', '招商银行'))}{party.name[:2]}分行 {chance.digits(16)}",
    )  # fmt: skip
    for i, (label, text) in enumerate(zip(labels, values, strict=True)):
        paper.text(25, y + i * 5.4, label, _SMALL, BROWN)
        if i < 2 or chance.maybe(0.7):
            printed(48, y + i * 5.4, text, _SMALL + 0.3, ink)


def _table(
    paper: Paper, write: object, form: Form, y0: float, y1: float, *, road: bool = False
) -> None:
    printed = paper.text if write == paper.text else paper.needles
    ink = BLACK if printed == paper.text else BLUE
    heads = (
        "货物或应税劳务、服务名称",
        "规格型号",
        "单位",
        "数 量",
        "单 价",
        "金 额",
        "税率",
        "税 额",
    )
    if road:
        heads = ("项目名称", "车牌号", "类型", "通行日期起", "通行日期止", "金 额", "税率", "税 额")
    xs = (46, 86, 103, 117, 137, 165, 188, 213)
    for x, head in zip(xs, heads, strict=True):
        paper.text(x, y0 + 1, head, 2.7, BROWN, at="ma")
    for x in (76, 96, 110, 125, 150, 180, 196):
        paper.line(x, y0, x, y1)
    rate = f"{form.sale.percent}%"
    for i, (name, spec, unit, amount, tax) in enumerate(form.sale.rows):
        y = y0 + 7 + i * 5.2
        printed(18, y, "*经营租赁*通行费" if road else name, 2.9, ink)
        middle = ("沪A12345", "客车", f"{form.day:%Y%m%d}") if road else (spec, unit, "1")
        for x, text in zip((86, 103, 117), middle, strict=True):
            printed(x, y, text, 2.6, ink, at="ma")
        price = f"{form.day:%Y%m%d}" if road else yuan(amount)
        for x, text in ((148, price), (179, yuan(amount)), (194, rate), (227, yuan(tax))):
            printed(x, y, text, 2.9, ink, at="ra")
    paper.text(40, y1 - 5.4, "合", 3.2, BROWN)
    paper.text(54, y1 - 5.4, "计", 3.2, BROWN)
    printed(179, y1 - 5.4, f"¥{yuan(form.sale.amount)}", 3.1, ink, at="ra")
    printed(227, y1 - 5.4, f"¥{yuan(form.sale.tax)}", 3.1, ink, at="ra")


def digital_vat(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a fully digital invoice (数电票): two parties side by side, 20 digits."""
    day = chance.day()
    sale = chance.sale()
    form = _form(chance, kind, day, sale)
    number = chance.digital_number(day)
    free = kind == "digital_general" and chance.maybe(0.12)
    if free:
        sale = Sale(tuple((*row[:4], 0) for row in sale.rows), 0)
        form.sale = sale
        form.truth |= {"tax": None, "amount": yuan(sale.amount), "total": yuan(sale.total)}
    form.truth["number"] = number
    paper = Paper(210, 140, chance.one(PAPERS))
    word = "增值税专用发票" if kind == "digital_special" else "普通发票"
    paper.text(105, 8, f"电子发票（{word}）", 6.4, BROWN, "serif", at="ma")
    paper.line(65, 17, 145, 17)
    paper.line(65, 18, 145, 18)
    paper.text(145, 8, "发票号码:", 3, BROWN)
    paper.text(161, 8, number, 3)
    paper.text(145, 14, "开票日期:", 3, BROWN)
    paper.text(161, 14, f"{day:%Y年%m月%d日}", 3)
    qr_type = "31" if kind == "digital_special" else "32"
    paper.code(10, 5, 19, f"01,{qr_type},,{number},{yuan(sale.total)},{day:%Y%m%d},,{_crc(chance)}")
    if chance.maybe(0.5):
        paper.text(175, 22, f"下载次数：{chance.one('123')}", 2.4)
    _digital_body(paper, form, free=free)
    paper.stamp(105, 18, f"全国统一发票监制章国家税务总局{chance.city()}", chance, 30, 19)
    return paper, form.truth


def _crc(chance: Chance) -> str:
    return "".join(chance.random.choices("0123456789ABCDEF", k=4))


def _digital_body(paper: Paper, form: Form, *, free: bool) -> None:
    paper.box(6, 27, 204, 126)
    for y in (49, 97, 105):
        paper.line(6, y, 204, y)
    for x, side, party in ((6, "购买方信息", form.buyer), (105, "销售方信息", form.seller)):
        paper.down(x + 1, 28.5, side, 3.2, BROWN, 1.2)
        paper.line(x + 5.5, 27, x + 5.5, 49)
        paper.text(x + 7, 31, "名称:", 3, BROWN)
        paper.text(x + 16, 31, party.name, 3)
        paper.text(x + 7, 41, "统一社会信用代码/纳税人识别号:", 3, BROWN)
        paper.text(x + 54, 41, party.taxid, 3)
    paper.line(105, 27, 105, 49)
    heads = ("项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额", "税率/征收率", "税 额")
    xs = (24, 58, 76, 95, 118, 146, 168, 195)
    for x, head in zip(xs, heads, strict=True):
        paper.text(x, 50, head, 2.9, BROWN, at="ma")
    rate = "免税" if free else f"{form.sale.percent}%"
    for i, (name, spec, unit, amount, tax) in enumerate(form.sale.rows):
        y = 56 + i * 5
        paper.text(7, y, name, 2.8)
        for x, text in ((58, spec), (76, unit), (168, rate)):
            paper.text(x, y, text, 2.8, at="ma")
        many = form.chance.one((1, 1, 2, 5))
        price = f"{amount / 100 / many:.2f}" if amount % many == 0 else f"{amount / 100 / many:.8f}"
        for x, text in ((99, str(many)), (128, price), (155, yuan(amount)),
                        (203, "***" if free else yuan(tax))):  # fmt: skip
            paper.text(x, y, text, 2.8, at="ra")
    paper.text(28, 91, "合", 3.2, BROWN)
    paper.text(42, 91, "计", 3.2, BROWN)
    paper.text(155, 91, f"¥{yuan(form.sale.amount)}", 3, at="ra")
    paper.text(203, 91, "***" if free else f"¥{yuan(form.sale.tax)}", 3, at="ra")
    paper.text(14, 99, "价税合计（大写）", 3.2, BROWN)
    paper.text(60, 99, f"⊗ {in_words(form.sale.total)}", 3.2)
    paper.text(135, 99, "（小写）", 3.2, BROWN)
    paper.text(149, 99, f"¥{yuan(form.sale.total)}", 3.2)
    paper.down(7.2, 108, "备注", 3.2, BROWN, 2)
    paper.line(12, 105, 12, 126)
    if form.chance.maybe(0.5):
        paper.text(14, 107, f"购方开户银行:中国银行;  银行账号:{form.chance.digits(16)};", 2.6)
        paper.text(14, 112, f"订单号:{form.chance.digits(18)}", 2.6)
    paper.text(18, 129, "开票人:", 3, BROWN)
    paper.text(30, 129, form.chance.person(), 3)


def roll_vat(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a roll invoice: narrow, prices with tax, one total."""
    day = chance.day(date(2018, 1, 2), date(2024, 12, 30))
    total, percent = chance.fen(900, 90_000), chance.one((3, 6, 13))
    amount = round(total / (1 + percent / 100))
    buyer, seller = chance.party(), chance.party()
    code, number, check = chance.long_code(day, "07"), chance.digits(8), chance.digits(20)
    truth: Truth = {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
        "buyer": buyer.name, "buyer_taxid": buyer.taxid, "seller": seller.name,
        "seller_taxid": seller.taxid, "check_code": check, "amount": yuan(amount),
    }  # fmt: skip
    paper = Paper(76, 178, chance.one(PAPERS), 12)
    paper.text(38, 6, f"{chance.province()}增值税普通发票（卷票）", 4.4, RED, "serif", at="ma")
    paper.text(38, 13, "发 票 联", 3.6, RED, at="ma")
    paper.stamp(38, 12, "全国统一发票监制章", chance, 26, 16)
    rows = [
        ("发票代码", code), ("发票号码", number), ("机打号码", number), ("机器编号", chance.digits(12)),
        ("销售方名称", seller.name), ("纳税人识别号", seller.taxid),
        ("开票日期", f"{day:%Y-%m-%d}"), ("收款员", chance.person()),
        ("购买方名称", buyer.name), ("纳税人识别号", buyer.taxid),
    ]  # fmt: skip
    value = paper.needles if chance.maybe(0.5) else paper.text
    y = 22.0
    for label, text in rows:
        paper.text(5, y, f"{label}:", 3, RED)
        value(6 + paper.width_of(f"{label}:", 3), y, text, 3, BLACK)
        y += 5.4
    for x, head in ((5, "项目"), (30, "单价"), (46, "数量"), (60, "金额")):
        paper.text(x, y + 2, head, 3, RED)
    value(5, y + 8, chance.one(("餐费", "停车费", "日用品")), 3, BLACK)
    for x, text in ((30, yuan(total)), (48, "1"), (58, yuan(total))):
        value(x, y + 8, text, 3, BLACK)
    y += 20
    paper.text(5, y, "合计金额（小写）:", 3, RED)
    value(32, y, f"¥{yuan(total)}", 3, BLACK)
    paper.text(5, y + 6, "合计金额（大写）:", 3, RED)
    value(32, y + 6, in_words(total), 3, BLACK)
    paper.text(5, y + 12, "校验码:", 3, RED)
    value(16, y + 12, " ".join(check[i : i + 5] for i in range(0, 20, 5)), 3, BLACK)
    sealed = f"01,11,{code},{number},{yuan(amount)},{day:%Y%m%d},{check},{_crc(chance)},"
    paper.code(26, y + 20, 24, sealed)
    return paper, truth
