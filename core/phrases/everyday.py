"""What people say who know no commands: thanks, how do I, where is my money, what is our title."""

import re

from core.phrases.intents import (
    Command,
    Help,
    HelpPage,
    InvoiceTitle,
    Progress,
    Submit,
    Thanks,
    Todo,
    WantsPerson,
)

_TAIL = r"[\s,。.!?~;]*"
_THANKS = re.compile(
    rf"(?:(?:好[的吧嘞滴]?|嗯++|行|可以|收到|明白|知道了?|了解|懂了|谢++(?:你|您|啦|了)*+|多谢|感谢|辛苦[了啦]*"
    rf"|哈++|太[好棒]了|不错|厉害|再见|拜拜|晚安|早上好|早安?|下午好|晚上好"
    rf"|ok(?:ay)?|thanks?(?:\syou)?|thx|ty|got\sit|great|good|nice|cool|bye|good\s(?:morning|evening|night)"
    rf"|[👍👌🙏👏💪😀😁😂😊😄❤🌹🎉][🏻-🏿]?|\[[一-龥A-Za-z]{{1,6}}\]){_TAIL})+",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"(?:请问|请教一?下?|我?想问一?下?)?\s?(?:(?:怎么|怎样|如何|咋)(?:才能|可以|去)?|能不能|可不可以|能否|可以|能)"
    r"(?P<what>[^\d]{1,14}?)(?:[吗么呢呀啊嘛]|的)*[\s?。!]*"
    r"|(?P<what3>[^\d]{1,8}?(?:怎么|怎样|如何|咋)报?销?)(?:办|弄|做|用|走|操作|填|写|搞)?[呢呀啊]?[\s?。!]*"
    r"|(?:how\s(?:do|can|should|to)\s?(?:i|we|you)?|can\s(?:i|we))\s(?P<what2>[a-z\s]{2,40}?)[?.!]*",
    re.IGNORECASE,
)
_ABOUT: tuple[tuple[HelpPage, tuple[str, ...]], ...] = (
    (
        "approver",
        ("审批|同意|批准|驳回|退回|转交|转给|加签|委托|代审|核减|暂缓",
         r"approv|reject|return|delegat|transfer|hand\sover"),
    ),
    (
        "requests",
        ("出差|采购|借款|预支|备用金|福利|申请",
         "travel|trip|purchase|advance|petty|welfare"),
    ),
    ("manager", ("预算", "budget")),
    ("finance", ("付款|打款|凭证|导出", r"\bpay\b|voucher|export")),
    ("notices", ("通知|免打扰|提醒|汇总", "notice|notif|quiet|digest")),
    ("queries", ("查|进度|催|反馈", "status|progress|feedback|remind")),
    (
        "employee",
        ("报|提交|撤回|撤销|修改|更改|改|删|取消|上传|发票|票据|行程单|分摊|复制|拍照|识别|重新",
         "claim|submit|withdraw|edit|change|delete|discard|upload|invoice|receipt|expense|cancel"),
    ),
)  # fmt: skip
_PAGES = tuple((page, re.compile("|".join(words), re.IGNORECASE)) for page, words in _ABOUT)
_MONEY = re.compile(
    r"(?:我的?)?(?:报销的?|这笔|款项?|钱)*(?:什么时候|啥时候|何时|几时|多久|多长时间|哪天)(?:才?能?|才?会|可以)?"
    r"(?:到账?|打款|付款|到手|发|下来|报下来|给我)[了呢啊的]*[\s?。]*"
    r"|(?:我的?)?(?:报销的?|这笔|款项?|钱)*(?:到账|付款|打款|报下来|下来|审批(?:通过|完)?|批下来|通过|批)了?(?:吗|没有?|没|么)[\s?。]*"
    r"|(?:现在)?(?:到|卡在?|停在?|轮到)(?:谁|哪里|哪儿|哪一?步|哪)(?:那里|那儿|那|审批|手里|处理)?了?[呢啊]?[\s?。]*"
    r"|(?:现在|是|我的?|单子|报销)*(?:谁|哪个领导)(?:在|来|还没|没)?(?:审批?|批|处理)[呢啊的]*[\s?。]*|审批人是谁[\s?。]*"
    r"|when\s(?:will|do|am|are)\s(?:i|we)\s(?:get\s|be\s)?(?:paid|reimbursed|my\smoney|the\smoney)[?.]*"
    r"|where\sis\smy\s(?:money|claim|expense)[?.]*|(?:am\si|is\sit|was\sit)\s(?:paid|approved)(?:\syet)?[?.]*"
    r"|who\s(?:has|approves|is\sapproving)\s(?:it|my\sclaim|this)[?.]*",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:查一?下?|看一?下?|发一?下?|给我|告诉我|请问)?\s?(?:我们|咱们)?(?:公司|单位)?的?"
    r"(?:发票|开票)?的?(?:抬头|税号|开票(?:信息|资料)|纳税人?识别号|公司全称|全称)"
    r"(?:和(?:抬头|税号))?(?:是(?:什么|多少|啥)|怎么(?:开|写|填)|开(?:什么|谁))?[呢啊]?[\s?。]*"
    r"|发票开(?:给谁|什么抬头)[\s?。]*"
    r"|(?:what\sis\s)?(?:our\s|the\s|my\s)?(?:company\s)?(?:invoice\stitle|tax\s(?:number|id|no\.?)"
    r"|billing\s(?:info(?:rmation)?|details)|company\sname)[?.]*",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:我?要?|我想)?(?:转|找|联系|呼叫)?(?:一?下)?(?:人工|客服|真人|管理员)(?:客服|服务|帮忙)?[\s!。?]*"
    r"|(?:i\s(?:want|need)\s(?:to\s)?)?(?:talk\sto\s|speak\s(?:to|with)\s|contact\s)?(?:an?\s|the\s)?"
    r"(?:human|agent|real\sperson|support|customer\sservice|administrator)[!.?]*",
    re.IGNORECASE,
)
_TODO = re.compile(
    r"审批|代办(?:事项|列表)?|我的审批|(?:有|还有|看看|查看)?(?:什么|哪些|没有)?(?:单子|单据|报销)?(?:要|需要|等着?)我?(?:来)?(?:审批?|批|处理)"
    r"的?(?:吗|么|单子|单据|报销)?[\s?。]*|(?:anything|what)(?:\sis|\sdo\si\shave)?\sto\sapprove[?.]*",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"(?:我要|我想|想要|申请|新建|发起|开始|填|写)?(?:报销|报账|报帐)(?:单|流程|指南)?[\s!。?]*"
    r"|(?:new\s|start\s(?:a\s)?)?(?:expense\sclaims?|claim|reimbursements?|expenses?)[!.?]*",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"你是谁|你是(?:什么|干什么的|做什么的)|你?(?:能|会|可以)(?:做|干)?(?:什么|啥|些什么)|(?:有|都有)(?:什么|哪些|啥)(?:功能|命令|指令)|小票"
    r"|who\sare\syou|what\scan\syou\sdo|what\sis\sthis",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?:全部|都|一起|一并)提交|提交(?:全部|所有)(?:的?(?:草稿|单据))?|submit\sall", re.IGNORECASE
)


LONGEST = 40
"""What is longer is no everyday question."""


def read_everyday(line: str) -> Command | None:
    """Find what a whole cleaned line of everyday words asks for; None when it is something else."""
    if len(line) > LONGEST:
        return None
    rules: tuple[tuple[re.Pattern[str], Command], ...] = (
        (_THANKS, Thanks()),
        (_TODO, Todo()),
        (_CLAIM, Help("employee")),
        (_MONEY, Progress(None)),
        (_TITLE, InvoiceTitle()),
        (_PERSON, WantsPerson()),
        (_WHO, Help()),
        (_ALL, Submit(None)),
    )
    bare = line.rstrip(" ?!。.~")
    found = next(
        (c for pattern, c in rules if pattern.fullmatch(line) or pattern.fullmatch(bare)), None
    )
    return found or _how_to(line)


def _how_to(line: str) -> Help | None:
    """Find the page of the help that explains what somebody asks how to do."""
    found = _HOW.fullmatch(line)
    what = (found["what"] or found["what2"] or found["what3"]) if found else ""
    page = next((page for page, words in _PAGES if what and words.search(what)), None)
    return Help(page) if page else None
