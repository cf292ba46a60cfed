// The messages of one phone. Each is drawn again only when it has changed, so that a half-written
// reason or an open list survives the news around it.

import { drawDingTalk } from "./dingtalk.js";
import { el, icon } from "./dom.js";
import { markdown } from "./markdown.js";
import { drawWeCom } from "./wecom.js";

const PAUSE_MS = 5 * 60 * 1000;
const NEAR_END_PX = 120;

export class Chat {
  constructor(press) {
    this.press = press;
    this.drawn = new Map();
    this.stuck = true;
    const scroll = () => { this.stuck = this.atEnd(); };
    this.node = el("ol", { class: "chat", role: "log", "aria-live": "polite", tabindex: "0", on: { scroll } });
    // Pictures come after their places: a chat that stood at its end stays there (load does not bubble).
    this.node.addEventListener("load", () => this.stuck && this.toEnd(true), true);
  }

  clear() {
    this.drawn.clear();
    this.node.replaceChildren();
  }

  show(items) {
    const first = this.drawn.size === 0;
    this.stuck = this.stuck || items.length !== this.drawn.size;
    const kept = new Set(items.map((item) => item.id));
    for (const [id, { node }] of this.drawn) {
      if (!kept.has(id)) {
        node.remove();
        this.drawn.delete(id);
      }
    }
    let before = null;
    for (const item of items) {
      this.place(item, before);
      before = item;
    }
    this.node.classList.toggle("empty", items.length === 0);
    if (!items.length) this.node.replaceChildren(welcome());
    else this.node.querySelector(".welcome")?.remove();
    if (this.stuck) this.toEnd(first);
  }

  place(item, before) {
    const look = JSON.stringify([item, before?.at]);
    const old = this.drawn.get(item.id);
    if (old?.look === look) return;
    const node = this.draw(item, before);
    if (old) {
      const focused = old.node.contains(document.activeElement);
      old.node.replaceWith(node);
      if (focused) node.querySelector(".card")?.focus({ preventScroll: true });
    } else {
      this.node.append(node);
    }
    this.drawn.set(item.id, { look, node });
  }

  draw(item, before) {
    const at = new Date(item.at);
    const pause = !before || at - new Date(before.at) > PAUSE_MS;
    return el("li", { class: `message from-${item.from} is-${item.kind}`, "data-id": item.id },
      pause ? el("time", { class: "stamp", datetime: at.toISOString() }, clock(at)) : null,
      el("div", { class: "row" },
        item.from === "bot" ? el("img", { class: "face", src: "/page/icon.svg", alt: "小票 Chit" }) : null,
        el("div", { class: "content" }, this.body(item))));
  }

  body(item) {
    if (item.kind === "card" && item.card) return this.card(item.card);
    if (item.kind === "markdown") return el("div", { class: "bubble" }, markdown(item.text));
    if (item.kind === "image") return picture(item);
    if (item.kind === "file") return file(item);
    return el("p", { class: "bubble" }, item.text ?? "");
  }

  card(view) {
    const press = (action, extra) => this.press(view.id, { action, ...extra });
    const card = view.platform === "wecom" ? drawWeCom(view, press) : drawDingTalk(view, press);
    return view.notice ? [card, el("p", { class: "notice" }, view.notice)] : card;
  }

  atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END_PX;
  }

  toEnd(atOnce) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const behavior = atOnce || calm ? "instant" : "smooth";
    requestAnimationFrame(() => this.node.scrollTo({ top: this.node.scrollHeight, behavior }));
  }
}

function welcome() {
  return el("li", { class: "welcome" },
    el("img", { src: "/page/icon.svg", alt: "", width: 44, height: 44 }),
    el("p", {}, "发一张发票，或直接写「打车 45 昨天 去客户现场」"),
    el("p", { lang: "en", class: "en" }, "Send an invoice, or type an expense"));
}

function picture(item) {
  const image = el("img", { src: item.url, alt: item.name || "图片 Picture" });
  return [
    el("a", { class: "picture", href: item.url, target: "_blank", rel: "noopener" }, image),
    item.text ? el("p", { class: "bubble" }, item.text) : null,
  ];
}

function file(item) {
  const ending = (item.name ?? "").split(".").pop().slice(0, 4).toUpperCase();
  return el("a", { class: "file", href: item.url, target: "_blank", rel: "noopener", download: item.name },
    el("span", { class: "file-name" }, item.name ?? ""),
    el("span", { class: "file-kind", "data-kind": ending }, icon("file"), ending));
}

export function clock(at) {
  return at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

