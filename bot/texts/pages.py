"""The words of the pages that cards open: sign-in, a claim, what waits."""

from collections.abc import Mapping

from bot.texts.template import Language, Text, Texts

PAGES: Texts = {
    "brand": Text("小票", "Chit"),
    # sign-in
    "sign_in": Text("登录小票", "Sign in to Chit"),
    "sign_in_how": Text(
        "用公司的办公软件确认你的身份。", "Your company's messenger confirms who you are."
    ),
    "with_oidc": Text("用公司账号登录", "Sign in with the company account"),
    "with_dingtalk": Text("用钉钉登录", "Sign in with DingTalk"),
    "with_wecom": Text("用企业微信登录", "Sign in with WeCom"),
    "no_messenger": Text(
        "还没有启用钉钉或企业微信，请联系管理员。",
        "Neither DingTalk nor WeCom is set up. Please tell the administrator.",
    ),
    "sign_out": Text("退出", "Sign out"),
    # what went wrong
    "not_found": Text("没有找到这个页面", "There is no such page"),
    "not_found_how": Text(
        "请核对单号，或从卡片重新打开。单据只对相关的人可见。",
        "Check the number, or open it from the card again. Claims show only to those concerned.",
    ),
    "signin_expired": Text("登录已失效", "This sign-in is no longer valid"),
    "signin_expired_how": Text(
        "登录链接只能用一次，且十分钟内有效。请重新登录。",
        "A sign-in works once and for ten minutes. Please sign in again.",
    ),
    "signin_refused": Text("登录没有成功", "The sign-in did not succeed"),
    "signin_refused_how": Text(
        "办公软件没有确认你的身份。请重新登录。",
        "The messenger did not confirm who you are. Please sign in again.",
    ),
    "signin_stranger": Text("这里没有你的账号", "You have no account here"),
    "signin_stranger_how": Text(
        "小票只对本公司在职的同事开放。如果你刚入职，请联系管理员。",
        "Chit is for people who work here. If you have just joined, tell the administrator.",
    ),
    "signin_unavailable": Text("暂时无法登录", "Signing in is not possible right now"),
    "signin_unavailable_how": Text(
        "办公软件没有应答。请稍后再试；仍然不行请联系管理员。",
        "The messenger does not answer. Try again soon, or tell the administrator.",
    ),
    "foreign_origin": Text("请求被拒绝", "The request was refused"),
    "foreign_origin_how": Text(
        "这个请求来自别的网站。请从小票的页面上操作。",
        "It came from another site. Please act on Chit's own pages.",
    ),
    "bad_request": Text("请求无法处理", "The request cannot be served"),
    "bad_request_how": Text("请返回上一页再试一次。", "Please go back and try again."),
    "again": Text("重新登录", "Sign in again"),
    "to_todo": Text("查看我的待办", "See what waits for me"),
    # a claim
    "waits_for": Text("等待 ‹{people}› 处理", "Waits for ‹{people}›"),
    "submitted": Text("提交于", "Submitted"),
    "created": Text("创建于", "Begun"),
    "department": Text("部门", "Department"),
    "purpose": Text("事由", "Purpose"),
    "project": Text("项目", "Project"),
    "origin": Text("关联单据", "Follows"),
    "payment": Text("付款", "Payment"),
    "payment_reason": Text("失败原因", "Failed for"),
    "bank": Text("开户行", "Bank"),
    "account": Text("收款账号", "Account"),
    "findings": Text("请留意", "To look at"),
    "lines": Text("费用明细", "Lines"),
    "no_lines": Text("还没有费用明细。", "There are no lines yet."),
    "no_invoice": Text("无发票", "No invoice"),
    "check": Text("请核对：‹{fields}›", "Check: ‹{fields}›"),
    "invoice_number": Text("发票号码", "Invoice"),
    "invoice_code": Text("发票代码", "Code"),
    "invoice_date": Text("开票日期", "Issued"),
    "seller": Text("销售方", "Seller"),
    "buyer": Text("购买方", "Buyer"),
    "invoice_total": Text("价税合计", "Total"),
    "original": Text("查看原件", "See the original"),
    "twins": Text("疑似重复对照", "Alike, side by side"),
    "twin_mine": Text("本单", "This claim"),
    "twin_theirs": Text("在先的单据", "The earlier one"),
    "twin_claim": Text("单号", "Number"),
    "twin_person": Text("申请人", "Applicant"),
    "twin_state": Text("状态", "State"),
    "twin_category": Text("类别", "Category"),
    "twin_amount": Text("金额", "Amount"),
    "twin_date": Text("日期", "Date"),
    "twin_words": Text("说明", "Description"),
    "itinerary": Text("查看行程单", "See the itinerary"),
    "approval": Text("审批进度", "Approval"),
    "any_one": Text("任一人同意即可", "any one suffices"),
    "all_of": Text("需全部同意", "all must agree"),
    "in_turn": Text("依次审批", "one after another"),
    "by_system": Text(
        "由‹ {system} ›审批‹，单号 {process}›", "decided in ‹{system}›‹ as {process}›"
    ),
    "open_there": Text("在对方系统中打开", "Open it there"),
    "did_approve": Text("已同意", "approved"),
    "did_reject": Text("已驳回", "rejected"),
    "did_return": Text("已退回", "sent back"),
    "did_transfer": Text("转交给‹ {to}›", "handed over‹ to {to}›"),
    "did_add_signer": Text("加签‹ {to}›", "added ‹{to}›"),
    "did_step_back": Text("退回到前面的步骤‹：{to}›", "asked an earlier step again‹: {to}›"),
    "did_reroute": Text("改由‹ {to} ›审批", "passed on‹ to {to}›"),
    "did_escalate": Text("升级给‹ {to}›", "passed up‹ to {to}›"),
    "carried": Text("与之前的步骤同一人，自动沿用", "same person as in an earlier step"),
    "by_rule": Text("小额且没有提醒，按规则自动通过", "small and clean: approved by the rule"),
    "left_company": Text("审批人已离职", "the approver has left"),
    "was_late": Text("超过时限", "overdue"),
    "in_place_of": Text("‹{person}›（代 ‹{of}›）", "‹{person}› (for ‹{of}›)"),
    "step_done": Text("已完成", "Done"),
    "step_now": Text("进行中", "Now"),
    "step_next": Text("未开始", "To come"),
    "step_stopped": Text("已终止", "Stopped"),
    "budgets": Text("预算", "Budgets"),
    "no_budget": Text("没有匹配的预算。", "No budget covers this claim."),
    "this_claim": Text("本单", "This claim"),
    "available": Text("可用", "Left"),
    "available_after": Text("提交后可用", "Left after this"),
    "limit": Text("额度", "Limit"),
    "frozen": Text("已冻结", "Frozen"),
    "closed": Text("已关账", "Closed"),
    "budgets_none": Text("没有你能看到的预算。", "There is no budget for you to see."),
    "budgets_more": Text(
        "这里只列出前 ‹{count}› 个预算。", "Only the first ‹{count}› are listed here."
    ),
    "held": Text("占用", "Held"),
    "spent": Text("已花费", "Spent"),
    "forecast": Text("预计", "Forecast"),
    "period": Text("期间", "Period"),
    "owners": Text("负责人", "Owners"),
    "trend": Text("使用趋势", "Use over time"),
    "top_people": Text("人员", "People"),
    "top_projects": Text("项目", "Projects"),
    "top_categories": Text("类别", "Categories"),
    "top_claims": Text("最大的单据", "Largest claims"),
    "no_project": Text("无项目", "No project"),
    "entries": Text("最近变动", "Latest moves"),
    "entry_reserve": Text("占用", "Held"),
    "entry_release": Text("释放", "Released"),
    "entry_consume": Text("核销", "Spent"),
    "files": Text("附件", "Files"),
    "file": Text("附件‹ {count}›", "File‹ {count}›"),
    "act_in_chat": Text(
        "这里只供查看。提交、审批和付款请在聊天里的卡片上操作。",
        "This page is for reading. Submit, decide and pay on the cards in the chat.",
    ),
    # uploading
    "upload": Text("上传发票", "Upload invoices"),
    "upload_how": Text(
        "照片、PDF、OFD、XML 或 ZIP，一次最多 ‹{count}› 个，每个不超过 ‹{size}› MB。",
        "Photos, PDF, OFD, XML or ZIP; up to ‹{count}› at a time, ‹{size}› MB each.",
    ),
    "upload_camera": Text("拍照", "Take a photo"),
    "upload_choose": Text("选择文件", "Choose files"),
    "upload_to_chat": Text(
        "读完后，草稿卡片会出现在聊天里，在那里核对和提交。",
        "Once read, the draft's card appears in your chat; check and submit it there.",
    ),
    "upload_no_script": Text(
        "这个页面需要 JavaScript。也可以直接在聊天里发送照片。",
        "This page needs JavaScript. You can also send photos in the chat.",
    ),
    "upload_sending": Text("上传中", "Uploading"),
    "upload_waiting": Text(
        "已收到，稍后在聊天里看草稿", "Received; the draft will appear in your chat"
    ),
    "upload_on_draft": Text("已放入报销单", "On claim"),
    "upload_not_an_invoice": Text("没有读出票据", "No invoice was read"),
    "upload_refused": Text("没有放入报销单", "Not put on a claim"),
    "upload_failed": Text("没有传上去，点这里重试", "It did not get through; tap to try again"),
    "upload_too_large": Text("文件太大", "The file is too large"),
    "upload_empty": Text("文件是空的", "The file is empty"),
    "upload_too_many": Text(
        "一次最多选 ‹{count}› 个文件", "Choose at most ‹{count}› files at a time"
    ),
    "upload_no_messenger": Text(
        "你没有可用的聊天，请联系管理员", "You have no chat to answer in; tell the administrator"
    ),
    # card invoices
    "cards": Text("微信卡包发票", "Invoices in WeChat"),
    "cards_how": Text(
        "从微信卡包选择电子发票，放进报销单。提交后会锁定，付款后从卡包消失。",
        "Pick electronic invoices from your WeChat wallet. They are locked once you submit and"
        " leave the wallet once you are paid.",
    ),
    "cards_choose": Text("打开卡包", "Open the wallet"),
    "cards_inside": Text(
        "请在手机企业微信里打开这个页面。", "Please open this page in WeCom on your phone."
    ),
    "cards_failed": Text("没有打开卡包，请重试。", "The wallet did not open; please try again."),
    "cards_unavailable": Text("暂时打不开卡包", "The wallet cannot be opened right now"),
    "cards_unavailable_how": Text(
        "企业微信没有应答，或这个应用还没有开通发票权限。请稍后再试或联系管理员。",
        "WeCom does not answer, or this application may not read invoices. Try again soon, or"
        " tell the administrator.",
    ),
    # what waits
    "reports": Text("费用月报", "Monthly reports"),
    "report_of": Text("‹{month} ›费用月报", "expenses‹ of {month}›"),
    "todo": Text("我的待办", "What waits for me"),
    "todo_decide": Text("待我审批", "For my decision"),
    "todo_pay": Text("待付款", "To be paid"),
    "todo_mine": Text("待我提交", "Mine to submit"),
    "todo_nothing": Text("没有等你处理的单据。", "Nothing waits for you."),
    "todo_more": Text("这里只列出前 ‹{count}› 张。", "Only the first ‹{count}› are listed here."),
}
"""Parts of pages by code; a test reads every template for codes that are not here."""

VERDICTS: Mapping[str, str] = {
    "approve": "did_approve",
    "reject": "did_reject",
    "return": "did_return",
    "transfer": "did_transfer",
    "add_signer": "did_add_signer",
    "step_back": "did_step_back",
    "reroute": "did_reroute",
    "escalate": "did_escalate",
}
MODES: Mapping[str, str] = {"any": "any_one", "all": "all_of", "sequence": "in_turn"}


def page_text(code: str, language: Language, **fields: str) -> str:
    """Write a part of a page; KeyError when it has no text."""
    return PAGES[code].fill(language, fields)
