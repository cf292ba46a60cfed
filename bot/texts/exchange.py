"""Texts on files that come in by a watched folder, and on what other systems say otherwise."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "file_quarantined": Text(
        "文件‹「{file}」›没有收下，已移到 quarantine 文件夹。‹\n{rows}›\n"
        "改好后重新放入 in 文件夹。",
        "The file‹ “{file}” ›was not taken and lies in the folder quarantine.‹\n{rows}›\n"
        "Mend it and put it into the folder in again.",
    ),
    "file_not_plain": Text(
        "‹「{file}」›不是普通文件（快捷方式、链接、文件夹都不收）。",
        "‹“{file}” ›is no plain file: links and folders are not taken.",
    ),
    "file_name": Text(
        "文件名‹「{file}」›不能用：只收 .csv 和 .xlsx，名字不超过 100 个字，不含特殊符号。",
        "The file name‹ “{file}” ›cannot be used: .csv or .xlsx, 100 characters at most, no special"
        " signs.",
    ),
    "file_too_large": Text(
        "文件‹「{file}」›太大，上限 50 MB，请拆开。",
        "The file‹ “{file}” ›is too large: 50 MB at most; please split it.",
    ),
    "file_unknown": Text(
        "认不出‹「{file}」›是什么表。文件名请以这些开头‹：{options}›。",
        "It is not clear what‹ “{file}” ›is. Begin its name with one of these‹: {options}›.",
    ),
    "file_not_taken": Text(
        "这个文件夹不收这种表‹（{kind}）›，需要管理员在 chit.toml 的 takes 里打开。",
        "This folder does not take such tables‹ ({kind})›; an administrator may add it to `takes`"
        " in chit.toml.",
    ),
    "file_control": Text(
        "与控制文件不符‹：{column}›。请重新导出后一起放入。",
        "It does not fit its control file‹: {column}›. Write both again.",
    ),
    "file_columns": Text(
        "缺少、多余或重复的列‹：{columns}›。",
        "Columns that are missing, unknown or twice there‹: {columns}›.",
    ),
    "file_row": Text(
        "‹第 {row} 行›内容不对‹：{text}›。", "‹Row {row}: ›something is wrong‹: {text}›."
    ),
    "file_key_reused": Text(
        "这个编号已用于‹ {number}›，内容不同。要新建单据请换编号。",
        "This key has led to‹ {number} ›with another content; use a new key for a new claim.",
    ),
    "unknown_employee": Text(
        "没有这个员工‹：{employee}›。请填 company.yaml 里的 id。",
        "There is no such employee‹: {employee}›; give the id of the company file.",
    ),
    "employee_inactive": Text(
        "员工‹ {employee} ›已离职。", "The employee‹ {employee} ›has left the company."
    ),
    "ambiguous_invoice": Text(
        "票据‹ {invoice} ›有好几张，请写完整。", "Several invoices are‹ {invoice}›; name one whole."
    ),
    "no_such_invoice": Text(
        "没有收到过票据‹ {invoice}›。", "No invoice‹ {invoice} ›has been received."
    ),
    "unknown_project": Text("没有项目‹ {project}›。", "There is no project‹ {project}›."),
    "project_closed": Text("项目‹ {project} ›已关闭。", "The project‹ {project} ›is closed."),
}
