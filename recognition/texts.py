"""What a doubt or a refusal says to people: `中文 · English`, one text a code."""

from core.invoice import Reading, ReadingFinding

LABELS = {
    "kind": ("票种", "kind"),
    "code": ("发票代码", "code"),
    "number": ("发票号码", "number"),
    "date": ("开票日期", "date"),
    "amount": ("不含税金额", "amount"),
    "tax": ("税额", "tax"),
    "total": ("价税合计", "total"),
    "buyer": ("购买方", "buyer"),
    "buyer_taxid": ("购买方税号", "buyer's tax id"),
    "seller": ("销售方", "seller"),
    "seller_taxid": ("销售方税号", "seller's tax id"),
    "check_code": ("校验码", "check code"),
    "items": ("明细", "items"),
    "currency": ("币种", "currency"),
}

_FINDINGS = {
    "sources_disagree": (
        "{fields}不一致：{better_name}为 {better}，{worse_name}为 {worse}，请核对",
        "{fields_en} differs: {better_name} says {better}, {worse_name} says {worse}",
    ),
    "total_mismatch": (
        "不含税金额加税额不等于价税合计，请核对",
        "amount plus tax is not the total",
    ),
    "capitals_differ": (
        "大写金额与小写金额不一致，请核对",
        "the amount in words differs from the figures",
    ),
    "taxid_check": ("{fields}的校验位不对，请核对", "the check digit of {fields_en} is wrong"),
    "number_shape": (
        "发票号码的位数不对，请核对",
        "the number has not the digits that this kind has",
    ),
    "code_shape": ("发票代码的位数不对，请核对", "the code has not the digits that codes have"),
    "tax_rule": (
        "税额与规定不符：按 {rate}% 应为 {expected}，票面为 {printed}，请核对",
        "the tax is not what the rules give: {expected} at {rate} %, printed is {printed}",
    ),
    "form_ended": (
        "这种纸质票 {until} 之后不再开具，请核对日期",
        "no such paper was issued after {until}: check the date",
    ),
    "number_year": (
        "发票号码前两位与开票年份不符，请核对",
        "the first two digits of the number are not the year of issue",
    ),
    "confirm_amount": (
        "针式或手写打印的金额容易认错，请确认金额",
        "amounts of this kind of voucher are easily misread: please confirm the total",
    ),
    "unproven_total": (
        "金额没有第二处印证，请确认",
        "nothing on the voucher confirms the total: please confirm it",
    ),
    "doubtful_field": ("看不太清：{fields}，请核对", "not clearly legible: {fields_en}"),
    "ask_original": (
        "照片太模糊或太小，请发原图或电子发票文件；请核对：{fields}",
        "the picture is too coarse, please send the original; check {fields_en}",
    ),
    "qr_unreadable": (
        "没能识别二维码，请核对：{fields}，或发原图",
        "the QR code could not be read; check {fields_en}, or send the original",
    ),
    "not_read": ("没能读出：{fields}，请补充", "not read: {fields_en}"),
    "ambiguous": (
        "票面上有几个不同的{fields}，未采用",
        "several values for {fields_en}, none taken",
    ),
    "unsure_kind": ("票种只能推测，请核对", "the kind is uncertain"),
    "qr_amount_unclear": (
        "二维码里金额的含义不明，请核对",
        "it is unknown what the amount in this QR code means",
    ),
    "qr_value_invalid": (
        "二维码里的{fields}无法识别",
        "{fields_en} in the QR code is no valid value",
    ),
    "issue_time_used": (
        "文件里没有开票日期，用的是生成时间",
        "no request time in the file: the issue time was taken",
    ),
    "items_differ": ("明细合计与不含税金额不符，请核对", "the items do not add up to the amount"),
    "text_over_image": (
        "文字盖在整页图片上，可能与图片不一致，请核对",
        "a text layer lies over a picture of the page and may differ from it",
    ),
    "text_hidden": (
        "文件里有看不见的文字，没有采用：{text}",
        "the file holds texts that nobody can see; they were not used: {text}",
    ),
    "text_covered": (
        "有图形、批注或别的文字盖在文字上，请核对票面：{text}",
        "something is drawn over these texts, check what is shown: {text}",
    ),
    "page_crowded": (
        "页面上图形太多，没有全部检查是否盖住文字",
        "the page holds too many shapes to see whether they cover texts",
    ),
    "doubled_field": (
        "文件里{fields}出现了几次，内容不一样，请核对",
        "{fields_en} stands in the file several times with different values",
    ),
    "active_content": (
        "文件带有脚本或自动动作，没有执行",
        "the file carries scripts or actions; none was run",
    ),
    "pages_skipped": ("只读了前 {pages} 页", "only the first {pages} pages were read"),
    "entries_skipped": (
        "压缩包里有 {entries} 个文件没有读：{why}",
        "{entries} files in the archive were not read",
    ),
    "several_on_picture": (
        "一张图里有多张票，请分开拍照；请核对：{fields}",
        "several vouchers on one picture, please take one picture each; check {fields_en}",
    ),
    "ocr_failed": (
        "图片文字识别没有完成，只读到二维码或电子数据",
        "the text of the picture was not read, only its code or data",
    ),
    "foreign_currency": (
        "外币票据：原币 {currency} {amount}，这里没有折算；报销时按汇率折算成人民币",
        "foreign currency: {currency} {amount}, not converted here; a claim converts it at a rate",
    ),
    "buyer_not_ours": (
        "购买方与本公司的名称、税号不符，请核对：{fields}",
        "the buyer is none of the company's own: check {fields_en}",
    ),
    "seal_unverified": ("签章未验证", "the seal was not verified"),
    "seal_broken": (
        "签章之后内容被改动过：{parts}",
        "changed after it was sealed: {parts}",
    ),
    "seal_signature_bad": (
        "签章无效（签章人：{signer}）",
        "the seal is invalid (signer: {signer})",
    ),
    "seal_expired": (
        "签章时证书无效（{signer}，有效期 {begins} 至 {ends}）",
        "the certificate of {signer} was not valid when it sealed ({begins} to {ends})",
    ),
    "seal_before_issue": (
        "签章日期 {signed} 早于开票日期",
        "sealed on {signed}, before the date of issue",
    ),
    "seal_trust_unknown": (
        "签章完好（签章人：{signer}），但没有设置信任的根证书，不能证明真伪（颁发者：{issuer}）",
        "the seal of {signer} is intact but unproven: no root is trusted (issuer: {issuer})",
    ),
    "seal_untrusted": (
        "签章证书不受信任（签章人：{signer}，颁发者：{issuer}）",
        "the certificate of {signer}, issued by {issuer}, is not trusted",
    ),
    "seal_signer": (
        "签章人不是税务或财政机关：{signer}",
        "sealed by {signer}, which is no tax or treasury authority",
    ),
    "seal_added": (
        "税务签章之外另有签章：{signer}，请核对票面",
        "there is another seal, by {signer}: check what is shown",
    ),
    "seal_changed_later": (
        "签名之后又追加了内容，请核对票面",
        "something was added to the file after it was signed",
    ),
    "seal_unlisted_content": (
        "有内容不在签章范围内：{parts}",
        "content that the seal does not cover: {parts}",
    ),
    "seal_missing": (
        "这种电子发票应有签章，文件里没有",
        "this kind of e-invoice should carry a seal and has none",
    ),
}

