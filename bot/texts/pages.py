"""The words of the pages that cards open: sign-in, a claim, what waits."""

from collections.abc import Mapping

from bot.texts.finance_pages import FINANCE
from bot.texts.template import Language, Text, Texts

PAGES: Texts = {
    **FINANCE,
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
    "copy_to": Text("抄送：‹{people}›", "Copy to ‹{people}›"),
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
    "history": Text("记录", "History"),
    "said_before": Text("改之前的提醒：", "Said before: "),
    "by_machine": Text("系统", "the system"),
    "rule_behind": Text("规则 ‹{policy}›‹：{inputs}›", "Rule ‹{policy}›‹: {inputs}›"),
    "vouchers": Text("会计凭证", "Accounting vouchers"),
    "voucher_approval": Text("费用凭证", "Expense"),
    "voucher_payment": Text("付款凭证", "Payment"),
    "voucher_return": Text("还款凭证", "Return of an advance"),
    "voucher_reversal": Text("红字凭证", "Reversal"),
    "voucher_open": Text("待导出", "To be exported"),
    "voucher_refused": Text("暂未生成", "Not made yet"),
    "voucher_exported": Text("已导出", "Exported"),
    "voucher_posted": Text("已入账", "Posted"),
    "voucher_void": Text("已作废", "Void"),
    # deciding on the page
    "decide": Text("处理这张单据", "Your decision"),
    "decide_opinion": Text("意见（可不填）", "Opinion (optional)"),
    "decide_approve": Text("同意", "Approve"),
    "decide_confirm": Text("再次确认同意", "Yes, approve it"),
    "decide_armed": Text(
        "金额较大，请再确认一次。", "This is a high amount; please confirm once more."
    ),
    "decide_no": Text("驳回或退回", "Reject or send back"),
    "decide_reason": Text("理由（必填，申请人会看到）", "Reason (its owner will read it)"),
    "decide_reject": Text("驳回", "Reject"),
    "decide_return": Text("退回修改", "Send back"),
    "decide_pass": Text("转交或加签", "Hand over or ask also"),
    "decide_person": Text("同事的姓名", "A colleague's name"),
    "decide_transfer": Text("转交", "Hand over"),
    "decide_add_signer": Text("加签", "Ask also"),
    "decide_undo": Text("撤销我的决定", "Take my decision back"),
    "decide_where": Text("退回给谁", "Where it goes"),
    "return_anew": Text("申请人，改完从头审批", "Its owner; everybody decides again"),
    "return_back": Text("申请人，改完直接回到我", "Its owner; then back to me"),
    "return_step_anew": Text(
        "第 ‹{number}› 步（‹{step}›），之后重新走到我",
        "Step ‹{number}› (‹{step}›), and all behind it again",
    ),
    "return_step_back": Text(
        "第 ‹{number}› 步（‹{step}›），之后直接回到我",
        "Step ‹{number}› (‹{step}›), then back to me",
    ),
    "decide_place": Text("加签的位置", "When they sign"),
    "place_after": Text("在我之后", "After me"),
    "place_before": Text("在我之前", "Before me"),
    "decide_lines": Text("核减或暂缓一行", "Reduce or hold a line"),
    "decide_line": Text("哪一行", "Which line"),
    "line_option": Text("第 ‹{number}› 行 ‹{what}›", "Line ‹{number}› ‹{what}›"),
    "decide_amount": Text("核减到（元，暂缓不用填）", "Reduce to (yuan; not for holding)"),
    "decide_reduce": Text("核减", "Reduce"),
    "decide_hold_line": Text("暂缓这一行", "Hold this line"),
    "decide_hold_hint": Text(
        "暂缓的行会单独成一张单据，其余先走。", "A held line goes on as a claim of its own."
    ),
    "decide_same": Text(
        "和卡片上的按钮一样，聊天里的卡片会跟着更新。",
        "The same as the buttons of the card, which follows in the chat.",
    ),
    "told_done": Text("已处理。", "Done."),
    "told_waiting": Text("已收到，正在处理…", "Received, being worked on…"),
    "told_dead": Text(
        "没有处理成功，请在聊天里再试一次。", "It did not succeed; please try again in the chat."
    ),
    # the header
    "menu": Text("页面", "Pages"),
    "nav_todo": Text("待办", "To-do"),
    "nav_reports": Text("月报", "Reports"),
    "nav_upload": Text("上传", "Upload"),
    "finance": Text("财务", "Finance"),
    "admin": Text("管理", "Administration"),
    "next_page": Text("下一页", "Next page"),
    # the finance desk
    "finance_title": Text("财务工作台", "Finance desk"),
    "lists": Text("列表", "Lists"),
    "desk_payments": Text("付款", "Payments"),
    "desk_batches": Text("批次", "Batches"),
    "desk_vouchers": Text("凭证", "Vouchers"),
    "desk_advances": Text("借款", "Advances"),
    "desk_late": Text("审批超时", "Late"),
    "desk_empty": Text("这里没有记录。", "There is nothing here."),
    "hint_payments_pending": Text(
        "通过、还没付的。先预览，再制成一批付款文件；现金等已经付了的，手工登记。",
        "Approved and owed. Preview and make a batch; note by hand what was paid otherwise.",
    ),
    "hint_payments_failed": Text(
        "银行退回的。核对账号后在这里重新制单；账号以公司资料里现在的为准。",
        "Turned down by the bank. Check the account and make a new batch of them here.",
    ),
    "hint_payments_exported": Text(
        "已导出、等银行结果。导入回单后逐笔对账，对不上的会逐行列出。",
        "In a file; the bank's answer is awaited. Load its results to reconcile them one by one.",
    ),
    "hint_payments_paid": Text("已到账的付款。", "What has arrived."),
    "hint_payments_cancelled": Text(
        "审批撤销或单据作废后不用付的；再次通过会回到待付款。",
        "Not owed: the approval was taken back, or the claim is void. Approved again, they are.",
    ),
    "hint_batches": Text(
        "导出过的批次，最新的在前。「未回」是还没有银行结果的笔数；文件可以按批次重新生成。",
        "Batches, newest first; “open” counts payments without a result of the bank. The file of a"
        " batch can be written again.",
    ),
    "hint_vouchers_refused": Text(
        "暂时生成不了的凭证和原因；补上资料后，下次导出会自动补生成。",
        "Vouchers that cannot be made, and why; the next export makes them once that is mended.",
    ),
    "hint_vouchers_open": Text("等待进账的凭证。", "These wait to go to the books."),
    "hint_vouchers_exported": Text(
        "已写入文件的凭证；同一批可以重新导出，编号不变。",
        "Written to a file; the same batch can be written again under the same numbers.",
    ),
    "hint_vouchers_posted": Text("账上已有的凭证。", "The books have these."),
    "hint_vouchers_void": Text("入账前已作废的凭证。", "Taken back before the books had them."),
    "hint_advances": Text(
        "还没冲抵或归还的借款和备用金。", "Advances and petty cash not yet cleared or returned."
    ),
    "hint_late": Text("审批步骤过了截止时间的单据。", "Claims whose step is past its deadline."),
    "no_account": Text("没有收款账号", "no account"),
    "paid_so_far": Text("已付 ‹{amount}›", "‹{amount}› paid so far"),
    "payments_in": Text("‹{count}› 笔付款", "‹{count}› payment(s)"),
    "batch_making": Text("制作中", "Being made"),
    "batch_waiting": Text("待复核", "To be checked"),
    "batch_released": Text("可导出", "Released"),
    "batch_cancelled": Text("已取消", "Cancelled"),
    "batch_paid": Text("已付 ‹{count}›", "‹{count}› paid"),
    "batch_failed": Text("失败 ‹{count}›", "‹{count}› failed"),
    "batch_open": Text("未回 ‹{count}›", "‹{count}› open"),
    "overdue": Text("逾期", "overdue"),
    "petty_cash": Text("备用金", "petty cash"),
    "advance_open": Text("未清", "Open"),
    "advance_of": Text("借款 ‹{total}›", "of ‹{total}›"),
    # administration
    "admin_title": Text("系统管理", "Administration"),
    "company_version": Text("公司资料", "Company"),
    "version_of": Text("第 ‹{version}› 版", "version ‹{version}›"),
    "count_people": Text("在职", "People"),
    "count_departments": Text("部门", "Departments"),
    "count_budgets": Text("预算", "Budgets"),
    "count_policies": Text("制度", "Policies"),
    "count_flows": Text("审批流", "Flows"),
    "inbox_waits": Text(
        "最早一条未处理的消息已等 ‹{seconds}› 秒", "The oldest message has waited ‹{seconds}› s"
    ),
    "channels": Text("聊天平台", "Messengers"),
    "channels_none": Text("没有启用聊天平台。", "No messenger is set up."),
    "channel_dingtalk": Text("钉钉", "DingTalk"),
    "channel_wecom": Text("企业微信应用", "WeCom application"),
    "channel_wecom_bot": Text("企业微信智能机器人", "WeCom bot"),
    "channel_up": Text("已连接", "connected"),
    "channel_down": Text("未连接", "not connected"),
    "systems": Text("外部系统", "Connected systems"),
    "systems_none": Text("没有连接外部系统。", "No system is connected."),
    "system_silent": Text("还没有来往", "nothing exchanged yet"),
    "system_ok": Text("正常 · ‹{at}› ‹{call}›", "fine · ‹{at}› ‹{call}›"),
    "system_failed": Text(
        "失败 · ‹{at}› ‹{call}›‹：{error}›", "failed · ‹{at}› ‹{call}›‹: {error}›"
    ),
    "system_rate": Text(
        "最近 ‹{count}› 次调用失败 ‹{bad}› 次", "‹{bad}› of the last ‹{count}› calls failed"
    ),
    "system_kind": Text("‹{kind}›‹，用于{roles}›", "‹{kind}›‹, for {roles}›"),
    "system_can": Text("能力：‹{abilities}›", "Can: ‹{abilities}›"),
    "system_unverified": Text("未经实测：‹{what}›", "Not tried yet: ‹{what}›"),
    "can_find": Text("按单号查找", "find by our key"),
    "can_safe_repeat": Text("拒绝重复", "refuse a repetition"),
    "can_query": Text("查询状态", "be asked for the state"),
    "can_cancel": Text("撤回", "take back"),
    "can_decide": Text("代为审批", "decide"),
    "can_signs_hooks": Text("回调签名", "sign callbacks"),
    "role_approval": Text("审批", "approval"),
    "role_claims": Text("单据", "claims"),
    "role_voucher": Text("凭证", "vouchers"),
    "role_payment": Text("付款", "payments"),
    "role_org": Text("通讯录", "directory"),
    "role_todo": Text("待办", "to-dos"),
    "role_file": Text("附件", "files"),
    "role_budget": Text("预算", "budgets"),
    "role_sso": Text("单点登录", "sign-in"),
    "role_event": Text("事件", "events"),
    "jobs": Text("定时任务", "Scheduled jobs"),
    "jobs_none": Text("还没有执行过。", "None has run yet."),
    "job_overspend_scan": Text("预算巡检", "Budget scan"),
    "job_reminders": Text("提醒", "Reminders"),
    "job_digest": Text("每周汇总", "Weekly digest"),
    "job_monthly": Text("月报", "Monthly report"),
    "job_sync_org": Text("同步通讯录", "Address books"),
    "job_reconcile": Text("每日对账", "Reconciliation"),
    "job_files_out": Text("导出文件", "Files out"),
    "job_routing": Text("审批改派和升级", "Re-routing"),
    "stuck": Text("卡住的事项", "Stuck"),
    "stuck_none": Text("没有卡住的事项。", "Nothing is stuck."),
    "stuck_how": Text(
        "先到对方系统核对有没有，再重试；放弃后，等它的单据会退回本人。",
        "Look in the other system first, then retry. What is dropped goes back to its owner.",
    ),
    "stuck_retry": Text("重试", "Retry"),
    "stuck_drop": Text("放弃", "Drop"),
    "stuck_done": Text("已处理。", "Done."),
    "stuck_more": Text("这里只列出前 ‹{count}› 条。", "Only the first ‹{count}› are listed."),
    "unreached": Text("没有聊天账号的同事", "People without a messenger"),
    "unreached_none": Text("人人都能收到消息。", "Everybody can be reached."),
    "unreached_how": Text(
        "在公司资料里补上 dingtalk 或 wecom，他们才收得到卡片。",
        "Give them dingtalk or wecom in the company's file, so that cards reach them.",
    ),
    "files": Text("附件", "Files"),
    "file": Text("附件‹ {count}›", "File‹ {count}›"),
    "act_in_chat": Text(
        "提交、付款请在聊天里的卡片上操作；轮到你审批时，打开单据也可以直接处理。",
        "Submit and pay on the cards in the chat; what waits for you can be decided here, too.",
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
    "report_rest": Text("另有 ‹{count}› 行，在 Excel 里", "‹{count}› more rows in the workbook"),
    "report_of": Text("‹{month} ›费用月报", "expenses‹ of {month}›"),
    "todo": Text("我的待办", "What waits for me"),
    "todo_decide": Text("待我审批", "For my decision"),
    "todo_pay": Text("待付款", "To be paid"),
    "todo_mine": Text("待我提交", "Mine to submit"),
    "todo_wishes": Text("待我同意的预算变更", "Budget changes to agree to"),
    "todo_batches": Text("待我复核的付款批次", "Payment batches to check"),
    "todo_waits": Text("等待中", "Waiting"),
    "todo_urgent": Text("加急", "urgent"),
    "todo_clean": Text("无异常", "clean"),
    "todo_findings": Text("‹{count}› 项提示", "‹{count}› remark(s)"),
    "todo_due": Text("‹{at}› 前", "by ‹{at}›"),
    "todo_late": Text("已超时（‹{at}›）", "late (‹{at}›)"),
    "batch_approve_all": Text("‹{count}› 张没有提醒", "‹{count}› without any warning"),
    "batch_confirm_all": Text("确认同意这 ‹{count}› 张？", "Approve these ‹{count}›?"),
    "press_approve_all": Text(
        "批量同意 ‹{count}› 张（‹{total}›）", "Approve all ‹{count}› (‹{total}›)"
    ),
    "press_confirm_all": Text(
        "确认同意 ‹{count}› 张（‹{total}›）", "Yes, approve ‹{count}› (‹{total}›)"
    ),
    "batch_each": Text(
        "逐张判断，结果逐张列出；有提醒或金额较大的不在其中。",
        "Each is judged by itself and named; those with warnings or high amounts are left out.",
    ),
    "todo_agree_in_chat": Text(
        "在聊天里的卡片上同意，或发「同意 单号」。", "Agree on the card in the chat."
    ),
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
