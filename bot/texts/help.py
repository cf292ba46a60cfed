"""Texts that greet, explain and excuse."""

from collections.abc import Mapping

from bot.texts.template import Text, Texts

PAGES: Mapping[str, Text] = {
    "employee": Text("报销", "employee"),
    "requests": Text("申请", "requests"),
    "queries": Text("查询", "queries"),
    "approver": Text("审批", "approver"),
    "manager": Text("主管", "manager"),
    "finance": Text("财务", "finance"),
    "admin": Text("管理员", "admin"),
    "notices": Text("通知", "notices"),
}
"""The pages of the help, by the word that opens them."""

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
    "· 采购 显示器 1200 / 借款 2000 展会",
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
    "· travel Shanghai 12-01 to 12-03 3000 visiting a client\n"
    "· purchase monitor 1200 / advance 2000 trade fair",
)
TEXTS: Texts = {
    "help": Text(
        "‹{name}，›你好，我是小票，帮你报销。试试这样发：\n"
        + _EXAMPLES.zh
        + "‹\n【更多】发「帮助 页名」，页名有：{pages}›"
        + "‹\n【上传】聊天里发不出来的文件：{upload}›",
        "Hello‹ {name}›, I am Chit and I take care of expenses. Try these:\n"
        + _EXAMPLES.en
        + "‹\n[More] Send “help PAGE”; the pages are: {pages}›"
        + "‹\n[Upload] what the chat does not take: {upload}›",
    ),
    "welcome": Text(
        "‹{name}，›你好，我是小票。发一张发票照片就能开始报销，发「帮助」看更多。",
        "Hello‹ {name}›, I am Chit. Send a photo of an invoice to start a claim, or “help” for"
        " more.",
    ),
    "help_employee": Text(
        "【报销】三步走\n"
        "1. 发票照片、PDF、OFD、XML 直接发来；"
        "没有发票的写「打车 45 昨天 去客户现场」（一行一笔，可以写几行），"
        "外币写「打车 30 美元」，自驾写「自驾 36 公里 去机场」\n"
        "2. 看卡片：标 ⚠ 的要核对，「修改 1 金额 45」「修改 1 类别 打车」「删除 第 2 行」改好\n"
        "3. 点「提交」或发「提交」。没问题就进入审批，并占用预算\n"
        "· 不确定能不能报：能报吗 住宿 600 上海 12-01\n"
        "· 提交不了：为什么 单号\n"
        "· 想收回：撤回 单号；被退回：改好后发「提交 单号」\n"
        "· 行程单会自动配发票；同一张发票只能报一次；抬头和税号：发「抬头」\n"
        "· 复制 单号；分摊 第1行 市场部 60 研发部 40；代 姓名 打车 45；加急 单号 理由",
        "[Claims] in three steps\n"
        "1. Send invoices as photos, PDF, OFD or XML; without one write “taxi 45 yesterday” (a"
        " line each for several), “taxi USD 30”, for your own car “own car 36 km”\n"
        "2. Look at the card, above all where it says ⚠; “edit 1 amount 45”, “edit 1 category"
        " taxi”, “delete line 2” put it right\n"
        "3. Press submit, or send “submit”: approval begins and the budget is held\n"
        "· Not sure: can I claim hotel 600 Shanghai 12-01\n"
        "· Refused: why NUMBER\n"
        "· To take it back: withdraw NUMBER; if it comes back: “submit NUMBER” when changed\n"
        "· An itinerary finds its invoice by itself; an invoice can be claimed only once\n"
        "· To whom invoices are made out: invoice title\n"
        "· copy NUMBER; split line 1 sales 60 tech 40; on behalf of NAME taxi 45; urgent NUMBER"
        " reason",
    ),
    "help_requests": Text(
        "【申请】先批后花\n"
        "· 出差 上海 12-01 至 12-03 3000 拜访客户：批准后自动生成报销草稿，"
        "预算先占着，回来只补发票\n"
        "· 采购 显示器 1200；公司付款加「供应商 京东 账号 … 开户行 …」\n"
        "· 借款 2000 展会（报销时自动冲抵，余款退给出纳）；备用金 5000；福利 500 礼金\n"
        "· 补贴按天算：中午前出发算 1 天，中午后算半天",
        "[Requests] ask first, spend then\n"
        "· travel Shanghai 12-01 to 12-03 3000 visiting a client: once approved a claim is drafted"
        " and the budget stays held; you only add invoices\n"
        "· purchase monitor 1200; with “supplier NAME account … bank …” the company pays\n"
        "· advance 2000 trade fair (cleared by your claims); petty cash 5000; welfare 500\n"
        "· Allowances are by the day: leaving before noon is a day, after noon half a day",
    ),
    "help_queries": Text(
        "【查询】\n"
        "· 我的报销：按状态分组，带合计；未提交：还没交的单据\n"
        "· 进度 单号：到哪一步、等谁、等了多久、预计什么时候\n"
        "· 为什么 单号：每条提示的规则、数字和标准，为什么找这个人审批，预算还剩多少\n"
        "· 能报吗 住宿 600 上海：标准、预算、要什么票据；不写金额就看标准\n"
        "· 预算 / 预算 市场部 / 哪些预算超支了\n"
        "· 上个月市场部打车花了多少 / 最近30天花了多少 / 谁花得最多 / 比上个月多了多少\n"
        "· 反馈 文字：直接告诉管理员",
        "[Questions]\n"
        "· my claims: by state, with sums; drafts: what is not submitted\n"
        "· progress NUMBER: which step, who, since when, until when\n"
        "· why NUMBER: each rule with its figures, why it is with whom, what budgets have left\n"
        "· can I claim hotel 600 Shanghai: standards, budgets and papers; without an amount the"
        " standards alone\n"
        "· budget / budget DEPARTMENT / which budgets are over budget\n"
        "· how much did sales spend on taxi last month / who spent the most this quarter\n"
        "· feedback WORDS: goes to the administrators",
    ),
    "help_approver": Text(
        "【审批】\n"
        "· 待办：加急和等得久的在前，「无异常」的可以放心批\n"
        "· 卡片上点「同意」，或发「同意 单号 意见」；驳回、退回要写理由\n"
        "· 驳回：不报了；退回：改了再交\n"
        "· 核减 单号 第1行 40 理由（少批）；暂缓 单号 第2行 理由（这一行单独走）\n"
        "· 转交 单号 给 姓名（交给别人）；加签 单号 姓名（多问一个人）\n"
        "· 全部同意：一次确认所有无异常的单据\n"
        "· 委托 姓名 至 12-05：休假时由别人代审\n"
        "· 看不明白：为什么 单号。自己的单据不能自己批",
        "[Approving]\n"
        "· todo: urgent and old ones first; “clean” ones have no remarks\n"
        "· Press approve, or “approve NUMBER opinion”; reject and return need a reason\n"
        "· reject ends it, return lets it be changed\n"
        "· reduce NUMBER line 1 40 reason; hold NUMBER line 2 reason\n"
        "· transfer NUMBER to NAME; add signer NUMBER NAME\n"
        "· approve all: every clean one with one confirmation\n"
        "· delegate NAME until 12-05: somebody decides for you meanwhile\n"
        "· why NUMBER explains. Nobody approves their own claim",
    ),
    "help_manager": Text(
        "【主管与预算】\n"
        "· 预算 部门 / 预算 项目：额度、占用、核销、可用；预算 部门 3000：够不够；也可写本季度\n"
        "· 预算快用完会自动提醒，卡片上可以申请追加或冻结\n"
        "· 提交就占用预算，批准（或付款）时核销，驳回、退回、撤回马上释放\n"
        "· 每周一有汇总：等你审批的、最久的、预算用了多少",
        "[Managers and budgets]\n"
        "· budget DEPARTMENT or PROJECT: limit, held, spent, left; with 3000: does it fit\n"
        "· You are told when a budget runs low, and may ask for more from that card\n"
        "· Submitting holds money, approval (or payment) spends it, a no frees it at once\n"
        "· Every Monday a digest says what waits and how the budgets are",
    ),
    "help_finance": Text(
        "【财务与出纳】\n"
        "· 待办里有等财务审批的单据；出纳会收到付款卡片，点「已付款」或发「已付 单号」\n"
        "· 付款失败 单号 原因：通知本人改账户，单据回到待付\n"
        "· 分次付：已付 单号 100；员工还借款：归还 单号 金额；作废 单号 理由（未付的）\n"
        "· 查 张三 报销（财务）；为什么 单号：看规则和数字\n"
        "· 批量付款、银行结果、凭证、对账：网页「财务」里做\n"
        "· 大额批次由另一人复核：「确认批次 PAY-…」或「取消批次 PAY-… 原因」\n"
        "· 发票作废或红冲会提醒，付款前会再拦一次",
        "[Finance and cashiers]\n"
        "· todo lists what waits for finance; cashiers get a card: press paid, or “paid NUMBER”\n"
        "· payment failed NUMBER reason: the employee is told and it is to be paid again\n"
        "· In parts: paid NUMBER 100; repaid NUMBER amount; void NUMBER reason\n"
        "· claims of NAME (finance); why NUMBER for rules and figures\n"
        "· Batches, bank results, vouchers, comparison: on the page Finance\n"
        "· High batches need a second person: confirm batch PAY-…, cancel batch PAY-… reason\n"
        "· Void or cancelled invoices are told, and stop a payment",
    ),
    "help_admin": Text(
        "【管理员】\n"
        "· 公司数据都在 company.yaml：chit company apply company.yaml --dry-run 先看差异再生效\n"
        "· 制度、差旅标准、审批流、日历都在里面；示例见文档\n"
        "· chit doctor 检查配置和权限；chit stuck list 看卡住的消息\n"
        "· 员工的反馈会发给你，发「回复 姓名 内容」回答\n"
        "· 找不到审批人的单据会停下来并通知你，绝不会自动通过",
        "[Administrators]\n"
        "· The company is company.yaml: chit company apply company.yaml --dry-run shows what"
        " changes\n"
        "· Rules, travel standards, flows and the calendar are in it; see the guide\n"
        "· chit doctor checks settings and permissions; chit stuck list shows what is stuck\n"
        "· Feedback comes to you; “reply NAME words” answers\n"
        "· A claim without an approver stops and you are told; it is never approved by itself",
    ),
    "help_notices": Text(
        "【通知】\n"
        "· 通知：看有哪些；通知 关 催办 / 通知 开 催办\n"
        "· 审批、结果、付款的通知关系到钱，不能关\n"
        "· 免打扰 22:00-8:00：不急的等到早上，你自己问的随时回答；免打扰 关：取消\n"
        "· 一小时内来了很多单据时合并成一条",
        "[Notices]\n"
        "· notices shows them; “notice off reminders”, “notice on reminders”\n"
        "· Approvals, results and payments always come\n"
        "· quiet 22:00-8:00: what can wait comes in the morning; your questions are answered at"
        " once; quiet off ends it\n"
        "· Many claims within an hour come as one message",
    ),
    "thanks": Text(
        "不客气！有票据直接发来就行，发「帮助」看我还能做什么。",
        "You're welcome! Just send me your invoices; “help” shows what else I can do.",
    ),
    "invoice_title": Text(
        "开票信息：‹\n名称：{name}›‹\n税号：{taxid}›\n请开好后把发票发给我。",
        "Invoices are made out to:‹\nName: {name}›‹\nTax number: {taxid}›\n"
        "Send me the invoice when you have it.",
    ),
    "invoice_title_unknown": Text(
        "你的部门还没有登记开票抬头，请问一下管理员或财务。",
        "No invoice title is on file for your department. Please ask an administrator or finance.",
    ),
    "wants_person": Text(
        "我是机器人，解决不了的请找管理员‹：{people}›。"
        "也可以发「反馈 想说的话」，管理员会收到并回复你。",
        "I am a bot. Where I cannot help, please ask an administrator‹: {people}›. Or send"
        " “feedback WORDS”: the administrators get it and answer you.",
    ),
    "feedback_noted": Text(
        "谢谢，你的反馈已经记下，并转给了管理员。",
        "Thank you, your feedback has been noted and passed on to the administrators.",
    ),
    "incident": Text(
        "刚才没有处理成功，我们已经记录下来‹（编号 {id}）›。请稍后再试，或联系管理员。",
        "Something went wrong and has been recorded‹ ({id})›. Please try again later, or"
        " tell the administrator.",
    ),
}
