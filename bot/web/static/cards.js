// Opens the WeChat wallet inside WeCom, sends what was picked, then asks what became of it.

const page = document.getElementById("cards");
const words = page.dataset;
const list = document.getElementById("told");
const choose = document.getElementById("choose");
const POLL_MS = 1500;
const LONGEST_POLL_MS = 15000;
const TRIES = 3;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function say(text, state) {
  const row = document.createElement("li");
  row.className = "upload what";
  row.dataset.state = state;
  row.textContent = text;
  list.prepend(row);
  return row;
}

function sign() {
  return { timestamp: words.timestamp, nonceStr: words.nonce, signature: words.signature };
}

async function pick() {
  const answer = await window.ww.chooseInvoice({
    timestamp: words.timestamp,
    nonceStr: words.nonce,
    signType: "SHA1",
    cardSign: words.cardSign,
  });
  const chosen = answer.choose_invoice_info ?? answer.chooseInvoiceInfo ?? "[]";
  return typeof chosen === "string" ? JSON.parse(chosen) : chosen;
}

// The id stays the same over all tries: a choice whose answer was lost on the way counts once.
async function deliver(cards) {
  const body = JSON.stringify({ id: newId(), cards });
  const headers = { "Content-Type": "application/json" };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(words.url, { method: "POST", headers, body });
      if (answer.status < 500 || attempt === TRIES) return answer;
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
    await pause(1000 * attempt);
  }
}

async function follow(id, row) {
  for (let wait = POLL_MS; ; wait = Math.min(wait * 1.3, LONGEST_POLL_MS)) {
    await pause(wait);
    try {
      const answer = await fetch(`${words.url}/${id}`);
      if (answer.status === 401) return location.reload();
      const told = answer.ok ? await answer.json() : { state: "waiting" };
      if (told.state !== "waiting") return settle(told, row);
    } catch {
      // Offline for a moment: the choice is safe, so it is asked for again.
    }
  }
}

function settle(told, row) {
  row.dataset.state = told.state;
  row.textContent = told.state === "on_draft" ? words.onDraft : words.refused;
  if (told.link) {
    const link = document.createElement("a");
    link.href = told.link;
    link.textContent = ` ${told.claim}`;
    row.append(link);
  }
  for (const note of told.notes ?? []) say(note, "refused");
}

choose.addEventListener("click", async () => {
  if (!window.ww) return say(words.inside, "failed");
  choose.disabled = true;
  try {
    const cards = await pick();
    if (cards.length === 0) return;
    const answer = await deliver(cards);
    if (answer.status === 401) return location.reload();
    if (answer.status !== 202) return say(words.failed, "failed");
    follow((await answer.json()).id, say(words.waiting, "waiting"));
  } catch (error) {
    if (!String(error?.errMsg ?? "").includes("cancel")) say(words.failed, "failed");
  } finally {
    choose.disabled = false;
  }
});

window.ww?.register({
  corpId: words.corp,
  jsApiList: ["chooseInvoice"],
  getConfigSignature: sign,
});
