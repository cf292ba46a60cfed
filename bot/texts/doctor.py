"""What the doctor says: what was found, and what to do about it."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "config_ok": Text("配置可用‹（{path}）›", "the settings can be used‹ ({path})›"),
    "config_fault": Text("配置有误‹：{fault}›", "a setting cannot be used‹: {fault}›"),
    "config_open": Text(
        "这台机器上的其他用户能读到密钥，请执行 chmod 600‹ {path}›",
        "other users of this machine can read the secrets; run chmod 600‹ {path}›",
    ),
    "token_twice": Text(
        "API 令牌‹ {token} ›与另一个重名或相同，请换一个",
        "the API token‹ {token}› has the name or the value of another; give it its own",
    ),
    "token_without_scope": Text(
        "API 令牌‹ {token} ›没有任何权限，请在 scopes 里写上它要做的事",
        "the API token‹ {token}› may do nothing; list what it is for in `scopes`",
    ),
    "files_ok": Text("原件存放处可读写‹（{url}）›", "originals can be kept‹ at {url}›"),
    "files_unwritable": Text(
        "原件存放处不能读写‹：{error}›。请检查 [files] url 和目录权限",
        "originals cannot be kept‹: {error}›. Check [files] url and the rights on the folder",
    ),
    "disk_low": Text(
        "磁盘只剩‹ {megabytes} MB›，请清理或扩容",
        "only‹ {megabytes} MB› of disk are left; free or add some",
    ),
    "folder_ok": Text("文件夹可以读写‹（{path}）›", "the folder can be written‹ ({path})›"),
    "folder_unwritable": Text(
        "文件夹不能写‹（{path}）›‹：{error}›，请建立它，并让运行小票的用户可以读写",
        "the folder cannot be written‹ ({path})›‹: {error}›; make it, and let the user of chit"
        " write there",
    ),
    "folder_waits": Text(
        "‹{path} 里›有‹ {count} 个›文件等了一个多小时：看服务有没有在运行、控制文件有没有到，"
        "以及日志里的 file_waits",
        "‹{count} ›files have waited for more than an hour‹ in {path}›: see that the service runs,"
        " that control files come, and file_waits in the log",
    ),
    "server_of_files": Text(
        "文件服务器用不了‹：{error}›，请检查地址、密钥或密码、known_hosts 和文件夹",
        "the server of files cannot be used‹: {error}›; look at its address, key or password,"
        " known_hosts and the folder",
    ),
    "templates_ok": Text(
        "文件格式的模板可用‹（{path}）›", "the forms of files can be used‹ ({path})›"
    ),
    "templates_missing": Text(
        "没有模板文件夹‹ {path}›，请建立它，或去掉 [files] templates",
        "there is no folder of templates‹ {path}›; make it, or take [files] templates away",
    ),
    "bad_template": Text(
        "模板‹ {file} ›不能用‹：{text}›；改好后用 chit payments check"
        " 或 chit vouchers check 试一下",
        "the template‹ {file}› cannot be used‹: {text}›; mend it and try it with"
        " chit payments check or chit vouchers check",
    ),
    "database_ok": Text("数据库可用‹（{kind}）›", "the database answers‹ ({kind})›"),
    "database_missing": Text(
        "还没有数据库‹ {path}›；chit migrate 或 chit serve 会建立它",
        "there is no database yet‹ at {path}›; chit migrate or chit serve makes it",
    ),
    "database_down": Text(
        "数据库没有应答‹：{error}›。请检查 [database] url、账号和网络",
        "the database does not answer‹: {error}›. Check [database] url, the account, the network",
    ),
    "schema_old": Text(
        "数据库结构还差‹ {count} 步›，请执行 chit migrate",
        "the schema is‹ {count} steps› behind; run chit migrate",
    ),
    "company_none": Text(
        "还没有公司资料，请执行 chit company apply company.yaml",
        "there is no company yet; run chit company apply company.yaml",
    ),
    "company_ok": Text(
        "公司资料：‹{people} 人›‹，{budgets} 个预算›‹，{flows} 条审批流›",
        "the company:‹ {people} people›‹, {budgets} budgets›‹, {flows} flows›",
    ),
    "no_flow": Text(
        "没有审批流，谁都不能提交；请在 company.yaml 的 flows 里写一条",
        "there is no flow, so nobody can submit; write one under `flows` in company.yaml",
    ),
    "nobody_finance": Text(
        "没有人是财务（finance），role:finance 的步骤会停住",
        "nobody has the role finance; steps with role:finance come to a halt",
    ),
    "nobody_cashier": Text(
        "没有人是出纳（cashier），通过的单据没有人收到付款卡片",
        "nobody has the role cashier; nobody gets the card to pay what is approved",
    ),
    "nobody_admin": Text(
        "没有人是管理员（admin），出问题时没有人会被告知",
        "nobody has the role admin; nobody is told when something is stuck",
    ),
    "nobody_reaches": Text(
        "这些人没有已启用平台的账号，收不到消息‹：{people}›",
        "these people have no id in an enabled messenger and hear nothing‹: {people}›",
    ),
    "no_account": Text(
        "这些人没有银行账号，付款文件里会缺‹：{people}›",
        "these people have no bank account, which payment files need‹: {people}›",
    ),
    "no_ledger_account": Text(
        "这些类别没有科目，会计凭证会等着‹：{categories}›。请在 company.yaml 补上 account",
        "these categories have no ledger account, so their vouchers will wait‹: {categories}›. Add"
        " their account to company.yaml",
    ),
    "no_messenger": Text(
        "钉钉和企业微信都没有启用，请在 [dingtalk] 或 [wecom] 里写 enabled = true",
        "neither DingTalk nor WeCom is enabled; set enabled = true in [dingtalk] or [wecom]",
    ),
    "template_missing": Text(
        "没有 card_template_id，用钉钉自带的卡片；按文档导入模板后更好看、能填理由",
        "no card_template_id: the built-in card is used; the imported template looks better",
    ),
    "corp_missing": Text(
        "没有 corp_id，不核对消息来自哪个组织；请填上",
        "no corp_id: the organisation of a sender is not checked; fill it in",
    ),
    "offline": Text("没有联网检查（--offline）", "not asked (--offline)"),
    "bot_not_asked": Text(
        "智能机器人不做连接检查：第二条连接会挤掉正在用的那条",
        "the bot is not connected to: a second connection would push out the one in use",
    ),
    "messenger_ok": Text("账号有效，可以调用", "knows our credentials and lets us call"),
    "messenger_refused": Text(
        "拒绝了我们‹：{error}›。请核对账号、密钥和应用的权限",
        "refused us‹: {error}›. Check the credentials and the application's permissions",
    ),
    "messenger_unreachable": Text(
        "连不上‹：{error}›。请检查网络、代理和防火墙",
        "cannot be reached‹: {error}›. Check the network, the proxy, the firewall",
    ),
    "wecom_secret": Text(
        "secret 不对，请到应用详情页重新查看‹（{error}）›",
        "the secret is wrong; look it up on the application's page‹ ({error})›",
    ),
    "wecom_corp_id": Text(
        "corp_id 不对，请到「我的企业」页面底部核对‹（{error}）›",
        "the corp_id is wrong; compare it with the foot of the company's page‹ ({error})›",
    ),
    "wecom_ip": Text(
        "这台机器的公网 IP 不在「企业可信 IP」里，请加上，约一分钟后生效‹（{error}）›",
        "this machine's public IP is not among the trusted ones (企业可信 IP); add it, it takes "
        "about a minute‹ ({error})›",
    ),
    "wecom_agent": Text(
        "agent_id 和 secret 不是同一个应用的，或应用没有权限‹（{error}）›",
        "agent_id and secret belong to different applications, or it lacks a right‹ ({error})›",
    ),
    "system_ok": Text(
        "用作‹ {roles}›‹；能力：{can}›‹；限速 {rate}›‹；未经实测：{unverified}›",
        "used for‹ {roles}›‹; abilities: {can}›‹; rate {rate}›‹; not tried yet: {unverified}›",
    ),
    "address_missing": Text(
        "没有 [server] public_url，卡片里的链接只在本机能打开",
        "no [server] public_url: links in cards open on this machine only",
    ),
    "address_plain": Text(
        "public_url 不是 https，登录信息会明文传输‹（{url}）›",
        "public_url is not https, so sign-ins travel in the clear‹ ({url})›",
    ),
    "address_ok": Text("可以访问‹：{url}›", "answers‹: {url}›"),
    "address_silent": Text(
        "没有应答‹：{url}›。服务没有启动，或者域名、反向代理没有指到这里",
        "does not answer‹: {url}›. The service is not running, or the proxy does not lead here",
    ),
    "clock_ok": Text("时钟准确", "the clock is right"),
    "clock_off": Text(
        "时钟差了‹ {seconds} 秒›，签名会被拒绝；请打开 NTP 对时",
        "the clock is‹ {seconds} s› off, so signatures are refused; turn NTP on",
    ),
}
