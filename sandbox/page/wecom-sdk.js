// A stand-in for WeCom's JS-SDK: what a page may call of it to pick invoices, and nothing else.
// Like the real one it checks both signatures, and shows the wallet over the page.

const DESK = /*DESK*/ null;
const encoder = new TextEncoder();

async function sha1(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", encoder.encode(text)));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

let registered = null;

function refuse(errMsg) {
  return Promise.reject({ errCode: -1, errMsg });
}

function register(options) {
  registered = options;
}

async function admitted(call) {
  if (!registered?.jsApiList?.includes(call)) return "no permission";
  if (registered.corpId !== DESK.corpId) return "invalid corpid";
  const url = location.href.split("#")[0];
  const given = await registered.getConfigSignature(url);
  const text = `jsapi_ticket=${DESK.jsapiTicket}&noncestr=${given.nonceStr}&timestamp=${given.timestamp}&url=${url}`;
  return (await sha1(text)) === given.signature ? "" : "invalid signature";
}

async function signed(asked) {
  if (asked.signType !== "SHA1") return false;
  const parts = [DESK.cardTicket, DESK.corpId, "INVOICE", String(asked.timestamp), asked.nonceStr];
  return (await sha1(parts.sort().join(""))) === asked.cardSign;
}

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
}

function row(card, parent) {
  const label = element("label", "", parent);
  const box = element("input", "", label);
  box.type = "checkbox";
  box.value = card.card_id;
  element("span", ` ${card.payee} ¥${(card.fee / 100).toFixed(2)}`, label);
  label.style.display = "block";
  label.style.padding = "12px";
  return box;
}

function wallet() {
  return new Promise((resolve, reject) => {
    const sheet = element("dialog", "", document.body);
    sheet.setAttribute("aria-label", "微信卡包（沙盒）");
    element("h2", "微信卡包 · Wallet (sandbox)", sheet);
    if (DESK.cards.length === 0) element("p", "没有可用的发票 · Nothing here", sheet);
    const boxes = DESK.cards.map((card) => row(card, sheet));
    const done = element("button", "确定 · OK", sheet);
    const back = element("button", "取消 · Cancel", sheet);
    done.addEventListener("click", () => {
      sheet.remove();
      const ids = boxes.filter((b) => b.checked).map((b) => b.value);
      resolve(DESK.cards.filter((card) => ids.includes(card.card_id)));
    });
    back.addEventListener("click", () => {
      sheet.remove();
      reject({ errCode: 1, errMsg: "chooseInvoice:cancel" });
    });
    sheet.showModal();
  });
}

async function chooseInvoice(asked) {
  const fault = await admitted("chooseInvoice");
  if (fault) return refuse(`chooseInvoice:fail, ${fault}`);
  if (!(await signed(asked))) return refuse("chooseInvoice:fail, invalid cardSign");
  const chosen = (await wallet()).map((card) => ({
    card_id: card.card_id,
    encrypt_code: card.encrypt_code,
    app_id: "wx-sandbox",
  }));
  return { errCode: 0, errMsg: "chooseInvoice:ok", choose_invoice_info: JSON.stringify(chosen) };
}

window.ww = { register, chooseInvoice };
