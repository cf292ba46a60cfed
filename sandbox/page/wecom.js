// WeCom's template cards, drawn from the JSON that was sent.

import { anchor, el, icon, list, two } from "./dom.js";
import { presser } from "./press.js";

const TONES = { 1: "primary", 2: "danger", 3: "soft", 4: "plain" };
const SOURCE_COLOURS = ["grey", "black", "red", "green"];

export function drawWeCom(view, press) {
  const body = view.body;
  const card = el("article", { class: "card wc", "data-card": view.id, tabindex: "-1" });
  const act = presser(card, press);
  const off = view.state === "disabled";
  const choice = selection(body.button_selection, off);
  card.append(...[
    source(body.source),
    title(body.main_title),
    emphasis(body.emphasis_content),
    quote(body.quote_area),
    body.sub_title_text ? el("p", { class: "wc-sub" }, body.sub_title_text) : null,
    vertical(list(body.vertical_content_list)),
    horizontal(list(body.horizontal_content_list)),
    jumps(list(body.jump_list)),
    choice,
    buttons(view, off, choice, act),
    whole(body),
  ].filter(Boolean));
  if (off) card.classList.add("off");
  return card;
}

function source(part) {
  if (!part?.desc) return null;
  return el("p", { class: "wc-source", "data-colour": SOURCE_COLOURS[part.desc_color ?? 0] },
    el("img", { src: "/page/icon.svg", alt: "", width: 16, height: 16 }), part.desc);
}

function title(part) {
  if (!part?.title && !part?.desc) return null;
  return el("header", { class: "wc-title" },
    part.title ? el("h3", {}, part.title) : null,
    part.desc ? el("p", {}, part.desc) : null);
}

function emphasis(part) {
  if (!part?.title) return null;
  return el("div", { class: "wc-emphasis" },
    el("strong", {}, part.title), part.desc ? el("span", {}, part.desc) : null);
}

function quote(part) {
  if (!part?.title && !part?.quote_text) return null;
  return el("blockquote", { class: "wc-quote" },
    part.title ? el("strong", {}, part.title) : null,
    part.quote_text ? el("span", {}, part.quote_text) : null);
}

function vertical(rows) {
  if (!rows.length) return null;
  return el("div", { class: "wc-vertical" }, rows.map((row) =>
    el("p", {}, el("strong", {}, row.title ?? ""), el("span", {}, row.desc ?? ""))));
}

function horizontal(rows) {
  if (!rows.length) return null;
  return el("dl", { class: "facts" }, rows.flatMap((row) => [
    el("dt", {}, row.keyname ?? ""),
    el("dd", { class: row.type === 3 ? "member" : null },
      row.type === 1 ? anchor(row.url ?? "", row.value ?? row.url ?? "") : row.value ?? row.userid ?? ""),
  ]));
}

function jumps(rows) {
  if (!rows.length) return null;
  return el("ul", { class: "wc-jumps" }, rows.map((row) =>
    el("li", {}, row.type === 1 ? anchor(row.url ?? "", row.title ?? "", icon("arrow")) : row.title ?? "")));
}

function selection(part, off) {
  if (!part || !list(part.option_list).length) return null;
  const options = list(part.option_list).map((option) =>
    el("option", { value: option.id, selected: option.id === part.selected_id }, option.text ?? ""));
  return el("label", { class: "wc-choice" },
    el("span", {}, part.title ?? ""),
    el("select", { "data-key": part.question_key, disabled: off || Boolean(part.disable) }, options));
}

// A card that was answered shows the words that replaced its buttons; one without stays grey.
function buttons(view, off, choice, act) {
  const rows = list(view.body.button_list);
  const submit = view.body.submit_button;
  const all = submit ? [...rows, { ...submit, style: 1 }] : rows;
  if (view.replace_name) {
    return el("div", { class: "presses" }, el("p", { class: "press replaced" }, view.replace_name));
  }
  if (!all.length) return null;
  const few = all.length <= 2 ? "presses few" : "presses";
  return el("div", { class: few }, all.map((row) => one(row, off, choice, act)));
}

function one(row, off, choice, act) {
  const look = `press ${TONES[row.style ?? 1] ?? "primary"}`;
  if (row.type === 1) return el("span", { class: look }, anchor(row.url ?? "", row.text ?? ""));
  const button = el("button", { type: "button", class: look, "data-action": row.key, disabled: off }, row.text ?? "");
  button.addEventListener("click", () => act(button, row.key, { inputs: chosen(choice) }));
  return button;
}

function chosen(choice) {
  const select = choice?.querySelector("select");
  return select ? { [select.dataset.key]: select.value } : {};
}

function whole(body) {
  if (!body.card_action?.url) return null;
  return el("p", { class: "card-link" }, anchor(body.card_action.url, ...two("查看详情", "Details"), icon("arrow")));
}
