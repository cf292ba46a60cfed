"""Texts on vouchers, payment batches, files and what banks say."""

from bot.texts.template import Language, Text, Texts

TEXTS: Texts = {
    # vouchers that cannot be made
    "voucher_account_missing": Text(
        "‹{number} ›的会计凭证暂未生成：‹类别「{category}」›‹「{account}」›没有设置科目。"
        "请在 company.yaml 补上 account，再执行 chit company apply，凭证会自动补生成。",
        "The voucher of ‹{number} ›was not made: ‹the category “{category}” ›‹“{account}” ›has no"
        " account. Add it to company.yaml; “chit company apply” then makes the voucher.",
    ),
    "voucher_category_missing": Text(
        "‹{number} ›的会计凭证暂未生成：有一行没有费用类别‹（{category}）›，不知道记到哪个科目。"
        "请在 company.yaml 补上这个类别，再执行 chit company apply。",
        "The voucher of ‹{number} ›was not made: a line has no known category‹ ({category})›, so"
        " its account is not known. Add the category to company.yaml, then “chit company apply”.",
    ),
    "voucher_nothing_to_book": Text(
        "‹{number} ›没有金额，没有生成会计凭证。", "‹{number} ›has no amounts, so no voucher."
    ),
    "voucher_unbalanced": Text(
        "‹{number} ›的会计凭证借贷不平，没有生成。请联系管理员核对这张单据的金额和付款。",
        "The voucher of ‹{number} ›would not balance, so it was not made. Please have its amounts"
        " and its payment checked.",
    ),
    "nothing_to_export_vouchers": Text(
        "没有待导出的会计凭证，未生成文件。已导出的批次见 chit vouchers batches。"
        "‹暂不能生成的：\n{rows}›",
        "No voucher waits to be exported, so no file was written. “chit vouchers batches” lists"
        " what went out before.‹ Not made yet:\n{rows}›",
    ),
    "wrong_voucher_state": Text(
        "凭证‹ {voucher} ›现在不能这样操作。请用 chit vouchers preview 查看它的状态。",
        "This cannot be done with the voucher‹ {voucher} ›now. See “chit vouchers preview”.",
    ),
    "other_number": Text(
        "凭证‹ {voucher} ›已登记为‹ {number}›，没有改动。请核对凭证号；账里整理过凭证号的，"
        "用 chit vouchers numbers --renumbered。",
        "The voucher‹ {voucher} ›is known as‹ {number} ›already; nothing was changed. Check the"
        " number; where the books were numbered anew, use “chit vouchers numbers --renumbered”.",
    ),
    "voucher_under_way": Text(
        "凭证‹ {voucher} ›可能已经在‹「{system}」›里，没有改日期。请先运行 chit stuck list 查看。",
        "The voucher‹ {voucher} ›may be in‹ “{system}” ›already, so its day was not changed. See"
        " chit stuck list first.",
    ),
    "numbers_left": Text(
        "登记了‹ {count} ›张的凭证号；下面这些没有登记，改好后可以整份再来一次‹：\n{rows}›",
        "The numbers of‹ {count} ›vouchers were noted; these were not. Mend them and bring the"
        " whole file again‹:\n{rows}›",
    ),
    "no_such_voucher": Text(
        "没有凭证‹ {voucher}›。请核对编号。", "There is no voucher‹ {voucher}›. Check its id."
    ),
    # batches
    "batch_waits": Text(
        "付款批次‹ {batch} ›等待复核：共‹ {count} ›笔、‹{total}›‹，制单人 {employee}›。"
        "在网页「财务—批次」核对后确认，或发「确认批次‹ {batch}›」；"
        "有误发「取消批次‹ {batch}› 原因」。",
        "The payment batch‹ {batch} ›waits to be checked: ‹{count} ›payments, ‹{total}›‹, made by"
        " {employee}›. Check it on the page Finance, or send “confirm batch‹ {batch}›”, or “cancel"
        " batch‹ {batch}› reason”.",
    ),
    "batch_released": Text(
        "付款批次‹ {batch} ›已复核‹（{count} 笔，{total}）›，可以在网页「财务—批次」下载文件，"
        "或用 --batch‹ {batch} ›导出。",
        "The payment batch‹ {batch} ›has been checked‹ ({count} payments, {total})›; take its file"
        " from the page Finance, or write it with --batch‹ {batch}›.",
    ),
    "batch_cancelled": Text(
        "付款批次‹ {batch} ›已取消‹：{reason}›，其中的付款恢复为待付。",
        "The payment batch‹ {batch} ›was cancelled‹: {reason}›; its payments are owed as before.",
    ),
    "batch_was_cancelled": Text(
        "付款批次‹ {batch} ›已经取消，其中的付款恢复为待付。请重新制单。",
        "The batch‹ {batch} ›was cancelled, and its payments are owed as before. Make a new one.",
    ),
    "batch_is_released": Text(
        "付款批次‹ {batch} ›已经放行，没有改动。其中没有交给银行的，"
        "逐笔发「付款失败 单号 原因」，就恢复为待付。",
        "The batch‹ {batch} ›has been let go; nothing was changed. For what the bank was not given,"
        " send “payment failed NUMBER reason”: it is owed again.",
    ),
    "batch_not_waiting": Text(
        "付款批次‹ {batch} ›还没有做完，没有改动。请制单人先用 --batch‹ {batch} ›补完。",
        "The batch‹ {batch} ›is not finished yet; nothing was changed. Its maker finishes it with"
        " --batch‹ {batch}›.",
    ),
    "batch_empty": Text(
        "付款批次‹ {batch} ›里已经没有要付的款，没有文件可导出。"
        "还在等复核的，发「取消批次‹ {batch}› 原因」。",
        "Nothing of the batch‹ {batch} ›is owed any more, so there is no file. While it waits to be"
        " checked, “cancel batch‹ {batch}› reason” ends it.",
    ),
    "batch_reason_missing": Text(
        "取消批次要写明原因。请发「取消批次‹ {batch}› 原因」。",
        "Please say why: send “cancel batch‹ {batch}› reason”.",
    ),
    "fail_reason_missing": Text(
        "登记付款失败要写明原因。请发「付款失败‹ {number}› 原因」；到账后退回的，原因写「退票」。",
        "Please say why: send “payment failed‹ {number}› reason”; where the money came back, the"
        " reason is “退票”.",
    ),
    "batch_unconfirmed": Text(
        "付款批次‹ {batch} ›还没有复核，不能导出。请另一位财务或出纳发「确认批次‹ {batch}›」。",
        "The batch‹ {batch} ›has not been checked, so its file may not leave. Somebody else of"
        " finance sends “confirm batch‹ {batch}›”.",
    ),
    "batch_unfit": Text(
        "批次‹ {batch} ›里有这种格式写不下的内容，没有生成文件‹：\n{rows}›\n"
        "请换一种格式，或补全资料后重新制单。",
        "The batch‹ {batch} ›has something that this form cannot say, so no file was written"
        "‹:\n{rows}›\nChoose another form, or mend what is missing and make the batch anew.",
    ),
    "batch_missing": Text(
        "请带上批次号，例如「确认批次 PAY-20261125-0001」。",
        "Please name the batch, e.g. “confirm batch PAY-20261125-0001”.",
    ),
    "own_batch": Text(
        "付款批次‹ {batch} ›是你自己制单的，须由另一人复核。",
        "You made the batch‹ {batch} ›yourself; somebody else must check it.",
    ),
    "own_batch_claim": Text(
        "付款批次‹ {batch} ›里有你自己的单据‹ {number}›，请另一位出纳或财务复核。",
        "The batch‹ {batch} ›pays a claim of yours‹ ({number})›; another cashier or finance must"
        " check it.",
    ),
    "maker_unfit": Text(
        "‹{person} ›不能制单：制单人要是在职的出纳或财务。请改 --maker。",
        "‹{person} ›may not make a batch: name an active cashier or finance with --maker.",
    ),
    "maker_missing": Text(
        "这批付款‹共 {total}，›超过公司规定的限额，需要双人复核，没有制单。"
        "请用 --maker 写明制单人的 id；定时导出的，写在 [connectors.…] 的 maker 里。",
        "These payments‹ ({total}) ›are above the company's limit and need a second person, so no"
        " batch was made. Name who makes it with --maker ID, or as maker in [connectors.…].",
    ),
    # money that did not arrive
    "payment_requeued": Text(
        "‹{employee} ›的‹ {number} ›付款没有成功‹：{reason}›，已放回待付款。"
        "账号有误时请管理员更新 company.yaml 中的 bank_account，下次导出会用新账号。",
        "The payment of ‹{number}›‹ to {employee} ›failed‹: {reason}›, and it is owed again. If the"
        " account is wrong, have bank_account in company.yaml corrected; the next export uses it.",
    ),
    "came_back_requeued": Text(
        "‹{employee} ›的‹ {number} ›付款被银行退回‹：{reason}›，已放回待付款。"
        "账号有误时请管理员更新 company.yaml 中的 bank_account，下次导出会用新账号。",
        "The payment of ‹{number}›‹ to {employee} ›came back‹: {reason}›, and it is owed again. If"
        " the account is wrong, have bank_account in company.yaml corrected; the next export uses"
        " it.",
    ),
    "supplier_requeued": Text(
        "‹{employee} ›的‹ {number} ›没有付到供应商‹{payee}›‹：{reason}›，已放回待付款。"
        "供应商账号有误时，请财务发「作废‹ {number}› 原因」，"
        "申请人发「复制‹ {number}›」改好账号再提交。",
        "‹{number}›‹ of {employee}: ›the supplier‹ {payee} ›was not reached‹: {reason}›, and it is"
        " owed again. If the supplier's account is wrong, finance sends “void‹ {number}› reason”,"
        " and the employee “copy‹ {number}›”, mends it and submits it.",
    ),
    "paid_after_all": Text(
        "请留意：‹{number} ›先前登记为没有付成‹（{reason}）›，银行现在说已付，已登记为已付款，"
        "不要再付。‹已从待复核的批次 {batch} 中去掉。›"
        "‹它又在已导出的批次 {next} 里，请马上让银行撤下这一笔。›",
        "Mind: ‹{number} ›was noted as failed‹ ({reason})›, and now the bank says that it was paid."
        " It is noted as paid; do not pay it again.‹ It has been taken out of the batch {batch}.›‹"
        " It is in the exported batch {next}, too: have the bank stop it there at once.›",
    ),
    "nothing_came_back": Text(
        "‹{number} ›没有这么多已到账的金额可以退回‹（已到账 {amount}）›，没有改动。",
        "‹{number}: ›so much has not arrived‹ (only {amount})›, so nothing can have come back.",
    ),
    # results of a bank
    "no_such_payment": Text(
        "没有付款‹ {payment}›。请核对编号。", "There is no payment‹ {payment}›. Check its id."
    ),
    "result_mismatch": Text(
        "与付款‹ {payment} ›的‹ {column} ›不一致，没有登记。请核对这一行。",
        "The‹ {column} ›is not that of the payment‹ {payment}›, so the row was not noted.",
    ),
    "result_against": Text(
        "付款‹ {payment} ›已登记为已付款，这一行说失败，没有登记。确实退回的请写「退票」。",
        "The payment‹ {payment} ›is noted as paid, and this row says that it failed; it was not"
        " noted. Write “returned” where the money came back.",
    ),
    "result_cancelled": Text(
        "付款‹ {payment} ›已取消（审批撤销或单据作废），这一行没有登记。"
        "钱如果真的付出了，请先和审批人确认。",
        "The payment‹ {payment} ›is cancelled, because its approval was taken back or its claim is"
        " void; this row was not noted. If the money did go out, ask the approvers first.",
    ),
    "result_early": Text(
        "付款‹ {payment} ›在批次‹ {batch} ›里，文件还没有交出去，这一行说的不是这一次，没有登记。",
        "The payment‹ {payment} ›is in the batch‹ {batch}›, whose file has not left; this row is"
        " not about it and was not noted.",
    ),
    "result_came_back": Text(
        "付款‹ {payment} ›已登记退票，这一行说成功，可能是退票之前的那一次，没有登记。"
        "确实又付了的，请发「已付 单号」。",
        "The payment‹ {payment} ›is noted as returned, and this row says that it was paid: perhaps"
        " before it came back, so it was not noted. If it was paid again, send “paid NUMBER”.",
    ),
    "result_twice": Text(
        "付款‹ {payment} ›已登记为已付款‹（流水号 {reference}）›，"
        "这一行是另一个流水号，可能付了两次。没有登记，请马上核对银行流水。",
        "The payment‹ {payment} ›is noted as paid‹ (reference {reference})›, and this row has"
        " another reference: it may have been paid twice. Compare with the bank at once.",
    ),
    "result_amount": Text(
        "金额与付款‹ {payment} ›不符‹（应为 {amount}）›，没有登记。",
        "The amount does not fit the payment‹ {payment}›‹ ({amount})›, so the row was not noted.",
    ),
    "results_header": Text(
        "文件第一行缺少列‹：{columns}›，没有登记任何内容。",
        "The first row of the file lacks columns‹: {columns}›; nothing was noted.",
    ),
    "result_row": Text(
        "‹第 {row} 行的 ›‹{column} ›看不懂‹：「{value}」›，没有登记。",
        "‹Row {row}: ›the‹ {column} ›is not clear‹: “{value}”›, so it was not noted.",
    ),
    # files
    "bad_template": Text(
        "模板‹ {file} ›不能用‹：{text}›。", "The template‹ {file} ›cannot be used‹: {text}›."
    ),
    "bad_file_name": Text(
        "文件名‹「{file}」›不能用。请只用字母、数字、点、横线。",
        "The file name‹ “{file}” ›cannot be used: letters, digits, dots and dashes only.",
    ),
    "not_written": Text(
        "文件没有写成‹（{text}）›，付款没有任何变化。请腾出空间或换个位置，再执行一次。",
        "The file could not be written‹ ({text})›, and no payment was changed. Make room or name"
        " another place, and try again.",
    ),
    "sftp_down": Text(
        "连不上 SFTP 服务器‹ {host}›，或中途断开‹（{text}）›，文件没有放好。"
        "恢复后再投放，不会付两次。",
        "The SFTP server‹ {host} ›cannot be reached, or went away‹ ({text})›: the file does not lie"
        " there whole. Drop it again when it is back; nothing is paid twice.",
    ),
    "sftp_refused": Text(
        "SFTP 服务器‹ {host} ›没有让我们登录，或不是 known_hosts 里的那一台。"
        "请核对用户、密钥、known_hosts。",
        "The SFTP server‹ {host} ›did not let us in, or is not the one of known_hosts. Check the"
        " user, the key and known_hosts.",
    ),
    "sftp": Text(
        "SFTP 服务器‹ {host} ›不收文件‹（{text}）›。请核对文件夹是否存在、能否写入、是否满了。",
        "The SFTP server‹ {host} ›did not take the file‹ ({text})›. Is the folder there, may we"
        " write to it, is it full?",
    ),
    "no_such_form": Text(
        "没有文件格式‹「{form}」›。请从列表里选一种。",
        "There is no form of file‹ “{form}”›. Choose one of the list.",
    ),
    "no_tables": Text(
        "‹「{system}」›没有连接，或者不能读取编码表。目前可以读取金蝶云星空。",
        "‹“{system}” ›is not connected, or cannot list its codes. 金蝶云·星空 can.",
    ),
    "no_directory": Text(
        "‹「{system}」›的通讯录读不了：没有连接，或者它的 roles 里没有 org。目前可以读取合思。",
        "The directory of‹ “{system}” ›cannot be read: it is not connected, or its roles"
        " lack org. 合思 can.",
    ),
    "no_filedrop": Text(
        "没有配置‹角色为 {role} 的 ›[connectors.filedrop]，请用 --out 指明文件。",
        "No [connectors.filedrop]‹ with the role {role} ›is set up; name the file with --out.",
    ),
}

