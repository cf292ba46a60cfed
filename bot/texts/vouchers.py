"""Texts on photos and files: what could not be read, what was there already."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "media_lost": Text(
        "有文件没能下载下来，可能已经过期。请重新发一次。",
        "A file could not be fetched, it may have expired. Please send it again.",
    ),
    "not_an_invoice": Text(
        "没能‹从「{file}」›读出票据‹：{reason}›。"
        "‹已作为附件放进 {number}。›"
        "‹如果这张{photo}是票据，请拍平、拍清楚再发一次，›也可以直接打字，例如「打车 45 昨天」。",
        "No invoice could be read‹ from “{file}”›‹: {reason}›.‹ It is kept as a file of {number}.›"
        "‹ If the {photo} shows one, please send it flat and sharp.› You can also type the expense,"
        " like “taxi 45 yesterday”.",
    ),
    "none_are_invoices": Text(
        "这‹ {count} ›个文件都没能读出票据：‹\n{rows}›‹\n已作为附件放进 {number}。›"
        "\n也可以直接打字，例如「打车 45 昨天」。",
        "No invoice could be read from these‹ {count} ›files:‹\n{rows}›"
        "‹\nThey are kept as files of {number}.›\nYou can also type an expense, like “taxi 45"
        " yesterday”.",
    ),
    "already_on_draft": Text(
        "票据‹ {invoice} ›已经在这张报销单里了，没有重复添加。",
        "On this claim already, not added twice:‹ {invoice}›.",
    ),
    "ask_invoice_line": Text(
        "第‹ {line} ›行的行程单属于哪一行的发票？请回复行号，30 分钟内有效‹：\n{options}›",
        "To which invoice does the itinerary of line ‹{line} ›belong? Reply with its line, within"
        " 30 minutes‹:\n{options}›",
    ),
    "ask_itinerary_line": Text(
        "第‹ {line} ›行的发票配哪一行的行程单？请回复行号，30 分钟内有效‹：\n{options}›",
        "Which itinerary belongs to the invoice of line ‹{line}›? Reply with its line, within"
        " 30 minutes‹:\n{options}›",
    ),
    "duplicate_invoice": Text(
        "发票‹ {identity} ›重复‹：已在 {claim} 中报销›，所以没有提交。"
        "请删除这一行，有疑问请联系财务。",
        "Duplicate (重复): invoice ‹{identity} ›is claimed already‹ in {claim}›, so nothing was"
        " submitted. Remove that line, or ask finance.",
    ),
    "not_received": Text(
        "刚才没能收下你的消息。请再发一次。",
        "Your message could not be taken in just now. Please send it again.",
    ),
    "card_in_app": Text(
        "收到‹，单号 {number}›。卡片在「小票」应用的会话里，请到那里核对和提交。",
        "Got it‹: {number}›. The card is in the chat of the Chit application; please check and"
        " submit it there.",
    ),
    "link_not_opened": Text(
        "为了安全，小票不会打开消息里的链接。请发送发票照片、PDF、OFD 或 XML 文件"
        "‹，发不出来的文件在这里上传：{upload}›",
        "For safety, links in messages are never opened. Please send a photo or a PDF, OFD or XML"
        " file‹; what the chat does not take can be uploaded here: {upload}›",
    ),
    "unsupported": Text(
        "小票看不懂这种消息‹（{what}）›。请发送文字、照片或文件，发「帮助」看例子。"
        "‹发不出来的文件在这里上传：{upload}›",
        "Chit cannot use this kind of message‹ ({what})›. Send words, a photo or a file; “help”"
        " shows examples.‹ What the chat does not take can be uploaded here: {upload}›",
    ),
    "voice_unheard": Text(
        "没听清这条语音。请再说一遍，或直接打字，例如「打车 45 昨天 去客户现场」。",
        "The voice message could not be heard. Please say it again or type it, like “taxi 45"
        " yesterday”.",
    ),
    "quota_used": Text(
        "钉钉这个月的接口额度用完了，刚才的消息没有内容。请联系管理员增加额度‹，急用可以在这里上传：{upload}›",
        "DingTalk's monthly quota is used up, so your message came without content. Please ask the"
        " administrator to raise it‹; meanwhile invoices can be uploaded here: {upload}›",
    ),
    "card_taken": Text(
        "报销单‹ {number} ›里有卡包发票已在别处报销（重复），单据已回到你这里，请删掉那行再提交。",
        "Claim ‹{number} ›has a card invoice that is reimbursed elsewhere (重复). It is back with"
        " you: remove that line, then submit again.",
    ),
    "card_taken_late": Text(
        "报销单‹ {number} ›的卡包发票锁定失败：微信显示它在别处报销（重复），请在付款前核实。",
        "A card invoice of claim ‹{number} ›could not be locked: it is reimbursed elsewhere (重复)."
        " Please look into it before paying.",
    ),
    "card_not_settled": Text(
        "报销单‹ {number} ›的卡包发票状态没能更新，请在微信卡包里核实。",
        "The card invoices of claim ‹{number} ›could not be updated. Please check the wallet.",
    ),
    "cards_not_read": Text(
        "选的卡包发票没能读出来，请重新选择，或直接发送发票 PDF。",
        "The chosen card invoices could not be read. Choose them again, or send the PDF.",
    ),
    "upload": Text(
        "在这里拍照或上传发票（PDF、OFD、XML、ZIP 都可以）‹：\n{upload}›",
        "Photograph or upload invoices here (PDF, OFD, XML and ZIP too)‹:\n{upload}›",
    ),
}
