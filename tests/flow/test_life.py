"""The whole life of claims, driven from phones: advances, suppliers, shares, cuts, voiding."""

from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Phone, Stage, until

BUDGET, LAB = "sales-2026q4", "tech-2026"
DIGITS = len("BX-20261125-0001")


async def number_of(phone: Phone, prefix: str, *words: str) -> str:
    """Wait for a card of a kind and give its number."""
    text = (await phone.card(prefix, *words)).text
    start = text.index(prefix)
    return text[start : start + DIGITS]


async def reached(stage: Stage, number: str, state: str) -> None:
    async def look() -> bool | None:
        return (await stage.api(f"claims/{number}"))["state"] == state or None

    await until(look, f"{number} is {state}", lambda: stage.api(f"claims/{number}"))


async def submitted(stage: Stage, phone: Phone, number: str) -> None:
    await phone.say(f"提交 {number}")
    await stage.phone("wecom", "wang").card(number, action="approve")


@ON_POSTGRES
async def test_an_advance_is_cleared_and_the_rest_comes_back(stage: Stage) -> None:
    employee, manager = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
    cashier, finance = stage.phone("wecom", "qian"), stage.phone("wecom", "zhao")
    await employee.say("借款 1000 展会")
    advance = await number_of(employee, "JK-", "1,000.00")
    await submitted(stage, employee, advance)
    await manager.say(f"同意 {advance}")
    await finance.card(advance, action="approve")
    await finance.say(f"同意 {advance}")
    await cashier.card(advance, action="pay")
    await cashier.say(f"已付 {advance} 400")
    await employee.text(advance, "已付", "400.00", "600.00")
    await cashier.say(f"已付 {advance}")
    await reached(stage, advance, "paid")
    held = await stage.budget(BUDGET)

    await employee.say("打车 650.35 今天 展会")
    claim = await number_of(employee, "BX-", "冲抵借款", "650.35")
    await submitted(stage, employee, claim)
    waiting = await stage.budget(BUDGET)
    await manager.say(f"核减 {claim} 619.34 超出标准")
    await employee.text(claim, "核减为", "619.34")
    await manager.say(f"同意 {claim}")
    await employee.text(claim, "冲抵借款", "380.66")
    await reached(stage, claim, "paid")
    cleared = await stage.budget(BUDGET)
    await cashier.say(f"归还 {advance} 380.66")
    await employee.text("已登记", "380.66")

    assert held == ("1000.00", "0.00")
    assert waiting == ("1000.00", "0.00")
    assert cleared == ("380.66", "619.34")
    assert await stage.budget(BUDGET) == ("0.00", "619.34")


@ON_SQLITE
async def test_a_purchase_is_paid_to_its_supplier_and_void_gives_it_back(stage: Stage) -> None:
    employee, manager = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
    cashier, finance = stage.phone("dingtalk", "qian"), stage.phone("dingtalk", "zhao")
    await employee.say("采购 办公用品 300 供应商 京东 账号 6222021234567890 开户行 招商银行")
    number = await number_of(employee, "CG-", "京东", "7890")
    await employee.say(f"分摊 {number} 第1行 市场部 60 研发部 40")
    await employee.card(number, "研发部 ¥120.00")
    await employee.say(f"加急 {number} 客户明天到")
    await employee.card(number, "加急", "客户明天到")
    await submitted(stage, employee, number)
    shares = await stage.budget(BUDGET), await stage.budget(LAB)
    await manager.say(f"同意 {number}")
    due = await cashier.card(number, "京东", "7890", action="pay")
    spent = await stage.budget(BUDGET), await stage.budget(LAB)

    await employee.say(f"作废 {number} 买错了")
    await finance.text(number, "买错了")
    await finance.say(f"作废 {number} 同意作废")
    await employee.text(number, "已作废")
    payment = (await stage.api("payments", state="cancelled"))["items"][0]  # type: ignore[index]

    assert "6222021234567890" not in due.text
    assert shares == (("180.00", "0.00"), ("120.00", "0.00"))
    assert spent == (("0.00", "180.00"), ("0.00", "120.00"))
    assert (payment["payee"], payment["amount"]) == ("京东", "300.00")
    assert (await stage.budget(BUDGET), await stage.budget(LAB)) == ((("0.00",) * 2,) * 2)


@ON_POSTGRES
async def test_a_line_is_held_back_while_the_rest_goes_on(stage: Stage) -> None:
    colleague, employee = stage.phone("wecom", "qian"), stage.phone("wecom", "zhao")
    boss = stage.phone("wecom", "sun")
    await colleague.say("代 赵敏 打车 45 昨天 送合同")
    number = await number_of(colleague, "BX-", "赵敏", "45.00")
    await colleague.say("打车 20 昨天 回公司")
    await colleague.card(number, "65.00")
    await colleague.say(f"提交 {number}")
    await colleague.text(number, "本人提交")
    draft = await employee.card(number, "代办人", "钱伟", action="submit")
    await employee.click(draft, "submit")
    await boss.card(number, action="approve")

    await boss.say(f"暂缓 {number} 第2行 等说明")
    apart = await number_of(boss, "BX-", "等说明", "20.00")
    await boss.say(f"同意 {number}")
    await reached(stage, number, "approved")
    await boss.say(f"驳回 {apart} 没有说明")
    await reached(stage, apart, "rejected")

    assert apart != number
    assert (await stage.api(f"claims/{number}"))["total"] == "45.00"
