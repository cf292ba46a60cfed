"""Vehicle and fiscal invoices, receipts of other countries, and what is no voucher at all."""

from datetime import date

from benchmarks.render.chance import Chance, in_words, yuan
from benchmarks.render.paper import BLACK, BLUE, BROWN, GREY, RED, Paper
from benchmarks.render.vat import PAPERS, Truth


def vehicle(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw the uniform invoice of a new vehicle."""
    day = chance.day(date(2019, 1, 2))
    amount = chance.fen(4_000_000, 40_000_000)
    tax = round(amount * 0.13)
    code, number = chance.ticket_code(), chance.digits(8)
    buyer, seller = chance.party(), chance.party("汽车销售")
    paper = Paper(241, 178, chance.one(PAPERS), 9)
    paper.text(120, 7, "机动车销售统一发票", 7, BROWN, "serif", at="ma")
    paper.text(120, 17, "发 票 联", 4, BROWN, at="ma")
    paper.text(160, 12, f"发票代码 {code}", 3.8, BLUE)
    paper.text(160, 18, f"发票号码 {number}", 3.8, BLUE)
    paper.text(16, 22, "开票日期", 3.2, BROWN)
    paper.needles(34, 22, f"{day:%Y-%m-%d}", 3.4, BLUE)
    rows: tuple[tuple[tuple[float, str, str], ...], ...] = (
        ((16, "机打代码", code), (130, "税控码", "")), ((16, "机打号码", number),), ((16, "机器编号", chance.digits(12)),),
        ((16, "购买方名称", buyer.name), (130, "纳税人识别号/统一社会信用代码", buyer.taxid)),
        ((16, "车辆类型", "轿车"), (90, "厂牌型号", f"大众牌SVW{chance.digits(4)}"), (180, "产地", "上海")),
        ((16, "合格证号", f"WAH{chance.digits(10)}"), (90, "进口证明书号", ""), (180, "商检单号", "")),
        ((16, "发动机号码", chance.letters(3) + chance.digits(6)), (120, "车辆识别代号/车架号码", "LSV" + chance.digits(14))),
        ((16, "价税合计", f"⊗{in_words(amount + tax)}"), (160, "小写", f"￥{yuan(amount + tax)}")),
        ((16, "销货单位名称", seller.name), (160, "电话", chance.digits(11))),
        ((16, "纳税人识别号", seller.taxid), (130, "账号", chance.digits(16))),
        ((16, "地址", f"{chance.city()}市人民路1号"), (130, "开户银行", "工商银行")),
        ((16, "增值税税率或征收率", "13%"), (80, "增值税税额", f"￥{yuan(tax)}"), (150, "主管税务机关及代码", chance.digits(9))),
        ((16, "不含税价", f"小写 ￥{yuan(amount)}"), (110, "完税凭证号码", ""), (170, "吨位", ""), (195, "限乘人数", "5")),
    )  # fmt: skip
    y = 30.0
    for row in rows:
        for x, label, text in row:
            paper.text(x, y, label, 3, BROWN)
            paper.needles(x + paper.width_of(label, 3) + 3, y, text, 3.2, BLUE)
        y += 10
        paper.line(14, y - 3, 228, y - 3)
    paper.box(14, 27, 228, y - 3)
    paper.text(16, y + 2, "销货单位盖章", 3, BROWN)
    paper.text(100, y + 2, f"开票人 {chance.person()}", 3, BROWN)
    paper.stamp(190, y - 8, "发票专用章", chance)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "amount": yuan(amount),
        "tax": yuan(tax), "total": yuan(amount + tax), "buyer": buyer.name, "buyer_taxid": buyer.taxid,
        "seller": seller.name, "seller_taxid": seller.taxid,
    }  # fmt: skip


def used_vehicle(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw the uniform invoice of a used vehicle."""
    day, total = chance.day(date(2019, 1, 2)), chance.random.randint(80, 3_000) * 10_000
    code, number = chance.long_code(day, "17"), chance.digits(8)
    buyer, seller, market = chance.party(), chance.party(), chance.party("二手车交易市场")
    paper = Paper(241, 170, chance.one(PAPERS), 9)
    paper.text(120, 7, "二手车销售统一发票", 7, BROWN, "serif", at="ma")
    paper.text(120, 17, "发票联", 4, BROWN, at="ma")
    paper.text(165, 12, f"发票代码 {code}", 3.6, BLUE)
    paper.text(165, 18, f"发票号码 {number}", 3.6, BLUE)
    paper.text(16, 22, f"开票日期 {day:%Y-%m-%d}", 3.2, BROWN)
    rows: tuple[tuple[tuple[float, str, str], ...], ...] = (
        ((16, "机打代码", code), (130, "税控码", "")), ((16, "机打号码", number),),
        ((16, "买方单位/个人", buyer.name), (130, "单位代码/身份证号码", buyer.taxid)),
        ((16, "买方单位/个人住址", f"{chance.city()}市建国路2号"), (165, "电话", chance.digits(11))),
        ((16, "卖方单位/个人", seller.name), (130, "单位代码/身份证号码", seller.taxid)),
        ((16, "卖方单位/个人住址", f"{chance.city()}市解放路8号"), (165, "电话", chance.digits(11))),
        ((16, "车牌照号", "沪A" + chance.digits(5)), (90, "登记证号", chance.digits(12)), (165, "车辆类型", "小型轿车")),
        ((16, "车架号/车辆识别代码", "LFV" + chance.digits(14)), (110, "厂牌型号", "帕萨特"), (165, "转入地车辆管理所名称", "")),
        ((16, "车价合计（大写）", f"⊗{in_words(total)}"), (165, "小写", f"￥{yuan(total)}")),
        ((16, "经营、拍卖单位", ""),), ((16, "二手车市场", market.name), (130, "纳税人识别号", market.taxid)),
    )  # fmt: skip
    y = 30.0
    for row in rows:
        for x, label, text in row:
            paper.text(x, y, label, 3, BROWN)
            paper.needles(x + paper.width_of(label, 3) + 3, y, text, 3.2, BLUE)
        y += 10.5
        paper.line(14, y - 3, 228, y - 3)
    paper.box(14, 27, 228, y - 3)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
        "buyer": buyer.name, "buyer_taxid": buyer.taxid, "seller": seller.name, "seller_taxid": seller.taxid,
    }  # fmt: skip


