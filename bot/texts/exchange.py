"""Texts on files that come in by a watched folder, and on what other systems say otherwise."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "file_not_put": Text(
        "文件‹ {batch} ›没能放到‹「{system}」›：连不上，或者写不进去。会自动再试，不会放两次；"
        "放好之前，里面的款请不要另外付。管理员可用 chit doctor 检查。",
        "The file‹ {batch} ›could not be put‹ into “{system}”›: nobody answers there, or it cannot"
        " be written. It is tried again by itself, and never put twice; do not pay what is in it"
        " otherwise meanwhile. Administrators: see chit doctor.",
    ),
    "file_quarantined": Text(
        "文件‹「{file}」›没有收下，已移到 quarantine 文件夹。‹\n{rows}›\n"
        "改好后重新放入 in 文件夹。",
        "The file‹ “{file}” ›was not taken and lies in the folder quarantine.‹\n{rows}›\n"
        "Mend it and put it into the folder in again.",
    ),
    "file_waits": Text(
        "文件‹「{file}」›在 in 文件夹里等了一个多小时，控制文件‹（{rows}）›还没有来，所以没有收。"
        "请检查导出程序。",
        "The file‹ “{file}” ›has waited in the folder in for more than an hour; its control file"
        "‹ ({rows}) ›has not come, so it was not taken. Look at the program that writes it.",
    ),
    "file_not_plain": Text(
        "‹「{file}」›不是普通文件（快捷方式、链接、文件夹都不收）。",
        "‹“{file}” ›is no plain file: links and folders are not taken.",
    ),
    "file_name": Text(
        "文件名‹「{file}」›不能用：只收 .csv 和 .xlsx，名字不超过 100 个字，"
        "用 UTF-8，不含特殊符号。",
        "The file name‹ “{file}” ›cannot be used: .csv or .xlsx, 100 characters at most in UTF-8,"
        " no special signs.",
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
        "表头不对。‹缺少：{missing}。›‹认不出：{strange}。›‹重复：{twice}。›"
        "可用 chit files template claims 生成空白表格。",
        "the header is wrong. ‹Missing: {missing}. ›‹Unknown: {strange}. ›‹Twice: {twice}. ›"
        "“chit files template claims” writes a table to fill in.",
    ),
    "file_row": Text(
        "‹第 {row} 行›内容不对‹：{text}›。", "‹Row {row}: ›something is wrong‹: {text}›."
    ),
    "file_untitled": Text(
        "‹第 {row} 行：›有内容的格子上面没有列名。请补上列名，或删掉这些内容。",
        "‹Row {row}: ›a cell with content has no title above it. Give the column a title, or empty"
        " it.",
    ),
    "file_key_long": Text(
        "‹第 {row} 行：›编号太长‹，最多 {most} 个字›。",
        "‹Row {row}: ›the key is too long‹: {most} characters at most›.",
    ),
    "file_differs": Text(
        "‹第 {row} 行：›同一编号‹（{key}）›的各行，这一列‹（{column}）›要写得一样。",
        "‹Row {row}: ›the rows of one key‹ ({key}) ›must say the same in the column‹ {column}›.",
    ),
    "file_yes_no": Text(
        "提交这一列写 是 或 否‹，不能写「{text}」›。",
        "In the column submit write yes or no‹, not “{text}”›.",
    ),
    "table_empty": Text("文件是空的。请重新导出。", "The file is empty. Please export it again."),
    "table_broken": Text(
        "文件已损坏，或者不是表格‹（{kind}）›。请在 Excel 里打开，另存为 .xlsx 或 .csv。",
        "The file is damaged, or no table‹ ({kind})›. Open it in Excel and save it as .xlsx or"
        " .csv.",
    ),
    "table_locked": Text(
        "文件有密码，或者是旧的 .xls 格式。请去掉密码，另存为 .xlsx。",
        "The file has a password, or is an old .xls. Take the password away and save it as .xlsx.",
    ),
    "table_letters": Text(
        "‹第 {row} 行：›有读不出的文字，文件可能被截断或编码不对。请另存为 UTF-8 或 GBK 的 csv，"
        "或 xlsx。",
        "‹Row {row}: ›letters that cannot be read; the file may be cut off or in another encoding."
        " Save it as csv in UTF-8 or GBK, or as xlsx.",
    ),
    "table_quotes": Text(
        "‹第 {row} 行：›引号没有配对，后面的内容分不出列。请补上引号，或另存为 xlsx。",
        "‹Row {row}: ›a quote does not close, so that columns cannot be told. Close it, or save"
        " the file as xlsx.",
    ),
    "table_rows": Text(
        "表格太大‹，最多 {most} 行›。请拆成几个文件。",
        "The table is too large‹: {most} rows at most›. Please split it.",
    ),
    "table_cell": Text(
        "‹第 {row} 行：›内容太多‹：一格最多 {most} 个字，一行最多 {columns} 列›。",
        "‹Row {row}: ›too much in it‹: {most} characters a cell and {columns} columns at most›.",
    ),
    "table_digits": Text(
        "‹第 {row} 行：›有超过 15 位的数字，Excel 已经丢了后面几位。请把这一列设为文本，重新填写。",
        "‹Row {row}: ›a number of more than 15 digits, of which Excel has lost the last. Make the"
        " column text and enter it again.",
    ),
    "table_formula": Text(
        "‹第 {row} 行：›公式没有算出值‹（{text}）›。请在 Excel 里打开并保存，或粘贴为数值。",
        "‹Row {row}: ›a formula without a value‹ ({text})›. Open the file in Excel and save it, or"
        " paste values.",
    ),
    "file_key_reused": Text(
        "这个编号已用于‹ {number}›，内容不同。要新建单据请换编号。",
        "This key has led to‹ {number} ›with another content; use a new key for a new claim.",
    ),
    "unknown_employee": Text(
        "没有这个员工‹：{employee}›。请填 company.yaml 里的 id，或不重名的姓名。",
        "There is no such employee‹: {employee}›; give the id of the company file, or a name that"
        " only one has.",
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
