// Sends the chosen files one after another, shows how far each is, then asks what became of it.

const page = document.getElementById("uploads");
const words = page.dataset;
const list = document.getElementById("files");
const warning = document.getElementById("warning");
const MAX_FILES = Number(words.maxFiles);
const MAX_BYTES = Number(words.maxBytes);
const TRIES = 3;
const POLL_MS = 1500;
const LONGEST_POLL_MS = 15000;
const REASONS = { too_large: words.tooLarge, empty: words.empty, no_messenger: words.noMessenger };
const STATES = { on_draft: words.onDraft, not_an_invoice: words.notAnInvoice, refused: words.refused };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let queue = Promise.resolve();

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function addRow(file) {
  const row = element("li", "upload");
  const name = element("span", "row");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const what = element("span", "dim what", words.sending);
  name.append(element("b", "", file.name), element("span", "dim", megabytes(file.size)));
  row.append(name, bar, what);
  list.prepend(row);
  return { row, bar, what };
}

function megabytes(size) {
  return size < 1e6 ? `${Math.ceil(size / 1024)} KB` : `${(size / 1048576).toFixed(1)} MB`;
}

function send(upload, file, bar) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("upload", upload);
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", words.url);
    request.responseType = "json";
    request.upload.onprogress = (e) => { if (e.lengthComputable) bar.value = e.loaded / e.total; };
    request.onload = () => resolve({ status: request.status, body: request.response || {} });
    request.onerror = () => reject(new Error("network"));
    request.send(form);
  });
}

// The id stays the same over all tries: a file whose answer was lost on the way counts once.
async function deliver(upload, file, bar) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await send(upload, file, bar);
      if (answer.status < 500 || attempt === TRIES) return answer;
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
    await pause(1000 * attempt);
  }
}

async function upload(id, file, shown) {
  shown.row.dataset.state = "sending";
  shown.what.textContent = words.sending;
  let answer = { status: 0, body: {} };
  try {
    answer = await deliver(id, file, shown.bar);
  } catch {
    answer.status = 0;
  }
  if (answer.status === 401) return location.reload();
  if (answer.status !== 202) return fail(id, file, shown, answer.body.error);
  shown.bar.value = 1;
  shown.row.dataset.state = "waiting";
  shown.what.textContent = words.waiting;
  follow(answer.body.id, shown);
}

function fail(id, file, shown, reason) {
  shown.row.dataset.state = "failed";
  shown.bar.hidden = true;
  if (REASONS[reason]) {
    shown.what.textContent = REASONS[reason];
    return;
  }
  const again = element("button", "quiet", words.failed);
  again.type = "button";
  again.addEventListener("click", () => {
    shown.bar.hidden = false;
    enqueue(id, file, shown);
  });
  shown.what.replaceChildren(again);
}

async function follow(id, shown) {
  for (let wait = POLL_MS; ; wait = Math.min(wait * 1.3, LONGEST_POLL_MS)) {
    await pause(wait);
    try {
      const answer = await fetch(`${words.url}/${id}`, { headers: { Accept: "application/json" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) continue;
      const told = await answer.json();
      if (told.state !== "waiting") return settle(told, shown);
    } catch {
      // Offline for a moment: the file is safe, so it is asked for again.
    }
  }
}

function settle(told, shown) {
  shown.row.dataset.state = told.state;
  shown.bar.hidden = true;
  shown.what.textContent = STATES[told.state] ?? words.refused;
  if (told.link) {
    const link = element("a", "number", ` ${told.claim}`);
    link.href = told.link;
    shown.what.append(link);
  }
  for (const note of told.notes ?? []) shown.row.append(element("span", "doubt", note));
}

function enqueue(id, file, shown) {
  queue = queue.then(() => upload(id, file, shown));
}

function pick(event) {
  const chosen = Array.from(event.target.files);
  event.target.value = "";
  warning.hidden = chosen.length <= MAX_FILES;
  warning.textContent = words.tooMany;
  for (const file of chosen.slice(0, MAX_FILES)) {
    const shown = addRow(file);
    const id = newId();
    if (file.size > MAX_BYTES) fail(id, file, shown, "too_large");
    else if (file.size === 0) fail(id, file, shown, "empty");
    else enqueue(id, file, shown);
  }
}

for (const name of ["camera", "chooser"]) {
  document.getElementById(name).addEventListener("change", pick);
}