def fiscal(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a receipt of a public body (财政电子票据)."""
    day, total = chance.day(), chance.fen(1_000, 500_000)
    code, number, payer = chance.digits(8), "00" + chance.digits(8), chance.party()
    check = "".join(chance.random.choices("0123456789abcdef", k=6))
    body = f"{chance.city()}市{chance.one(('第一人民医院', '不动产登记中心', '职业技术学院'))}"
    paper = Paper(210, 120, chance.one(PAPERS))
    title = chance.one(
        (
            "{}省医疗门诊收费票据（电子）",
            "{}省非税收入统一票据（电子）",
            "{}省行政事业单位往来结算票据",
        )
    )
    paper.text(105, 8, title.format(chance.province()), 6, RED, "serif", at="ma")
    for x, y, label, text in (
        (12, 24, "票据代码:", code), (140, 24, "票据号码:", number),
        (12, 30, "交款人统一社会信用代码:", payer.taxid), (140, 30, "校验码:", check),
        (12, 36, "交款人:", payer.name), (140, 36, "开票日期:", f"{day:%Y-%m-%d}"),
    ):  # fmt: skip
        paper.text(x, y, label, 3, RED)
        paper.text(x + paper.width_of(label, 3) + 1, y, text, 3)
    paper.box(10, 43, 200, 98, RED)
    for x, head in (
        (14, "项目编码"),
        (44, "项目名称"),
        (90, "单位"),
        (110, "数量"),
        (130, "标准"),
        (154, "金额（元）"),
        (182, "备注"),
    ):
        paper.text(x, 45, head, 3, RED)
    for x, text in (
        (14, chance.digits(6)),
        (44, "检查费"),
        (92, "次"),
        (113, "1"),
        (130, yuan(total)),
        (156, yuan(total)),
    ):
        paper.text(x, 53, text, 3)
    paper.line(10, 88, 200, 88, RED)
    paper.text(14, 91, "金额合计（大写）", 3, RED)
    paper.text(40, 91, in_words(total, yuan_word="元"), 3)
    paper.text(130, 91, "（小写）", 3, RED)
    paper.text(144, 91, yuan(total), 3)
    paper.text(14, 104, f"收款单位（章）: {body}", 3)
    paper.text(110, 104, f"复核人: {chance.person()}", 3)
    paper.text(155, 104, f"收款人: {chance.person()}", 3)
    paper.stamp(60, 104, "财务专用章", chance)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
        "buyer": payer.name, "buyer_taxid": payer.taxid, "seller": body, "check_code": check,
    }  # fmt: skip


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SHOPS = (
    "Harbour View Hotel",
    "Blue Bottle Cafe",
    "Marina Bay Grill",
    "Northwind Taxi Ltd.",
    "Green Leaf Market",
    "Alpine Rail Express",
)
_ABROAD = (
    ("USD", "$"), ("USD", "US$"), ("EUR", "€"), ("GBP", "£"), ("HKD", "HK$"), ("SGD", "S$"), ("USD", ""), ("EUR", ""),
)  # fmt: skip


def overseas(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a receipt in English; the date is never one that could mean two days."""
    day, net = chance.day(), chance.fen(500, 90_000)
    tax = round(net * chance.one((0.05, 0.08, 0.1, 0.2)))
    currency, sign = chance.one(_ABROAD)
    shop = chance.one(_SHOPS)
    paper = Paper(80, 150, chance.one(PAPERS), 12)
    paper.text(40, 8, shop, 5, BLACK, "bold", at="ma")
    paper.text(
        40,
        16,
        f"{chance.digits(3)} {chance.one(('King Street', 'Orchard Road', 'Main St'))}",
        3,
        GREY,
        at="ma",
    )
    paper.text(40, 21, f"Tel +{chance.one(('1', '44', '65'))} {chance.digits(8)}", 3, GREY, at="ma")
    paper.text(
        40, 29, chance.one(("TAX INVOICE", "RECEIPT", "INVOICE", "SALES RECEIPT")), 4.4, at="ma"
    )
    shown = chance.one(
        (
            f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
            f"{_MONTHS[day.month - 1]} {day.day}, {day.year}",
            f"{day:%Y-%m-%d}",
        )
    )
    number = f"{chance.one(('INV-', 'R', '#'))}{chance.digits(6)}"
    paper.text(8, 39, f"Date: {shown}", 3.4)
    paper.text(8, 45, f"{chance.one(('Receipt No', 'Invoice No'))}: {number}", 3.4)

    def row(y: float, label: str, fen: int, size: float = 3.4) -> None:
        figures = yuan(fen, commas=True)
        paper.text(8, y, label, size)
        paper.text(72, y, f"{sign}{figures}" if sign else f"{currency} {figures}", size, at="ra")

    first = net // 3
    row(56, chance.one(("Room charge", "Lunch set", "Ride fare")), net - first)
    row(62, chance.one(("Service", "Coffee", "Booking fee")), first)
    paper.line(8, 70, 72, 70, BLACK)
    row(73, "Subtotal", net)
    row(79, chance.one(("Tax", "VAT", "GST")), tax)
    row(87, chance.one(("TOTAL", "Total", "Total Due", "Amount Due")), net + tax, 4.6)
    if chance.maybe(0.5):
        paper.text(8, 97, f"Paid by VISA ****{chance.digits(4)}", 3.2)
    paper.text(40, 112, "Thank you!", 3.6, at="ma")
    return paper, {
        "kind": kind,
        "date": day.isoformat(),
        "amount": yuan(net),
        "tax": yuan(tax),
        "total": yuan(net + tax),
        "seller": shop,
        "currency": currency,
    }


def no_voucher(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw what people send by mistake."""
    paper = (
        Paper(110, 190, (250, 250, 250), 9)
        if kind != "blank"
        else Paper(150, 110, (240, 238, 232), 9)
    )
    for i, (text, size) in enumerate(_LINES[kind](chance)):
        paper.text(8 + (60 if kind == "chat" and i % 2 else 0) * 0.6, 10 + i * 9, text, size)
    return paper, {"kind": None}


def _menu(chance: Chance) -> list[tuple[str, float]]:
    dishes = ("宫保鸡丁", "麻婆豆腐", "清蒸鲈鱼", "红烧肉", "时蔬小炒", "酸辣汤", "米饭")
    head = [("川香小馆 菜单", 6.0), ("欢迎光临 如需发票请扫描桌上二维码", 3.4)]
    return head + [(f"{d}    ¥{chance.random.randint(8, 98)}.00", 4.0) for d in dishes]


def _chat(chance: Chance) -> list[tuple[str, float]]:
    return [
        ("财务小王", 4.0), ("发票什么时候给我？", 3.8), ("明天开，增值税普通发票可以吗", 3.8), ("可以，金额120.50元", 3.8),
        ("税号发我一下", 3.8), (chance.taxid(), 3.8), ("收到", 3.8), (f"2026年3月{chance.random.randint(1, 28)}日 {chance.clock()}", 3.0),
    ]  # fmt: skip


def _contract(chance: Chance) -> list[tuple[str, float]]:
    a, b = chance.party(), chance.party()
    return [
        ("服务合同", 7.0), (f"合同编号：HT-{chance.digits(8)}", 3.4), (f"甲方：{a.name}", 3.6), (f"统一社会信用代码：{a.taxid}", 3.4),
        (f"乙方：{b.name}", 3.6), ("第一条 服务内容：乙方向甲方提供咨询服务。", 3.4), (f"第二条 合同总价款：人民币{yuan(chance.fen(10000, 9000000))}元", 3.4),
        ("第三条 乙方应向甲方开具增值税专用发票，税率6%。", 3.4), ("第四条 甲方收到发票后30日内付款。", 3.4),
        (f"签订日期：{chance.day():%Y年%m月%d日}", 3.4),
    ]  # fmt: skip


def _bank(chance: Chance) -> list[tuple[str, float]]:
    fen = chance.fen(10_000, 9_000_000)
    return [
        ("中国工商银行 网上银行电子回单", 5.0), (f"电子回单号码：{chance.digits(4)}-{chance.digits(4)}-{chance.digits(4)}", 3.4), (f"付款人户名：{chance.party().name}", 3.4),
        (f"付款账号：{chance.digits(19)}", 3.4), (f"收款人户名：{chance.party().name}", 3.4), (f"收款账号：{chance.digits(16)}", 3.4),
        (f"金额：{yuan(fen, commas=True)}元", 3.6), (f"人民币（大写）：{in_words(fen, yuan_word='元')}", 3.4), ("摘要：货款   附言：发票款", 3.4),
        (f"交易流水号：{chance.digits(20)}", 3.4), (f"时间戳：{chance.day():%Y-%m-%d}-09.31.22", 3.2),
    ]  # fmt: skip


def _express(chance: Chance) -> list[tuple[str, float]]:
    return [
        ("顺丰速运 标快", 6.0), (f"SF{chance.digits(13)}", 5.0), (f"寄：{chance.person()} 138****{chance.digits(4)}", 3.6), (f"{chance.city()}市软件大道{chance.digits(2)}号", 3.4),
        (f"收：{chance.person()} 139****{chance.digits(4)}", 3.6), ("托寄物：文件（发票）", 3.6), ("付款方式：寄付月结  运费：12.00", 3.4), (f"{chance.day():%Y-%m-%d} {chance.clock()}", 3.4),
    ]  # fmt: skip


def _payment(chance: Chance) -> list[tuple[str, float]]:
    return [
        ("账单详情", 5.0), (f"{chance.party('餐饮管理').name}", 4.0), (f"-{yuan(chance.fen(1000, 40000))}", 7.0), ("当前状态  支付成功", 3.6),
        (f"支付时间  {chance.day():%Y年%m月%d日} {chance.clock()}:12", 3.6), ("支付方式  零钱", 3.6), (f"交易单号  {chance.digits(28)}", 3.4), (f"商户单号  {chance.digits(20)}", 3.4),
        ("发起退款  联系商家  开具发票", 3.4),
    ]  # fmt: skip


def _card(chance: Chance) -> list[tuple[str, float]]:
    return [
        (chance.person(), 8.0), ("市场总监", 4.0), (chance.party().name, 4.0), (f"电话：{chance.digits(11)}", 3.6), (f"邮箱：{chance.letters(5).lower()}@example.com", 3.6), (f"地址：{chance.city()}市滨江路88号", 3.6),
    ]  # fmt: skip


def _order(chance: Chance) -> list[tuple[str, float]]:
    return [
        ("送货单", 7.0), (f"单号：{chance.digits(10)}", 3.6), (f"客户：{chance.party().name}", 3.6), ("品名      数量   单价    金额", 3.6), ("打印纸      10    25.00   250.00", 3.6), ("硒鼓        2   180.00   360.00", 3.6), ("合计 610.00元", 4.0),
        (f"送货日期：{chance.day():%Y-%m-%d}", 3.6), ("备注：发票随货同行", 3.4),
    ]  # fmt: skip


def _blank(_: Chance) -> list[tuple[str, float]]:
    return []


_LINES = {
    "menu": _menu, "chat": _chat, "contract": _contract, "bank": _bank, "express": _express,
    "payment": _payment, "card": _card, "order": _order, "blank": _blank,
}  # fmt: skip
