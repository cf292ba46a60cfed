// The sandbox's JSON API. A refusal becomes an Error whose message a person can read.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.message ?? body.error ?? `HTTP ${response.status}`);
  return body;
}

export async function get(path, query = {}) {
  const search = new URLSearchParams(query).toString();
  return answer(await fetch(search ? `${path}?${search}` : path, { cache: "no-store" }));
}

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export const send = (platform, user, text) => post("/sandbox/send", { platform, user, text });

export const click = (platform, user, card, press) =>
  post("/sandbox/click", { platform, user, card, ...press });

export async function upload(platform, user, file) {
  const form = new FormData();
  form.append("platform", platform);
  form.append("user", user);
  form.append("file", file, file.name);
  return answer(await fetch("/sandbox/upload", { method: "POST", body: form }));
}

export async function fetchSample(sample) {
  const response = await fetch(sample.url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const data = await response.blob();
  return new File([data], sample.name, { type: data.type });
}

// Calls back with {platform, user} at each change, and with true or false as the line opens or drops.
export function listen(onChange, onLine) {
  const source = new EventSource("/sandbox/stream");
  source.onopen = () => onLine(true);
  source.onerror = () => onLine(false);
  source.onmessage = (event) => onChange(JSON.parse(event.data));
}
