// DingTalk's cards, drawn from the variables that were sent: Chit's own template (contract §5) and
// the built-in AI-markdown card.

import { anchor, el, icon, list, parsed, two } from "./dom.js";
import { markdown } from "./markdown.js";
import { askReason, presser, wantsReason } from "./press.js";

// While a click is worked on, the template hides its buttons.
const PROCESSING = "processing";
const DANGER = /danger|red|warn/i;
const PRIMARY = /primary|blue|main/i;

export function drawDingTalk(view, press) {
  const map = view.body.cardParamMap ?? {};
  const card = el("article", { class: "card dt", "data-card": view.id, tabindex: "-1" });
  const act = presser(card, press);
  const builtIn = "msgContent" in map || "sys_full_json_obj" in map;
  card.append(...(builtIn ? aiMarkdown(map, act) : contract(map, card, act)));
  if (view.state === "disabled") card.classList.add("off");
  return card;
}

function tone(style) {
  if (DANGER.test(style ?? "")) return "danger";
  return PRIMARY.test(style ?? "") ? "primary" : "plain";
}

function contract(map, card, act) {
  return [
    head(map),
    facts(list(parsed(map.facts, []))),
    lines(list(parsed(map.lines, []))),
    warnings(list(parsed(map.warnings, []))),
    map.status === PROCESSING ? null : actions(list(parsed(map.actions, [])), card, act),
    map.link ? el("p", { class: "card-link" }, anchor(map.link, ...two("查看详情", "Details"), icon("arrow"))) : null,
  ].filter(Boolean);
}

function head(map) {
  return el("header", { class: "card-head" },
    el("div", { class: "card-titles" },
      el("h3", {}, map.title ?? ""),
      map.subtitle ? el("p", {}, map.subtitle) : null),
    map.status_text
      ? el("span", { class: "pill", "data-status": map.status ?? "" }, map.status_text)
      : null);
}

function facts(rows) {
  if (!rows.length) return null;
  return el("dl", { class: "facts" }, rows.flatMap((row) => [
    el("dt", {}, text(row.k)), el("dd", {}, text(row.v)),
  ]));
}

// The contract fixes that lines are JSON, not their keys: category, amount and doubt have places of
// their own, whatever else a line says follows in a row.
function lines(rows) {
  if (!rows.length) return null;
  return el("ul", { class: "lines" }, rows.map((row) => {
    if (typeof row !== "object" || row === null) return el("li", {}, text(row));
    const { category, amount, doubt, ...more } = row;
    const rest = Object.values(more).filter(Boolean).map(text).join(" · ");
    return el("li", {},
      el("span", { class: "line-name" }, text(category)),
      el("span", { class: "line-amount" }, text(amount)),
      rest ? el("span", { class: "line-rest" }, rest) : null,
      doubt ? el("span", { class: "line-rest line-doubt" }, text(doubt)) : null);
  }));
}

// A sign before a warning becomes an icon: phones without emoji show it as well.
function warnings(texts) {
  if (!texts.length) return null;
  return el("ul", { class: "warnings" }, texts.map((each) => {
    const [, sign, words] = text(each).match(/^([⚠⛔]\uFE0F?)?\s*(.*)$/su);
    return el("li", { class: sign?.startsWith("⛔") ? "blocks" : null }, icon("warn"), el("span", {}, words));
  }));
}

function actions(rows, card, act) {
  if (!rows.length) return null;
  return el("div", { class: "presses" }, rows.map((row) => {
    const button = el("button", { type: "button", class: `press ${tone(row.style)}`, "data-action": row.id }, text(row.text));
    const token = { token: row.token };
    button.addEventListener("click", () =>
      wantsReason(row.id)
        ? askReason(card, row.id, (confirm, inputs) => act(confirm, row.id, { ...token, inputs }))
        : act(button, row.id, token));
    return button;
  }));
}

const ORDER = ["msgTitle", "msgContent", "staticMsgContent", "msgButtons"];

function aiMarkdown(map, act) {
  const full = parsed(map.sys_full_json_obj, {});
  const order = list(full.order).length ? list(full.order) : ORDER;
  const parts = {
    msgTitle: () => map.msgTitle ? el("header", { class: "card-head" }, el("h3", {}, map.msgTitle)) : null,
    msgContent: () => map.msgContent ? markdown(map.msgContent) : null,
    staticMsgContent: () => map.staticMsgContent ? markdown(map.staticMsgContent) : null,
    msgButtons: () => messageButtons(list(full.msgButtons), act),
  };
  return order.map((name) => parts[name]?.()).filter(Boolean);
}

// Only `request: true` calls back; the button's id is all that comes back (no inputs, no token).
function messageButtons(rows, act) {
  if (!rows.length) return null;
  return el("div", { class: "presses" }, rows.map((row) => {
    if (!row.request) return el("span", { class: "press plain" }, anchor(row.url ?? "", text(row.text)));
    const button = el("button", { type: "button", class: `press ${tone(row.color)}`, "data-action": row.id }, text(row.text));
    button.addEventListener("click", () => act(button, row.id));
    return button;
  }));
}

function text(value) {
  return value === null || value === undefined ? "" : String(value);
}
