"""Tickets: taxi, fixed amount, machine-printed, toll, bus, rail, air, ride itinerary."""

from datetime import date, timedelta

from benchmarks.render.chance import Chance, in_words, yuan
from benchmarks.render.paper import BLACK, BLUE, BROWN, GREY, RED, Paper
from benchmarks.render.vat import PAPERS, Truth

_STATIONS = (
    "北京南", "上海虹桥", "杭州东", "南京南", "广州南", "深圳北", "武汉", "西安北", "成都东",
    "郑州东", "长沙南", "济南西", "合肥南", "天津西", "苏州北", "厦门北",
)  # fmt: skip
_FACES = (500, 1000, 2000, 5000, 10000)


def taxi(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a taxi receipt: red form, needle print, cities word and order it differently."""
    day, total = chance.day(), chance.fen(1_100, 19_900) // 10 * 10
    code, number = chance.ticket_code(), chance.digits(8)
    begin = chance.clock()
    paper = Paper(76, 168, chance.one(PAPERS), 12)
    title = chance.one(("{}市出租汽车专用发票", "{}出租车统一车票", "{}市出租汽车统一发票"))
    paper.text(38, 6, title.format(chance.city()), 4.6, RED, at="ma")
    paper.text(38, 18, "发 票 联", 4, RED, at="ma")
    paper.stamp(38, 12, "全国统一发票监制章", chance, 28, 16)
    paper.text(10, 27, f"发票代码 {code}", 3.8, RED)
    paper.text(10, 34, f"发票号码 {number}", 3.8, RED)
    fare = chance.one((f"{yuan(total)}元", f"¥{yuan(total)}", f"{yuan(total)}"))
    shown = chance.one((f"{day:%Y-%m-%d}", f"{day:%Y年%m月%d日}", f"{day:%Y/%m/%d}"))
    rows = [
        ("单位", chance.letters(1) + chance.digits(5)), ("电话", chance.digits(8)),
        ("车号", f"{chance.letters(2)}{chance.digits(4)}"), ("证号", chance.digits(6)),
        ("日期", shown), ("上车", begin), ("下车", chance.clock()),
        ("单价", f"{chance.one(('2.30', '2.40', '2.60'))}元"),
        ("里程", f"{chance.between(2, 40):.1f}km"), ("等候", f"00:0{chance.one('12345')}:20"),
        (chance.one(("金额", "金 额", "总额", "实收")), fare),
    ]  # fmt: skip
    force = chance.between(0.72, 1.0)
    y = 46.0
    for label, text in rows:
        paper.text(10, y, label, 3.6, RED)
        paper.needles(28, y, text, 4, BLACK if chance.maybe(0.98) else BLUE, force=force)
        y += 8.6
    if chance.maybe(0.6):
        paper.stamp(chance.between(40, 58), y + 6, "发票专用章", chance, 26, 17)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
    }  # fmt: skip


def quota(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a fixed-amount receipt: face value in capitals, no date."""
    fen, code, number = chance.one(_FACES), chance.ticket_code(), chance.digits(8)
    paper = Paper(175, 80, chance.one(((246, 236, 220), (240, 246, 236), (250, 240, 240))))
    title = chance.one(
        ("{}省通用定额发票", "{}市通用定额发票", "国家税务总局{}省税务局通用定额发票")
    )
    paper.text(88, 8, title.format(chance.province()), 6.4, BROWN, "serif", at="ma")
    paper.text(88, 18, "发 票 联", 4.4, BROWN, at="ma")
    paper.stamp(88, 17, "全国统一发票监制章", chance, 30, 18)
    paper.text(20, 30, f"发票代码 {code}", 4.2, RED)
    paper.text(20, 38, f"发票号码 {number}", 4.2, RED)
    face = in_words(fen, yuan_word="元")
    if chance.maybe(0.4):
        paper.text(88, 48, f"{face} ￥{fen // 100}.00", 7, BROWN, "bold", at="ma")
    else:
        paper.text(88, 47, face, 9, BROWN, "bold", at="ma")
    paper.text(20, 66, "收款单位（盖章有效）", 3.6, BROWN)
    paper.text(112, 66, "开票日期    年  月  日", 3.6, BROWN)
    if chance.maybe(0.7):
        paper.stamp(chance.between(50, 75), 66, "发票专用章", chance)
    return paper, {"kind": kind, "code": code, "number": number, "total": yuan(fen)}


def machine_printed(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a general machine-printed invoice (flat or roll)."""
    day, total = chance.day(date(2017, 1, 2)), chance.fen(1_000, 300_000)
    code, number = chance.ticket_code(), chance.digits(8)
    buyer, seller = chance.party(), chance.party()
    paper = Paper(190, 112, chance.one(PAPERS))
    title = chance.one(
        ("{}省国家税务局通用机打发票", "{}通用机打发票", "{}市地方税务局通用机打发票")
    )
    paper.text(95, 6, title.format(chance.province()), 6, BROWN, "serif", at="ma")
    paper.text(95, 15, "发票联", 4, BROWN, at="ma")
    paper.stamp(95, 13, "全国统一发票监制章", chance, 28, 17)
    paper.text(128, 14, f"发票代码 {code}", 3.6, RED)
    paper.text(128, 20, f"发票号码 {number}", 3.6, RED)
    ink = chance.one((BLACK, BLUE))

    def put(x: float, y: float, label: str, text: str) -> None:
        paper.text(x, y, label, 3.2, BROWN)
        paper.needles(x + paper.width_of(label, 3.2) + 1, y, text, 3.4, ink)

    put(14, 24, "开票日期:", f"{day:%Y-%m-%d}")
    put(70, 24, "行业分类:", "服务业")
    paper.box(12, 30, 178, 98)
    put(15, 33, "付款方名称:", buyer.name)
    put(105, 33, "付款方识别号:", buyer.taxid)
    paper.line(12, 40, 178, 40)
    for x, head in ((18, "开票项目"), (70, "规格/型号"), (100, "单位"), (118, "数量"), (134, "单价"),
                    (158, "金额")):  # fmt: skip
        paper.text(x, 42, head, 3.2, BROWN)
    for x, text in ((18, chance.one(("餐饮费", "会务费", "停车费"))), (120, "1"), (134, yuan(total)),
                    (158, yuan(total))):  # fmt: skip
        paper.needles(x, 50, text, 3.4, ink)
    paper.line(12, 76, 178, 76)
    put(15, 78, "合计人民币（大写）:", in_words(total))
    put(120, 78, "（小写）:", f"￥{yuan(total)}")
    paper.line(12, 86, 178, 86)
    put(15, 88, "收款方名称:", seller.name)
    put(105, 88, "收款方识别号:", seller.taxid)
    put(15, 101, "开票人:", chance.person())
    paper.text(95, 101, "收款单位（盖章有效）", 3.2, BROWN)
    if chance.maybe(0.6):
        paper.stamp(chance.between(120, 160), 95, "发票专用章", chance)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
        "buyer": buyer.name, "buyer_taxid": buyer.taxid, "seller": seller.name,
        "seller_taxid": seller.taxid,
    }  # fmt: skip


def toll_paper(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a receipt of a toll booth."""
    day, total = chance.day(), chance.random.randint(5, 300) * 100
    code, number = chance.ticket_code(), chance.digits(8)
    paper = Paper(82, 112, chance.one(PAPERS), 12)
    title = chance.one(("{}省高速公路车辆通行费", "{}省收费公路通行费", "{}市路桥车辆通行费"))
    paper.text(41, 5, title.format(chance.province()), 4.4, RED, at="ma")
    paper.text(41, 11, chance.one(("通用机打发票", "专用发票", "发票")), 4.2, RED, at="ma")
    paper.stamp(41, 14, "全国统一发票监制章", chance, 26, 15)
    paper.text(8, 21, f"发票代码 {code}", 3.6, RED)
    paper.text(8, 27, f"发票号码 {number}", 3.6, RED)
    rows = (
        ("入口站", f"{chance.city()}东"), ("出口站", f"{chance.city()}北"), ("车型", chance.one(("客一", "1型"))),
        ("收费员", chance.digits(6)), ("日期", f"{day:%Y-%m-%d} {chance.clock()}"),
        (chance.one(("金额", "实收金额", "通行费金额")), f"{yuan(total)}元"),
    )  # fmt: skip
    for i, (label, text) in enumerate(rows):
        paper.text(8, 36 + i * 8, f"{label}:", 3.6, RED)
        paper.needles(30, 36 + i * 8, text, 3.8, BLACK, force=chance.between(0.75, 1))
    paper.text(41, 94, "机打发票 手写无效", 3, RED, at="ma")
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
    }  # fmt: skip


def bus(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a ticket of a long-distance bus."""
    day, total = chance.day(), chance.random.randint(12, 320) * 50
    code, number = chance.ticket_code(), chance.digits(8)
    start, end = chance.city(), chance.city()
    paper = Paper(105, 62, chance.one(((232, 244, 238), (250, 240, 236), (240, 244, 250))), 12)
    title = chance.one(
        ("{}省道路客运发票", "{}省公路汽车客票", "{}长途汽车客运发票", "{}省汽车客运车票")
    )
    paper.text(52, 4, title.format(chance.province()), 4.6, RED, at="ma")
    paper.text(6, 12, f"发票代码 {code}", 3, RED)
    paper.text(60, 12, f"发票号码 {number}", 3, RED)
    paper.text(8, 18, f"{start}客运中心站", 4.4, BLACK)
    paper.text(48, 18, "→", 4.4, BLACK)
    paper.text(60, 18, f"{end}汽车站", 4.4, BLACK)
    rows = (
        (("乘车日期", f"{day:%Y-%m-%d}"), ("开车时间", chance.clock())),
        (("座号", chance.digits(2)), ("检票口", chance.one("12345"))),
        (("票价", chance.one((f"{yuan(total)}元", f"¥{yuan(total)}"))), ("车型", "中型高一")),
    )
    for i, (left, right) in enumerate(rows):
        for x, (label, text) in ((8, left), (60, right)):
            paper.text(x, 27 + i * 7.5, f"{label}:", 3.2, RED)
            paper.needles(x + 17, 27 + i * 7.5, text, 3.4, BLACK, force=chance.between(0.8, 1))
    paper.text(8, 52, "限乘当日当次有效 凭票乘车 票据遗失不补", 2.8, GREY)
    return paper, {
        "kind": kind, "code": code, "number": number, "date": day.isoformat(), "total": yuan(total),
    }  # fmt: skip


def rail_paper(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a paper train ticket: blue or red, one decimal, encrypted code."""
    day, total = (
        chance.day(date(2019, 1, 2), date(2025, 9, 30)),
        chance.random.randint(90, 12_000) * 50,
    )
    serial = chance.one("ABCDEFGHJKLMNPQRSTUVWXYZ") + chance.digits(6)
    start, end = chance.random.sample(_STATIONS, 2)
    paper = Paper(86, 54, chance.one(((196, 222, 236), (244, 214, 206), (206, 228, 238))), 14)
    paper.text(6, 3, serial, 4.4, RED, "sans")
    paper.text(58, 4, f"检票:{chance.one('12345')}{chance.one('AB')}", 3, BLACK)
    paper.text(8, 9, f"{start}站", 4.8, BLACK, "bold")
    paper.text(36, 9, chance.one("GDKTZ") + chance.digits(4).lstrip("0"), 4.8, BLACK)
    paper.text(56, 9, f"{end}站", 4.8, BLACK, "bold")
    paper.text(8, 17, f"{day:%Y年%m月%d日}{chance.clock()}开", 3.4, BLACK)
    paper.text(
        56,
        17,
        f"{chance.random.randint(1, 16):02}车{chance.random.randint(1, 20):02}{chance.one('ABCDF')}号",
        3.4,
        BLACK,
    )
    decimals = f"{total / 100:.1f}" if total % 10 == 0 and chance.maybe(0.7) else yuan(total)
    paper.text(8, 22.5, f"{chance.one('￥¥')}{decimals}元", 3.4, BLACK)
    paper.text(36, 22.5, chance.one(("网", "网 学", "")), 3, BLACK)
    paper.text(56, 22.5, chance.one(("二等座", "一等座", "硬卧", "新空调硬座")), 3.4, BLACK)
    paper.text(8, 27.5, chance.one(("限乘当日当次车", "退票费", "仅供报销使用")), 3, BLACK)
    paper.text(
        8, 32.5, f"{chance.digits(4)}{chance.digits(6)}****{chance.digits(4)}{chance.person()}", 3.2
    )
    paper.text(10, 39, "买票请到12306 发货请到95306", 2.8, BLACK)
    paper.text(14, 43, "中国铁路祝您旅途愉快", 2.8, BLACK)
    paper.text(6, 48.5, f"{chance.digits(14)}{serial} {start}售", 3, BLACK)
    paper.code(64, 32, 17, chance.digits(144))
    return paper, {"kind": kind, "number": serial, "date": day.isoformat(), "total": yuan(total)}


def rail_e(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a rail e-ticket (digital invoice)."""
    day = chance.day()
    ride, total = (
        day - timedelta(days=chance.random.randint(0, 20)),
        chance.random.randint(90, 12_000) * 50,
    )
    number, buyer = chance.digital_number(day), chance.party()
    start, end = chance.random.sample(_STATIONS, 2)
    paper = Paper(130, 86, chance.one(PAPERS), 12)
    paper.text(65, 5, "电子发票（铁路电子客票）", 5.6, BROWN, "serif", at="ma")
    paper.stamp(65, 9, f"全国统一发票监制章{chance.city()}", chance, 26, 15)
    paper.text(10, 16, f"发票号码:{number}", 3.4)
    paper.text(86, 16, f"开票日期:{day:%Y年%m月%d日}", 3.2)
    paper.text(18, 24, f"{start}站", 5, BLACK, "bold")
    paper.text(60, 24, chance.one("GDC") + chance.digits(3), 4.6)
    paper.text(90, 24, f"{end}站", 5, BLACK, "bold")
    paper.text(10, 33, f"{ride:%Y年%m月%d日} {chance.clock()}开", 3.4)
    paper.text(
        74,
        33,
        f"{chance.random.randint(1, 16):02}车{chance.random.randint(1, 20):02}{chance.one('ABCDF')}号 二等座",
        3.4,
    )
    paper.text(10, 40, f"票价:￥{yuan(total)}", 3.8)
    paper.text(10, 48, f"{chance.digits(10)}****{chance.digits(4)}  {chance.person()}", 3.4)
    paper.text(10, 55, f"电子客票号:{chance.digits(20)}{chance.one('12')}", 3.2)
    paper.text(10, 62, f"购买方名称:{buyer.name}", 3.4)
    paper.text(10, 69, f"统一社会信用代码:{buyer.taxid}", 3.4)
    paper.text(10, 78, "买票请到12306 发货请到95306 中国铁路祝您旅途愉快", 2.6, GREY)
    paper.code(102, 46, 20, f"01,51,,{number},{yuan(total)},{day:%Y%m%d},,{chance.digits(4)}")
    return paper, {
        "kind": kind, "number": number, "date": day.isoformat(), "total": yuan(total),
        "buyer": buyer.name, "buyer_taxid": buyer.taxid,
    }  # fmt: skip


def air(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw a digital air itinerary: fare and fuel without tax, fund outside of it."""
    day = chance.day()
    fare, fuel, fund = chance.fen(20_000, 250_000), chance.random.randint(0, 12) * 1_000, 5_000
    tax = round((fare + fuel) * 0.09)
    total, number, buyer = fare + fuel + tax + fund, chance.digital_number(day), chance.party()
    carrier = chance.one(
        ("中国南方航空股份有限公司", "中国国际航空股份有限公司", "海南航空控股股份有限公司")
    )
    paper = Paper(210, 148, chance.one(PAPERS))
    paper.text(105, 8, "电子发票（航空运输电子客票行程单）", 5.6, BROWN, "serif", at="ma")
    check = chance.digits(4)
    paper.code(130, 14, 17, f"01,61,,{number},{yuan(total)},{day:%Y%m%d},,{check}")
    for x, y, label, text in (
        (150, 15, "开具状态:", "正常"), (150, 27, "发票号码:", number), (8, 24, "国内国际标识:", "国内"),
        (8, 32, "旅客姓名", chance.person()), (48, 32, "有效身份证件号码", f"{chance.digits(6)}********{chance.digits(4)}"),
        (125, 32, "签注", "不得签转"), (8, 119, "电子客票号码:", f"{chance.digits(13)}"), (72, 119, "验证码:", check),
        (104, 119, "提示信息:", ""), (172, 119, "保险费:", "XXX"), (8, 127, "销售网点代号:", f"CAN001/{chance.digits(8)}"),
        (72, 127, "填开单位:", carrier), (166, 127, "填开日期:", f"{day:%Y-%m-%d}"),
        (8, 135, "购买方名称:", buyer.name), (106, 135, "统一社会信用代码/纳税人识别号:", buyer.taxid),
    ):  # fmt: skip
        paper.text(x, y, label, 2.7, BROWN)
        below = y == 32
        paper.text(
            x + (1 if below else paper.width_of(label, 2.7) + 1.5),
            y + (7 if below else 0),
            text,
            2.7,
        )
    _air_table(paper, chance, day)
    charges = (("票价", fare), ("燃油附加费", fuel), ("增值税税率", None), ("增值税税额", tax),
               ("民航发展基金", fund), ("其他税费", 0), ("合计", total))  # fmt: skip
    lefts = (41, 64, 87, 103, 126, 149, 172, 204)
    for i, (head, fen) in enumerate(charges):
        paper.text(lefts[i] + 0.5, 107, head, 2.7, BROWN)
        text = "9%" if fen is None else f"CNY {yuan(fen)}"
        paper.text(lefts[i + 1] - 0.5, 112.5, text, 2.7, at="ra")
        paper.line(lefts[i], 106, lefts[i], 117, BLACK, 0.2)
    truth: Truth = {
        "kind": kind, "number": number, "date": day.isoformat(), "amount": yuan(fare + fuel),
        "tax": yuan(tax), "total": yuan(total), "buyer": buyer.name, "buyer_taxid": buyer.taxid,
        "seller": carrier, "check_code": check,
    }  # fmt: skip
    return paper, truth


def _air_table(paper: Paper, chance: Chance, day: date) -> None:
    paper.box(6, 31, 204, 141, BLACK, 0.3)
    for y in (45, 51, 106, 117, 125, 133):
        paper.line(6, y, 204, y, BLACK, 0.3)
    heads = (
        "承运人",
        "航班号",
        "座位等级",
        "日期",
        "时间",
        "客票级别/客票类别",
        "客票生效日期",
        "有效截止日期",
        "免费行李",
    )
    for x, head in zip((48, 64, 81, 101, 117, 138, 161, 182, 197), heads, strict=True):
        paper.text(x, 46.5, head, 2.5, BROWN, at="ma")
    paper.text(8, 54, f"自:{chance.city()} {chance.letters(3)}", 2.7)
    paper.text(8, 60, f"至:{chance.city()} {chance.letters(3)}", 2.7)
    ride = day - timedelta(days=chance.random.randint(0, 9))
    row = (
        chance.one(("南航", "国航", "海航")),
        chance.letters(2) + chance.digits(4),
        "Y",
        f"{ride:%Y-%m-%d}",
        chance.clock(),
        "Y",
        "",
        "",
        "20K",
    )
    for x, text in zip((48, 64, 81, 101, 117, 138, 161, 182, 197), row, strict=True):
        paper.text(x, 56, text, 2.7, at="ma")


def ride_itinerary(chance: Chance, kind: str) -> tuple[Paper, Truth]:
    """Draw the list of rides that comes with an invoice of a ride-hailing service."""
    day = chance.day()
    name = chance.one(("滴滴出行", "高德地图", "曹操出行", "T3出行", "美团打车"))
    fares = [chance.fen(1_200, 15_000) for _ in range(chance.random.randint(1, 4))]
    paper = Paper(210, 150, (254, 254, 254))
    paper.text(105, 10, f"{name}-行程单", 7, BLACK, "bold", at="ma")
    last = day + timedelta(days=len(fares) - 1)
    paper.text(14, 26, f"申请日期：{last:%Y-%m-%d}", 3.4)
    paper.text(74, 26, f"行程起止日期：{day:%Y-%m-%d} 至 {last:%Y-%m-%d}", 3.4)
    paper.text(14, 34, f"行程人手机号：1{chance.digits(2)}****{chance.digits(4)}", 3.4)
    paper.text(14, 42, f"共{len(fares)}笔行程，合计{yuan(sum(fares))}元", 3.8, BLACK, "bold")
    heads = ("序号", "车型", "上车时间", "城市", "起点", "终点", "里程[公里]", "金额[元]")
    xs = (14, 26, 46, 78, 96, 132, 164, 186)
    paper.fill(12, 50, 200, 57, (236, 236, 236))
    for x, head in zip(xs, heads, strict=True):
        paper.text(x, 52, head, 3, BLACK)
    for i, fare in enumerate(fares):
        when = day + timedelta(days=i)
        row = (str(i + 1), "快车", f"{when:%m-%d} {chance.clock()}", chance.city(), "科技园|南门", "国际会展中心",
               f"{chance.between(2, 30):.1f}", yuan(fare))  # fmt: skip
        for x, text in zip(xs, row, strict=True):
            paper.text(x, 61 + i * 8, text, 3)
    paper.text(14, 138, "页码：1/1", 3, GREY)
    return paper, {"kind": kind, "total": yuan(sum(fares))}
