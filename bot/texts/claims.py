"""Texts on claims: drafting, editing, submitting, taking back, and being paid."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    # finding a claim
    "no_such_claim": Text(
        "没有找到报销单‹ {number}›。请核对单号，或发「我的报销」查看自己的单据。",
        "There is no claim‹ {number}›. Check the number, or send “my claims” to see yours.",
    ),
    "no_claim_here": Text(
        "现在没有可以这样操作的单据。发一张发票照片就能开始报销，发「我的报销」查看全部。",
        "You have no claim to do this with. Send a photo of an invoice to start one, or “my claims”"
        " to see all.",
    ),
    "only_in_review": Text(
        "没有可以这样操作的草稿‹，{numbers} 已经在审批中›。"
        "发「进度」看到哪一步，要改就先发「撤回 单号」。",
        "You have no draft to do this with‹; {numbers} is in review already›. Send “progress” to"
        " see where it is, or “withdraw NUMBER” to change it.",
    ),
    "which_claim": Text(
        "有好几张单据，请在后面带上单号再发一次‹：\n{rows}›",
        "Several claims fit. Please send it again with the number‹:\n{rows}›",
    ),
    "number_missing": Text(
        "请带上单号‹，例如「{example}」›。",
        "Please name the claim‹, e.g. “{example}”›.",
    ),
    # what may not be done
    "wrong_state": Text(
        "‹{number} ›现在不能这样操作‹：它的状态是「{state}」›‹，不能{event}›。"
        "发「进度‹ {number}›」查看它走到了哪一步。",
        "‹{number}: ›this cannot be done now‹, it is “{state}”›‹ (asked for: {event})›."
        " Send “progress‹ {number}›” to see where it is.",
    ),
    "not_yours": Text(
        "‹{number} ›不是你的报销单，只有申请人本人可以操作。",
        "‹{number}: ›only the person who claims may do this.",
    ),
    "own_claim": Text(
        "‹{number} ›是本人的报销单，不能由本人审批或付款。请等待其他人处理。",
        "‹{number}: ›nobody approves or pays a claim of their own. Somebody else must act.",
    ),
    "blocked": Text(
        "‹{number} ›还不能提交：‹\n{rows}›\n改好后发「提交‹ {number}›」再试。",
        "‹{number} ›cannot be submitted yet:‹\n{rows}›\nPut it right, then send"
        " “submit‹ {number}›” again.",
    ),
    "no_flow": Text(
        "没有适用于这张单据的审批流程，所以没有提交。请联系管理员补充审批流程。",
        "No approval flow fits this claim, so it was not submitted. Please tell the administrator.",
    ),
    "no_approver": Text(
        "‹「{step}」›这一步找不到审批人，所以没有提交。请联系管理员设置审批人。",
        "‹Step “{step}”: ›no approver was found, so nothing was submitted. Please tell the"
        " administrator.",
    ),
    "revision": Text(
        "这张单据刚刚被更新过，本次操作没有生效。请看最新的卡片，再试一次。",
        "The claim has just changed, so nothing was done. Look at its newest card and try again.",
    ),
    "lease": Text(
        "这条消息正在处理，请稍等片刻。", "This message is being handled already; please wait."
    ),
    "request": Text(
        "同一个请求键已经用过，请重新读取单据‹ {claim}›。",
        "This request key has been used: read claim‹ {claim}›.",
    ),
    "unknown_category": Text(
        "没有类别‹「{category}」›，请用 company.yaml 里的编号。",
        "There is no category‹ {category}›; use an id of company.yaml.",
    ),
    "unknown_department": Text(
        "没有部门‹「{department}」›，请用 company.yaml 里的编号。",
        "There is no department‹ {department}›; use an id of company.yaml.",
    ),
    "unknown_company": Text(
        "没有公司主体‹「{company}」›，请用 company.yaml 里的编号。",
        "There is no legal entity‹ {company}›; use an id of company.yaml.",
    ),
    "invoice_twice": Text(
        "发票‹ {invoice} ›在这张单据里出现了两次，请只留一行。",
        "Invoice‹ {invoice} ›stands on two lines; keep one.",
    ),
    "card_unreadable": Text(
        "读不到这张卡包发票，请让本人重新选择。",
        "The invoice cannot be read from the wallet; let its owner pick it again.",
    ),
    "no_wallet": Text(
        "没有启用企业微信，读不了卡包发票。",
        "WeCom is not set up, so that cards of a wallet cannot be read.",
    ),
    "hold_ended": Text(
        "这笔预算占用已经结束，本次操作没有生效。发「进度‹ {number}›」查看最新状态。",
        "The money held for it has been settled already, so nothing was done. Send"
        " “progress‹ {number}›” for the latest state.",
    ),
    "stale_card": Text(
        "这张卡片已经过期，本次点击没有生效。请在最新的卡片上操作‹，或发「进度 {number}」›。",
        "This card is out of date, so the click did nothing. Use the newest card‹, or send"
        " “progress {number}”›.",
    ),
    "unknown_button": Text(
        "认不出这个按钮，本次点击没有生效。请在最新的卡片上操作，或发「帮助」查看文字命令。",
        "This button is not known, so the click did nothing. Use the newest card, or “help” for"
        " commands.",
    ),
    # lines
    "which_line": Text(
        "‹这张单据有 {count} 行，›请说明是第几行，例如「修改 2 金额 45」或「删除 第 2 行」。",
        "‹The claim has {count} lines. ›Please say which, e.g. “edit 2 amount 45”.",
    ),
    "no_such_line": Text(
        "没有‹第 {line} ›行‹，这张单据共 {count} 行›。请核对行号再发一次。",
        "There is no line‹ {line}›‹; the claim has {count}›. Check the number and try again.",
    ),
    "above_invoice": Text(
        "报销金额不能超过发票金额‹ {total}›。请填写不高于它的金额。",
        "The amount cannot exceed its invoice‹, {total}›. Please enter no more than that.",
    ),
    "how_to_edit": Text(
        "正在修改‹ {number}›‹（共 {count} 行）›，直接发：\n"
        "· 修改 1 金额 45\n· 修改 1 类别 打车\n· 修改 1 日期 昨天\n· 修改 1 说明 去客户现场\n"
        "· 删除 第 1 行\n也可以继续发发票照片或「打车 45」。改好后发「提交」。",
        "Editing‹ {number}›‹ ({count} lines)›. Send:\n"
        "· edit 1 amount 45\n· edit 1 category taxi\n· edit 1 date yesterday\n"
        "Photos and lines like “taxi 45” are added too. Send “submit” when it is right.",
    ),
    # news
    "stands": Text(
        "好的，‹{number} ›现在是「‹{state}›」‹，等{people}审批›。",
        "Done: ‹{number} ›is now “‹{state}›”‹, waiting for {people}›.",
    ),
    "discarded": Text("已删除‹ {number}›。", "Deleted‹ {number}›."),
    "approved": Text(
        "‹{number} ›已通过审批，等待付款。‹审批意见：「{reason}」›",
        "‹{number} ›is approved and waits for payment.‹ Opinion: “{reason}”›",
    ),
    "approved_unpaid": Text(
        "‹{number} ›已通过审批。‹审批意见：「{reason}」›",
        "‹{number} ›is approved.‹ Opinion: “{reason}”›",
    ),
    "rejected": Text(
        "‹{number} ›被驳回‹，理由：「{reason}」›。占用的预算已经释放。"
        "‹如果仍要报销，改好后发「提交 {number}」。›",
        "‹{number} ›was rejected‹: “{reason}”›. Its budget is free again.‹ If you still need"
        " it, change it and send “submit {number}”.›",
    ),
    "returned": Text(
        "‹{number} ›被退回修改‹，理由：「{reason}」›。修改后发「提交‹ {number}›」即可重新提交。",
        "‹{number} ›was sent back‹: “{reason}”›. Change it and send “submit‹ {number}›” again.",
    ),
    "paid": Text("‹{number} ›已付款，请留意到账。", "‹{number} ›has been paid."),
    "supplier_paid": Text(
        "‹{number} ›已付款给供应商‹{payee}›。", "‹{number} ›has been paid‹ to {payee}›."
    ),
    "payment_failed": Text(
        "‹{number} ›付款没有成功‹：{reason}›，财务会再次付款。"
        "收款账号有误时，请联系管理员更新你的银行卡。",
        "‹{number}: ›the payment failed‹: {reason}›. Finance will pay again; if your"
        " bank account on file is wrong, ask the administrator to correct it.",
    ),
    "payment_came_back": Text(
        "‹{number} ›的钱被银行退回了‹：{reason}›，财务会再次付款。"
        "收款账号有误时，请联系管理员更新你的银行卡。",
        "The money of ‹{number} ›came back from the bank‹: {reason}›. Finance will pay again; if"
        " your bank account on file is wrong, ask the administrator to correct it.",
    ),
    "supplier_failed": Text(
        "‹{number} ›没有付到供应商‹{payee}›‹：{reason}›，财务会再次付款。"
        "供应商的账号有误时，请告诉财务正确的账号。",
        "‹{number}: ›the supplier‹ {payee} ›was not reached‹: {reason}›. Finance will pay again; if"
        " the supplier's account is wrong, tell finance the right one.",
    ),
    "invoice_dead": Text(
        "‹{number} ›不能付款：‹\n{rows}›\n请与报销人核实。",
        "‹{number} ›must not be paid:‹\n{rows}›\nPlease clear it up with the employee.",
    ),
    "recheck_waiting": Text(
        "‹{number} ›还不能付款：付款前正在复核发票，等税务局答复，最多再等‹ {hours} ›小时。",
        "‹{number} ›cannot be paid yet: the tax bureau is asked about its invoices once more;"
        " wait‹ {hours} ›hours at most.",
    ),
    "void_after_paid": Text(
        "请留意：‹{employee} ›的‹ {number} ›已经付款，但发票‹ {invoice} ›现在已在税务局作废。"
        "请联系报销人换票或退款。",
        "Please note: ‹{number}›‹ of {employee} ›has been paid, and its invoice ‹{invoice} ›is now"
        " void at the tax bureau. Ask for another invoice or the money back.",
    ),
    "red_after_paid": Text(
        "请留意：‹{employee} ›的‹ {number} ›已经付款，但发票‹ {invoice} ›现在已被红字冲销。"
        "请联系报销人换票或退款。",
        "Please note: ‹{number}›‹ of {employee} ›has been paid, and its invoice ‹{invoice} ›has now"
        " been cancelled by a red-letter one. Ask for another invoice or the money back.",
    ),
    "nothing_to_pay": Text(
        "‹{number} ›没有需要付款的金额，只有审批通过的报销才会付款。",
        "‹{number} ›owes no payment; only approved claims do.",
    ),
    "month_unclear": Text(
        "看不懂月份‹「{text}」›，请写成 2026-11。",
        "The month‹ “{text}”› is not clear; write it like 2026-11.",
    ),
    "no_such_company": Text(
        "没有公司‹「{text}」›，请用 company.yaml 里的 id。",
        "There is no company‹ “{text}”›; use an id of company.yaml.",
    ),
    "inside_retention": Text(
        "‹{date} ›之前的原件还在保管期内，没有删除任何文件‹；现在最晚到 {limit} 之前的›。",
        "Originals from before ‹{date} ›must still be kept, so nothing was deleted‹; those before"
        " {limit} may go›.",
    ),
    "nothing_to_print": Text(
        "‹{number} ›没有可以打印的原件。", "‹{number} ›has no originals that can be printed."
    ),
    "nothing_to_export": Text(
        "没有待付款的单据可以导出，未生成文件。‹不能导出的：\n{rows}›",
        "Nothing is owed that can be exported, so no file was written.‹ Left out:\n{rows}›",
    ),
    "no_such_batch": Text(
        "没有付款批次‹ {batch}›。请核对批次号。", "There is no batch‹ {batch}›. Check its number."
    ),
    "nothing_alike": Text(
        "‹{number} ›没有需要确认的疑似重复。同一张发票已在别的单据里时，请删除那一行。",
        "‹{number} ›has no possible duplicate to explain. Where another claim has the same"
        " invoice, remove that line.",
    ),
    "not_duplicate_noted": Text(
        "已记录‹ {number} ›不是重复报销‹：「{reason}」›，审批人会看到这条说明。",
        "Noted that ‹{number} ›is not a duplicate‹: “{reason}”›. Approvers will see it.",
    ),
    # lists
    "my_claims": Text("你的单据：‹\n{rows}›", "Your claims:‹\n{rows}›"),
    "my_claims_empty": Text(
        "你还没有报销单。发一张发票照片，或发「打车 45 昨天 去客户现场」，就能开始。",
        "You have no claims yet. Send a photo of an invoice, or “taxi 45 yesterday”, to start.",
    ),
    "todo": Text("待你审批：‹\n{rows}›", "Waiting for your decision:‹\n{rows}›"),
    "todo_empty": Text("没有待你审批的单据。", "Nothing waits for your decision."),
    "claims_of": Text("查到的单据：‹\n{rows}›", "Claims found:‹\n{rows}›"),
    "progress": Text("‹{row}›‹\n{chain}›", "‹{row}›‹\n{chain}›"),
    "why": Text("‹{row}\n›依据如下：‹\n{reasons}›", "‹{row}\n›On record:‹\n{reasons}›"),
    "why_clean": Text(
        "‹{row}\n›没有任何规则提示，也还没有审批意见。",
        "‹{row}\n›No rule has anything to say, and nobody has decided yet.",
    ),
    # money in advance
    "advance_cleared": Text(
        "‹{number} ›冲抵借款‹ {advance}›‹ {amount}›‹，这笔借款还剩 {available} 待冲抵或归还›。",
        "‹{number}: ›‹{amount} ›was set off against your advance‹ {advance}›‹; {available} of it is"
        " still to be claimed or returned›.",
    ),
    "advance_repaid": Text(
        "已登记‹ {number} ›还款‹ {amount}›‹，还剩 {available}›。",
        "Noted the repayment ‹of {amount} ›of‹ {number}›‹; {available} is left›.",
    ),
    "no_open_advance": Text(
        "‹{number} ›没有待归还的借款：它不是借款，还没付款，或者已经结清。",
        "‹{number}: ›nothing is to be returned: it is no advance, was not paid, or is settled.",
    ),
    "no_advance_owed": Text("你没有要归还的借款。", "You have no advance that is to be returned."),
    "how_to_repay": Text(
        "还没结清的借款：‹\n{rows}›\n报销会自动冲抵；用不完的交还出纳‹ {people}›，由出纳登记。",
        "Advances that are still open:‹\n{rows}›\nClaims are set off against them; what is left"
        " goes back to the cashier‹ {people}›, who notes it.",
    ),
    "repaid_too_much": Text(
        "‹{number} ›最多还能归还‹ {amount}›：已冲抵和审批中要冲抵的部分不用再还。请改金额。",
        "‹{number}: ›no more than ‹{amount} ›is to come back; the rest is or will be set off.",
    ),
    "expense_left_out": Text(
        "请留意：‹「{text}」›还没说清，没有记上。请写完整再发一次。",
        "Please note: ‹“{text}” ›was not clear and is on no claim. Send it again in full.",
    ),
    "draft_apart": Text(
        "这笔不在‹ {claim} ›的范围内‹（行程 {days}）›，已另起一张草稿。"
        "要算进‹ {claim}›，点它卡片上的「修改」再发一次。",
        "This is not part of‹ {claim}›‹ (trip of {days})›, so it has a draft of its own. To put it"
        " there, press “edit” on the card of‹ {claim} ›and send it again.",
    ),
    "bring_invoices": Text(
        "申请‹ {claim} ›已通过，报销草稿‹ {number} ›已经替你起好。回来以后把发票发给我就行，"
        "发「提交‹ {number}›」进入审批。",
        "‹{claim} ›is approved and its claim ‹{number} ›has been drafted for you. Just send me the"
        " invoices, then “submit‹ {number}›”.",
    ),
    # paying in parts
    "part_paid": Text(
        "‹{number} ›已付‹ {amount}›‹，还有 {available} 待付›。",
        "‹{amount} ›of ‹{number} ›was paid‹; {available} is still to come›.",
    ),
    "paid_too_much": Text(
        "‹{number} ›最多还要付‹ {amount}›。请核对金额再发一次。",
        "‹{number}: ›no more than ‹{amount} ›is owed. Check the amount and send it again.",
    ),
    # voiding
    "voided": Text(
        "‹{number} ›已作废‹，理由：「{reason}」›。预算和发票已经放开。",
        "‹{number} ›is void‹: “{reason}”›. Its budget and invoices are free again.",
    ),
    "void_wanted": Text(
        "‹{employee} ›申请作废‹ {number}›‹，理由：「{reason}」›。请发「作废‹ {number}› 理由」。",
        "‹{employee} ›asks to void ‹{number}›‹: “{reason}”›. Send “void‹ {number}› reason”.",
    ),
    "void_asked": Text(
        "已请财务作废‹ {number}›，办好会通知你。",
        "Finance was asked to void‹ {number}›; you will be told.",
    ),
    "claimed_already": Text(
        "这张申请已经在‹ {number} ›里报销，不能作废。请先处理那一张。",
        "This request is claimed in ‹{number} ›already. Please deal with that one first.",
    ),
    # changes in review
    "not_less": Text(
        "核减后的金额要小于现在的金额‹ {amount}›。",
        "The amount must be less than it is now‹, {amount}›.",
    ),
    "nothing_left": Text(
        "核减后整张单据没有金额了。请改用「驳回‹ {number}› 理由」。",
        "Nothing would be left of the claim. Please reject it instead: “reject‹ {number}› reason”.",
    ),
    "amend_blocked": Text(
        "这样改以后不符合规定，所以没有改动‹ {number}›：‹\n{rows}›",
        "Changed like this, ‹{number} ›would break a rule, so nothing was changed:‹\n{rows}›",
    ),
    "only_line": Text(
        "‹{number} ›没有别的行可以先走，不用暂缓。",
        "‹{number} ›has no other line that could go on without it.",
    ),
    "line_reduced": Text(
        "‹{number} ›第‹ {line} ›行核减为‹ {amount}›‹（原 {limit}）›‹，理由：「{reason}」›。",
        "‹{number}: ›line ‹{line} ›was reduced to ‹{amount}›‹ (from {limit})›‹: “{reason}”›.",
    ),
    "line_held": Text(
        "‹{number} ›第‹ {line} ›行暂缓‹，理由：「{reason}」›，单独成为‹ {claim}›，其余继续审批。",
        "‹{number}: ›line ‹{line} ›was held back‹: “{reason}”›; it goes on as‹ {claim}›.",
    ),
    "line_amended": Text(
        "‹{person} ›在审批中修改了‹ {number} ›第‹ {line} ›行，请看卡片。",
        "‹{person} ›changed line ‹{line} ›of ‹{number} ›in review; see its card.",
    ),
    # for somebody else
    "may_not_file_for": Text(
        "不能替‹ {person} ›报销：只能替同部门的同事，或由其上级部门负责人代办。",
        "You cannot claim for‹ {person}›: only for your department, or as its head.",
    ),
    "employee_must_submit": Text(
        "‹{number} ›要由‹ {person} ›本人提交。卡片已经在他那里，本人点「提交」就行。",
        "‹{number} ›has to be submitted by ‹{person}›, who has its card.",
    ),
    # shares
    "shares_unclear": Text(
        "没看懂怎么分摊。请写成「分摊 第1行 市场部 60 研发部 40」，至少两份，比例大于 0。",
        "The shares are unclear. Please write “split line 1 sales 60 tech 40”, two at least.",
    ),
    "filing_for": Text(
        "正在替‹ {person} ›报销‹ {number}›，接着发的票据和文字都记到这张上，再发「提交」。",
        "Claiming for ‹{person} ›on‹ {number}›: invoices and lines that you send now join it. Send"
        " “submit” when it is right.",
    ),
    "file_for_unclear": Text(
        "没看懂要代报什么‹：「{text}」›。请写成「代 张三 打车 45」，一次一笔，不能代自己。",
        "What is to be claimed‹ by “{text}”›? Please write “on behalf of NAME taxi 45”, one expense"
        " for a colleague.",
    ),
    "filed_for_you": Text(
        "‹{person} ›替你起了报销‹ {number}›，请核对下面的卡片，确认后点「提交」。",
        "‹{person} ›has drafted ‹{number} ›for you. Check the card below and submit it.",
    ),
    "submitted_for_you": Text(
        "‹{person} ›替你提交了‹ {number}›。不对的话发「撤回‹ {number}›」。",
        "‹{person} ›has submitted ‹{number} ›for you. If it is wrong, send “withdraw‹ {number}›”.",
    ),
    "bearer_unknown": Text(
        "没有找到‹「{text}」›，或者不止一个。分摊对象请写部门、项目或类别的全名。",
        "‹“{text}” ›is not one department, project or category. Please write its full name.",
    ),
    "department_unknown": Text(
        "没有‹「{text}」›这个部门。请核对部门名称再发一次。",
        "There is no department‹ “{text}”›. Please check its name.",
    ),
    "no_purchase": Text(
        "‹{number} ›不是采购申请，不能填供应商。",
        "‹{number} ›is no purchase request, so it has no supplier.",
    ),
}
