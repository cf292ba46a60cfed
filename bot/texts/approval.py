"""Texts on approving: whose turn it is, reasons, handing over, reminding, permissions."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "not_your_turn": Text(
        "‹{number} ›现在不需要你审批，可能已经处理过，或者还没轮到你。"
        "发「待办」查看等你处理的单据。",
        "‹{number} ›does not wait for you: it is decided already, or not your turn yet. Send"
        " “todo” to see what waits for you.",
    ),
    "nothing_waits": Text("没有等你审批的单据。", "Nothing waits for your decision."),
    "reason_missing": Text(
        "‹{action}›需要写明理由。请发「‹{action}›‹ {number}› 理由」。",
        "‹{action}: ›a reason is needed. Please send “‹{action}›‹ {number}› reason”.",
    ),
    "ask_reason": Text(
        "请直接回复‹{action}›‹ {number} ›的理由，30 分钟内有效。",
        "Please reply with the reason‹ ({action}›‹ {number})›, within 30 minutes.",
    ),
    "ask_person": Text(
        "要把‹ {number} ›‹{action}›给谁？请直接回复姓名，30 分钟内有效。"
        "加签可以写「姓名 前」，请对方先看；也可以在姓名后面写一句话给对方。",
        "To whom‹ ({action}›‹ {number})›? Please reply with a name, within 30 minutes. “NAME"
        " before” asks a signer first, and words behind the name are passed on.",
    ),
    "already_approver": Text(
        "‹{person} ›已经是这一步的审批人了。请换一个人。",
        "‹{person} ›is asked in this step already. Please choose somebody else.",
    ),
    "transfer_done": Text(
        "已把‹ {number} ›转交给‹ {person}›。",
        "Handed over ‹{number}›‹ to {person}›.",
    ),
    "add_signer_after": Text(
        "已请‹ {person} ›加签‹ {number}›。你自己的审批仍然需要完成。",
        "Asked ‹{person} ›to sign ‹{number} ›as well. Your own decision is still needed.",
    ),
    "add_signer_before": Text(
        "已请‹ {person} ›先审批‹ {number}›，之后再轮到你。",
        "Asked ‹{person} ›to decide on ‹{number} ›first; it comes to you afterwards.",
    ),
    "reminded": Text(
        "‹{employee} ›催你审批‹ {number}›，请在下面的卡片上处理。",
        "‹{employee} ›asks for your decision‹ on {number}›. Please decide on the card below.",
    ),
    "remind_sent": Text(
        "已催办‹ {number}›‹，由 {people} 处理›。同一张单据一小时内只提醒一次，再催不会重复发。",
        "Reminded ‹{people} ›of ‹{number}›; within the hour a claim is reminded of only once.",
    ),
    # beside a yes or no
    "opinion_given": Text(
        "‹{person} ›同意了‹ {number}›‹，意见：{reason}›。",
        "‹{person} ›agreed ‹to {number}›‹ and says: {reason}›.",
    ),
    "asked_again": Text(
        "‹{person} ›把‹ {number} ›退回给你重新审批‹：{reason}›。",
        "‹{person} ›asks you to decide ‹on {number} ›again‹: {reason}›.",
    ),
    "no_such_step": Text(
        "‹{number} ›没有可以退回的‹「{step}」›。只能退回到已经走过的步骤，或退回给申请人。",
        "‹{number}: ›it cannot go back to ‹“{step}”, only to ›a step that it has passed, or to its"
        " owner.",
    ),
    "ask_confirm": Text(
        "‹{number} ›金额较大‹（{total}）›，请再确认一次："
        "点卡片上的「再点一次确认」，或回复「确认」，5 分钟内有效。",
        "‹{number} ›is about a high amount‹ ({total})›. Please confirm within 5 minutes: “Tap"
        " again” on the card, or reply “confirm”.",
    ),
    "restarted_grew": Text(
        "‹{number} ›的金额比退回时高了，所以审批从头开始。",
        "‹{number} ›is higher than when it was returned, so everybody is asked again.",
    ),
    "restarted_changed": Text(
        "‹{number} ›的类别、项目或提醒和退回时不同，所以审批从头开始。",
        "‹{number} ›has another category, project or warning than when it was returned, so"
        " everybody is asked again.",
    ),
    "restarted_flow": Text(
        "‹{number} ›的审批流程和退回时不同，所以审批从头开始。",
        "‹{number}: ›the approval flow has changed since it was returned, so everybody is asked"
        " again.",
    ),
    # taking back
    "undone": Text(
        "已撤销你对‹ {number} ›的上一个决定，请重新处理。",
        "Your last decision ‹on {number} ›was taken back. Please decide again.",
    ),
    "decision_undone": Text(
        "‹{person} ›撤销了刚才对‹ {number} ›的决定，单据回到审批中。",
        "‹{person} ›took the decision ‹on {number} ›back; it is in review again.",
    ),
    "undo_nothing": Text(
        "‹{number} ›没有可以撤销的决定。", "‹{number}: ›there is no decision to take back."
    ),
    "undo_not_yours": Text(
        "‹{number} ›的上一个决定不是你做的，不能撤销。",
        "‹{number}: ›the last decision was not yours.",
    ),
    "undo_late": Text(
        "‹{number} ›已经超过一分钟，不能再撤销。可以请后面的审批人退回。",
        "‹{number}: ›the minute for taking it back is over. Those who are asked next can return"
        " it.",
    ),
    "undo_followed": Text(
        "‹{number} ›在你决定之后又有变化（别人已处理、改过，或重新提交），不能再撤销。"
        "发「进度‹ {number}›」看看现在到哪一步。",
        "‹{number} ›has gone on since (somebody decided, changed it or submitted it again), so the"
        " decision cannot be taken back. “progress‹ {number}›” says where it is.",
    ),
    "undo_paid": Text(
        "‹{number} ›的款已经付出或交给银行，不能再撤销。有问题请联系财务。",
        "‹{number} ›has been paid or is with the bank, so the decision cannot be taken back. Please"
        " ask finance.",
    ),
    "undo_claimed": Text(
        "‹{claim} ›已经用了‹ {number} ›的审批结果，不能再撤销。可以请财务作废。",
        "‹{claim} ›lives on the approval ‹of {number} ›already, so it cannot be taken back. Finance"
        " can void it.",
    ),
    "undo_booked": Text(
        "‹{number} ›的凭证‹ {voucher} ›已经进账，不能再撤销。需要冲回请找财务作废。",
        "The voucher‹ {voucher} of {number} ›has gone to the books, so the decision cannot be"
        " taken back. Finance can void the claim, which reverses it.",
    ),
    "undo_sent": Text(
        "‹{number} ›已经发到‹ {system}›，不能再撤销。需要收回请找财务作废。",
        "‹{number} ›has been sent to ‹{system}›, so the decision cannot be taken back. Finance can"
        " void the claim, which takes it back there.",
    ),
    "undo_begun": Text(
        "‹{number} ›已经在‹ {system} ›里开始审批‹（{process}）›，不能再撤销。"
        "请在那边退回，或请申请人撤回。",
        "‹{system} ›has begun to decide ‹on {number}›‹ ({process})›, so your decision cannot be"
        " taken back. Return it there, or have it withdrawn.",
    ),
    "undo_wallet": Text(
        "‹{number} ›里微信卡包的发票已标为已报销，改不回来，不能再撤销。",
        "The WeChat cards ‹of {number} ›are marked as reimbursed for good, so the decision cannot"
        " be taken back.",
    ),
    # many at once
    "batch_ask": Text(
        "以下‹ {count} ›张没有提醒‹，合计 {total}›：‹\n{rows}›\n"
        "回复「确认」或点卡片上的「确认全部同意」，逐张同意，30 分钟内有效。"
        "‹另有 {others} 张有提醒或金额较大，请逐张处理。›",
        "‹{count} ›claim(s) without any warning‹, {total} in all›:‹\n{rows}›\nReply “confirm”,"
        " or press “Yes, all” on the card, within 30 minutes to approve each of them.‹ {others}"
        " more have warnings or high amounts; please decide on them one by one.›",
    ),
    "batch_nothing": Text(
        "等你审批的单据都有提醒或金额较大，请逐张处理。发「待办」查看。",
        "Every claim that waits for you has warnings or a high amount; please decide one by one."
        " “todo” lists them.",
    ),
    "batch_done": Text(
        "已同意‹ {count} ›张‹：\n{rows}›‹\n没有处理：\n{reasons}›",
        "Approved ‹{count}›‹:\n{rows}›‹\nLeft alone:\n{reasons}›",
    ),
    "batch_stale": Text(
        "这份清单已经过期，本次点击没有生效。请在最新的卡片上操作，或发「全部同意」。",
        "This list is out of date, so the click did nothing. Use the newest card, or send “approve"
        " all”.",
    ),
    "not_your_list": Text(
        "这张待办是发给别人的，本次点击没有生效。发「待办」看你自己的。",
        "This list is somebody else's, so the click did nothing. Send “todo” for your own.",
    ),
    # standing in
    "delegated": Text(
        "已委托‹ {person} ›代你审批‹，{since} 至 {until}›‹，限 {kinds}›。"
        "‹已转过去 {moved} 张待办。›"
        "发「取消委托」可随时收回。",
        "‹{person} ›decides in your place‹ from {since} to {until}›‹ on {kinds}›.‹ {moved} waiting"
        " claim(s) have moved.› “cancel delegation” takes it back.",
    ),
    "delegated_to_you": Text(
        "‹{person} ›委托你代为审批‹，{since} 至 {until}›‹，限 {kinds}›。卡片会直接发给你。",
        "‹{person} ›asks you to decide in their place‹ from {since} to {until}›‹ on {kinds}›. The"
        " cards come to you.",
    ),
    "delegation_ended": Text(
        "‹{person} ›收回了委托，不再需要你代为审批。",
        "‹{person} ›decides again; you do not stand in any more.",
    ),
    "delegation_cancelled": Text(
        "委托已取消。‹{moved} 张待办回到你这里。›",
        "The delegation has ended.‹ {moved} waiting claim(s) came back to you.›",
    ),
    "delegations": Text("委托：‹\n{rows}›", "Delegations:‹\n{rows}›"),
    "no_delegation": Text(
        "现在没有委托。要请人代审，发「委托 姓名 至 12-05」。",
        "There is no delegation now. “delegate NAME until 12-05” lets somebody decide for you.",
    ),
    "delegation_over": Text(
        "委托已经到期，‹{number} ›要由本人审批。",
        "The delegation is over; ‹{number} ›waits for the person themselves.",
    ),
    "delegation_window": Text("委托的结束日期要在开始之后。", "A delegation ends after it begins."),
    "delegate_self": Text("不能委托给自己。", "You cannot stand in for yourself."),
    "delegate_taken": Text(
        "这段时间你已经委托给‹ {person}›‹（至 {until}）›。先发「取消委托」再重新委托。",
        "You have asked ‹{person} ›for this time already‹ (until {until})›. Send “cancel"
        " delegation” first.",
    ),
    "delegate_away": Text(
        "‹{person} ›这段时间自己也委托了别人‹（至 {until}）›，请换一个人。",
        "‹{person} ›has somebody stand in during this time, too‹ (until {until})›. Please choose"
        " somebody else.",
    ),
    "delegate_busy": Text(
        "这段时间你正在代‹ {person} ›审批‹（至 {until}）›，不能再委托出去。请先和对方商量。",
        "You stand in for ‹{person} ›during this time‹ (until {until})› and cannot pass that on."
        " Please talk to them first.",
    ),
    # when people are away
    "rerouted": Text(
        "‹{number} ›的审批人已离职，现在由‹ {people} ›审批。",
        "An approver ‹of {number} ›has left; it is with ‹{people} ›now.",
    ),
    "claim_stuck": Text(
        "‹{number} ›停在‹「{step}」›：审批人已离职，上面也找不到人。"
        "请补充公司资料后重新应用，或请申请人撤回再提交。",
        "‹{number} ›is stuck ‹at “{step}”›: its approver has left and nobody is above. Please"
        " complete the company file and apply it, or have it withdrawn and submitted again.",
    ),
    "stopped_submission": Text(
        "‹{employee} ›的‹ {number} ›没能提交：‹「{step}」这一步›找不到审批人或流程。"
        "请补充公司资料。",
        "‹{number} ›‹of {employee} ›could not be submitted: ‹at “{step}” ›no approver or flow was"
        " found. Please complete the company file.",
    ),
    "escalated": Text(
        "‹{number} ›超过时限未审批‹（{people}）›，已请‹ {to} ›处理。",
        "‹{number} ›was not decided in time‹ ({people})›; ‹{to} ›is asked now.",
    ),
    "escalated_from_you": Text(
        "‹{number} ›超过时限未审批，已升级给‹ {to}›。",
        "‹{number} ›was not decided in time and has gone up ‹to {to}›.",
    ),
    "overdue_nobody": Text(
        "‹{number} ›超过时限未审批‹（{people}）›，上面没有可以升级的人。请管理员跟进。",
        "‹{number} ›is overdue ‹with {people} ›and nobody is above them. Please look after it.",
    ),
    "no_such_person": Text(
        "通讯录里没有找到‹「{person}」›。请写全名再发一次。",
        "Nobody ‹named “{person}” ›was found. Please write the full name.",
    ),
    "which_person": Text(
        "有几位同事叫‹「{person}」›，请改用工号再发一次‹：{ids}›。",
        "Several colleagues are named‹ “{person}”›. Please use an id‹: {ids}›.",
    ),
    "not_allowed": Text(
        "你没有‹「{action}」›的权限，本次操作没有生效。如有需要请联系管理员。",
        "You may not do this‹ ({action})›, and nothing was changed. Ask an administrator if you"
        " need it.",
    ),
    "unknown_person": Text(
        "公司名单里没有‹「{person}」›，请联系管理员。",
        "‹“{person}” ›is not on the company's list. Please tell the administrator.",
    ),
    "unknown_sender": Text(
        "公司名单里还没有你的账号，请联系管理员添加后再试。",
        "Your account is not on the company's list yet. Please ask the administrator to add it.",
    ),
}
