// A small and safe Markdown: paragraphs, headings, lists, quotes, rules, bold, italics, code.
// Links stay text, and HTML is shown as it was written.

import { el } from "./dom.js";

const INLINE = /\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|`([^`]+)`|\[([^\]]*)\]\(([^)\s]*)\)/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(from, match.index));
    nodes.push(mark(match));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function mark([whole, bold, italic, code, label, target]) {
  if (bold !== undefined) return el("strong", {}, bold);
  if (italic !== undefined) return el("em", {}, italic);
  if (code !== undefined) return el("code", {}, code);
  return label === undefined ? whole : el("span", { class: "as-link", title: target }, label);
}

const BLOCKS = [
  [/^#{1,6}\s+(.*)$/, (text) => el("p", { class: "md-head" }, inline(text))],
  [/^(?:-{3,}|\*{3,})$/, () => el("hr")],
  [/^>\s?(.*)$/, (text) => el("blockquote", {}, inline(text))],
  [/^[-*+]\s+(.*)$/, (text) => el("p", { class: "md-item" }, inline(text))],
  [/^(\d+[.)]\s+.*)$/, (text) => el("p", { class: "md-number" }, inline(text))],
];

function line(text) {
  for (const [pattern, build] of BLOCKS) {
    const match = text.match(pattern);
    if (match) return build(match[1] ?? "");
  }
  return el("p", {}, inline(text));
}

export function markdown(text) {
  const lines = String(text ?? "").split(/\r?\n/).map((part) => part.trim());
  return el("div", { class: "md" }, lines.filter(Boolean).map(line));
}
