"""Made-up people, companies, numbers and amounts; tax ids carry valid check digits."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CITIES = (
    "北京", "上海", "天津", "重庆", "广州", "深圳", "杭州", "南京", "苏州", "成都", "武汉", "西安",
    "长沙", "郑州", "济南", "青岛", "大连", "沈阳", "哈尔滨", "福州", "厦门", "合肥", "南昌", "昆明",
    "贵阳", "石家庄", "太原", "兰州", "宁波", "无锡",
)  # fmt: skip
_PROVINCES = (
    "北京", "上海", "天津", "重庆", "广东", "浙江", "江苏", "四川", "湖北", "陕西", "湖南", "河南",
    "山东", "辽宁", "福建", "安徽", "江西", "云南", "贵州", "河北", "山西", "甘肃", "吉林", "海南",
)  # fmt: skip
_AREAS = ("11", "12", "31", "32", "33", "34", "35", "36", "37", "42", "43", "44", "50", "51", "61")
_WORDS = (
    "云帆", "启明", "博远", "华晟", "嘉禾", "瑞丰", "中联", "鼎新", "海纳", "卓越", "天恒", "金桥",
    "东篱", "星河", "蓝图", "百川", "恒信", "汇通", "立德", "远航", "融创", "翔宇", "聚力", "晨曦",
)  # fmt: skip
_TRADES = (
    "科技", "信息技术", "商贸", "餐饮管理", "酒店管理", "物流", "文化传播", "建筑工程", "物业服务",
    "汽车租赁", "教育咨询", "医疗器械", "食品", "广告", "网络科技", "旅行社",
)  # fmt: skip
_ENDS = ("有限公司", "有限责任公司", "股份有限公司", "有限公司分公司", "集团有限公司")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国"
GOODS = (
    ("*餐饮服务*餐费", "", ""), ("*住宿服务*住宿费", "", "天"), ("*运输服务*客运服务费", "无", "次"),
    ("*信息技术服务*软件服务费", "", "项"), ("*经营租赁*车辆租赁费", "", "辆"),
    ("*纸制品*复印纸", "A4 80g", "箱"), ("*计算机外部设备*无线鼠标", "M220", "个"),
    ("*会展服务*会议服务费", "", "场"), ("*文具*中性笔", "0.5mm", "盒"),
    ("*物流辅助服务*收派服务费", "", ""), ("*电信服务*通信服务费", "", ""),
    ("*汽油*92号车用汽油", "92", "升"), ("*广告服务*广告发布费", "", ""),
)  # fmt: skip
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


@dataclass(frozen=True, slots=True)
class Party:
    """A company that does not exist."""

    name: str
    taxid: str


@dataclass(frozen=True, slots=True)
class Sale:
    """Lines of a sale, in fen, with one rate of tax."""

    rows: tuple[tuple[str, str, str, int, int], ...]
    """Name, specification, unit, amount without tax, tax."""
    percent: int

    @property
    def amount(self) -> int:
        """Without tax."""
        return sum(row[3] for row in self.rows)

    @property
    def tax(self) -> int:
        """All tax."""
        return sum(row[4] for row in self.rows)

    @property
    def total(self) -> int:
        """With tax."""
        return self.amount + self.tax


class Chance:
    """One seeded source of everything that is made up."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(str(seed))

    def one(self, choices: Sequence[T]) -> T:
        """Take one of several."""
        return self.random.choice(choices)

    def maybe(self, share: float) -> bool:
        """Say yes for a share of all."""
        return self.random.random() < share

    def between(self, low: float, high: float) -> float:
        """Take a number."""
        return self.random.uniform(low, high)

    def digits(self, count: int) -> str:
        """Give digits."""
        return "".join(self.random.choices("0123456789", k=count))

    def letters(self, count: int) -> str:
        """Give capitals."""
        return "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))

    def city(self) -> str:
        """Name a city."""
        return self.one(_CITIES)

    def province(self) -> str:
        """Name a province."""
        return self.one(_PROVINCES)

    def person(self) -> str:
        """Name somebody."""
        return self.one(_SURNAMES) + "".join(self.random.choices(_NAMES, k=self.one((1, 2))))

    def party(self, trade: str = "") -> Party:
        """Make a company up."""
        name = f"{self.city()}{self.one(_WORDS)}{trade or self.one(_TRADES)}{self.one(_ENDS)}"
        return Party(name, self.taxid())

    def taxid(self) -> str:
        """Make a unified social credit code with the check digit of GB 32100."""
        head = f"{self.one(('91', '92'))}{self.one(_AREAS)}{self.digits(4)}MA"
        head += "".join(self.random.choices(_ALPHABET, k=7))
        total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(head))
        return head + _ALPHABET[-total % 31]

    def day(self, first: date = date(2025, 1, 2), last: date = date(2026, 11, 20)) -> date:
        """Take a day."""
        return first + timedelta(days=self.random.randint(0, (last - first).days))

    def clock(self) -> str:
        """Take a time of day."""
        return f"{self.random.randint(6, 22):02}:{self.random.randint(0, 59):02}"

    def fen(self, low: int, high: int) -> int:
        """Take an amount; round ones are as common as in life."""
        value = self.random.randint(low, high)
        return value // 100 * 100 if self.maybe(0.2) else value

    def sale(self, low: int = 2_000, high: int = 900_000, most: int = 3) -> Sale:
        """Make a sale up."""
        percent = self.one((1, 3, 6, 6, 9, 13))
        rows = []
        for _ in range(self.random.randint(1, most)):
            name, spec, unit = self.one(GOODS)
            amount = self.fen(low, high)
            rows.append((name, spec, unit, amount, (amount * percent + 50) // 100))
        return Sale(tuple(rows), percent)

    def digital_number(self, day: date) -> str:
        """Give 20 digits: year, province, channel, sequence."""
        return f"{day:%y}{self.one(_AREAS)}2{self.digits(15)}"

    def paper_code(self, day: date, eighth: str) -> str:
        """Give the 10 digits of a paper invoice."""
        return f"{self.one(_AREAS)}00{day:%y}{self.one('12')}{eighth}{self.one('2346')}0"

    def long_code(self, day: date, end: str) -> str:
        """Give the 12 digits of an electronic or roll invoice."""
        return f"0{self.one(_AREAS)}00{day:%y}00{self.one('123')}{end}"

    def ticket_code(self) -> str:
        """Give the 12 digits of a general invoice."""
        return f"1{self.one(_AREAS)}0{self.one('01')}{self.digits(2)}{self.digits(5)}"


def yuan(fen: int, *, commas: bool = False) -> str:
    """Write an amount in figures."""
    return f"{fen / 100:,.2f}" if commas else f"{fen / 100:.2f}"


def in_words(fen: int, *, yuan_word: str = "圆") -> str:
    """Write an amount in capitals, as invoices do."""
    whole, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    text = _section(whole // 10_000) + "万" if whole >= 10_000 else ""
    rest = whole % 10_000
    if text and rest and rest < 1_000:
        text += "零"
    text += _section(rest)
    text = (text or "零") + yuan_word
    if not jiao and not cents:
        return text + "整"
    text += _DIGITS[jiao] + "角" if jiao else "零" if whole else ""
    return text + (_DIGITS[cents] + "分" if cents else "整")


def _section(number: int) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _PLACES[place]
            zero = False
        else:
            zero = True
    return text
