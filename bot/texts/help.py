"""Texts that greet, explain and excuse."""

from bot.texts.template import Text, Texts

_EXAMPLES = Text(
    "【报销】\n"
    "· 直接发发票照片、PDF 或 OFD，我来识别\n"
    "· 打车 45 昨天 去客户现场\n"
    "· 提交 / 修改 1 金额 45 / 删除\n"
    "【查询】\n"
    "· 我的报销 / 进度 BX-20261125-0007\n"
    "· 预算 / 预算 市场部 / 为什么 单号\n"
    "· 撤回 单号 / 催办 单号\n"
    "【审批】\n"
    "· 待办 / 同意 单号 / 驳回 单号 理由 / 退回 单号 理由\n"
    "· 转交 单号 给 某人 / 加签 单号 某人\n"
    "【申请】\n"
    "· 出差 上海 12-01 至 12-03 3000 拜访客户\n"
    "· 采购 显示器 1200 / 借款 2000 备用金",
    "[Claim]\n"
    "· Send a photo, PDF or OFD of an invoice; it is read for you\n"
    "· taxi 45 yesterday visiting a client\n"
    "· submit / edit 1 amount 45 / discard\n"
    "[Ask]\n"
    "· my claims / progress BX-20261125-0007\n"
    "· budget / why NUMBER / withdraw NUMBER / remind NUMBER\n"
    "[Approve]\n"
    "· todo / approve NUMBER / reject NUMBER reason / return NUMBER reason\n"
    "· transfer NUMBER to NAME / add signer NUMBER NAME\n"
    "[Request]\n"
    "· 出差 上海 12-01 至 12-03 3000 拜访客户 (travel)\n"
    "· 采购 显示器 1200 (purchase) / 借款 2000 备用金 (advance)",
)
TEXTS: Texts = {
    "help": Text(
        "‹{name}，›你好，我是小票，帮你报销。试试这样发：\n"
        + _EXAMPLES.zh
        + "‹\n【上传】聊天里发不出来的文件：{upload}›",
        "Hello‹ {name}›, I am Chit and I take care of expenses. Try these:\n"
        + _EXAMPLES.en
        + "‹\n[Upload] what the chat does not take: {upload}›",
    ),
    "welcome": Text(
        "‹{name}，›你好，我是小票。发一张发票照片就能开始报销，发「帮助」看更多。",
        "Hello‹ {name}›, I am Chit. Send a photo of an invoice to start a claim, or “help” for"
        " more.",
    ),
    "feedback_noted": Text("谢谢，你的反馈已经记下。", "Thank you, your feedback has been noted."),
    "incident": Text(
        "刚才没有处理成功，我们已经记录下来‹（编号 {id}）›。请稍后再试，或联系管理员。",
        "Something went wrong and has been recorded‹ ({id})›. Please try again later, or"
        " tell the administrator.",
    ),
}