_LEFT: Texts = {
    "line_break": Text("户名、账号或开户行里有换行", "a line break in the payee, account or bank"),
    "hidden_letters": Text(
        "户名、账号或开户行里有看不见的字符（控制字符、书写方向标记等），请重新填写",
        "a letter that cannot be seen in the payee, account or bank (a control character, a mark"
        " of direction); please write it anew",
    ),
    "nothing_owed": Text("没有应付金额", "nothing is owed"),
    "lacks": Text("缺少‹ {column}›", "‹{column} ›is missing"),
    "too_long": Text("‹{column} ›太长", "‹{column} ›is too long"),
    "letters": Text(
        "‹{column} ›里有文件编码没有的字", "‹{column} ›has letters that the file's encoding lacks"
    ),
    "invoice_dead": Text("票据已作废", "its invoice is void"),
    "own_claim": Text("自己的单据由别人付", "one's own claim is paid by others"),
    "other_payer": Text(
        "由‹{column}›付，这种格式不写付款账号，请再做一批",
        "‹{column} ›pays it, and the form names no paying account: make another batch",
    ),
    "changed": Text("刚刚被改动过", "it has just changed"),
}


_COLUMNS: Texts = {
    "account": Text("收款账号", "the account"),
    "payer_account": Text("付款账号（companies 的 bank_account）", "bank_account in companies"),
    "payee": Text("收款户名", "the payee"),
    "id": Text("付款编号", "the payment's id"),
}
"""Columns of forms that are no tables; those of a table are called as its header has them."""


def left_text(reason: str, *languages: Language) -> str:
    """Say why a payment stayed behind, in both languages unless one is wanted.

    `reason` is a code of the desk.
    """
    code, _, column = reason.partition(":")
    text, named = _LEFT.get(code, _LEFT["changed"]), _COLUMNS.get(column)
    return " · ".join(
        text.fill(
            language, {"column": named.plain(language) if named else column} if column else {}
        )
        for language in languages or ("zh", "en")
    )