_REASONS = {
    "empty": ("文件是空的", "the file is empty"),
    "too_large": ("文件太大，最大 {limit} MB", "the file is too large, at most {limit} MB"),
    "type_not_allowed": (
        "不支持这种文件，请发 PDF、OFD、XML、ZIP，或 JPG、PNG、WebP、HEIC 图片",
        "this type of file is not accepted; send PDF, OFD, XML, ZIP, JPEG, PNG, WebP or HEIC",
    ),
    "html": (
        "这是网页，不是发票文件，请下载发票原文件再发",
        "this is a web page, not an invoice file; download the invoice itself",
    ),
    "broken": ("文件损坏或不完整，打不开", "the file is damaged or incomplete"),
    "encrypted": ("文件有密码，请发没有密码的文件", "the file needs a password"),
    "picture_too_large": (
        "图片像素太多，最多 {limit} 百万像素",
        "the picture has too many pixels, at most {limit} million",
    ),
    "picture_shape": (
        "图片太窄或太小，看不出内容",
        "the picture is too narrow or too small",
    ),
    "bomb": (
        "压缩内容超出限制，没有读取",
        "the compressed content exceeds the limits and was not read",
    ),
    "doubled": (
        "压缩内容里有同名文件，没有读取",
        "two entries have the same name: nothing was read",
    ),
    "doctype": (
        "XML 里有 DOCTYPE 声明，没有读取",
        "the XML has a DOCTYPE declaration and was not read",
    ),
    "too_coarse": (
        "照片太模糊或太小，看不出是什么票，请发原图或电子发票文件",
        "the picture is too coarse to tell what it shows; send the original",
    ),
    "not_an_invoice": ("没有找到发票信息", "no invoice was found in this file"),
    "unknown_xml": ("这个 XML 不是发票", "this XML is not an invoice"),
    "took_too_long": ("文件太复杂，读取超时", "the file is too complex: reading took too long"),
    "reader_died": ("文件无法安全读取", "the file could not be read safely"),
    "missing": ("找不到文件", "there is no such file"),
    "not_a_file": ("这不是普通文件", "this is not a regular file"),
    "unreadable": ("没有权限或无法读取文件", "the file cannot be read"),
}


def finding(code: str, *fields: str, **facts: str) -> ReadingFinding:
    """Make a doubt about some fields, or about the whole document when there are none."""
    names = {
        "fields": "、".join(LABELS[f][0] for f in fields),
        "fields_en": ", ".join(LABELS[f][1] for f in fields),
    }
    return ReadingFinding(code, _say(_FINDINGS[code], {**names, **facts}), fields)


def reason(code: str, **facts: str) -> str:
    """Say why nothing could be read."""
    return _say(_REASONS[code], facts)


UNSAFE = frozenset(
    {
        "bomb",
        "broken",
        "doctype",
        "doubled",
        "empty",
        "html",
        "picture_shape",
        "picture_too_large",
        "too_large",
        "type_not_allowed",
    }
)
"""Reasons for which a file joins no claim; a picture or document without a voucher does."""


def refusal(name: str, code: str, **facts: str) -> Reading:
    """Make the reading of a file that could not be read."""
    return Reading(file=name, ok=False, reason=reason(code, **facts), refused=code in UNSAFE)


def _say(text: tuple[str, str], facts: dict[str, str]) -> str:
    return " · ".join(part.format(**facts) for part in text)
