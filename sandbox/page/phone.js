// One phone: whose it is, their chat with the bot, and the foot to write in.

import { click, get, send, upload } from "./api.js";
import { Chat, clock } from "./chat.js";
import { Composer } from "./composer.js";
import { el, icon, two } from "./dom.js";

export const APPS = { dingtalk: ["钉钉", "DingTalk"], wecom: ["企业微信", "WeCom"] };

export class Phone {
  // `role` is the pair of words above the phone; `onPick(id)` tells that somebody else was chosen.
  constructor(root, { name, role, onPick, samples }) {
    this.name = name;
    this.onPick = onPick;
    this.person = null;
    this.platform = "dingtalk";
    this.asked = 0;
    this.chat = new Chat(async (card, press) => {
      await click(this.platform, this.user, card, press);
      await this.refresh();
    });
    this.composer = new Composer({
      say: (text) => this.after(send(this.platform, this.user, text)),
      attach: (file) => this.after(upload(this.platform, this.user, file)),
      samples,
    });
    this.picker = el("div", { class: "people", role: "radiogroup", "aria-label": `${role[0]} ${role[1]}` });
    this.owner = el("p", { class: "owner" });
    this.time = el("span", {}, clock(new Date()));
    root.append(
      el("div", { class: "seat-head" }, el("h2", {}, two(...role)), this.picker),
      el("div", { class: "phone" },
        el("div", { class: "statusbar", "aria-hidden": "true" }, this.time, this.owner, el("span", { class: "battery" })),
        el("header", { class: "chatbar" }, icon("back"),
          el("div", {}, el("strong", {}, "小票"), el("span", { class: "bot-tag" }, "机器人 Bot")), icon("more")),
        this.chat.node, this.composer.node, this.composer.sheet));
  }

  get user() {
    return this.person?.[this.platform] ?? "";
  }

  // Draws the row of people; `unread` holds the ids of those who have news and are on no phone.
  people(people, unread) {
    const focused = this.picker.contains(document.activeElement);
    this.picker.replaceChildren(...people.map((person) => this.chip(person, unread.has(person.id))));
    if (focused) this.picker.querySelector("input:checked")?.focus({ preventScroll: true });
  }

  chip(person, news) {
    const chosen = person.id === this.person?.id;
    const input = el("input", { type: "radio", name: `person-${this.name}`, value: person.id, checked: chosen,
      on: { change: () => this.onPick(person.id) } });
    const hint = `${person.name} ${person.title ?? ""}${news ? " · 有新消息 New message" : ""}`;
    return el("label", { class: news ? "person news" : "person", title: hint }, input,
      el("span", { class: "avatar", "data-hue": hue(person.id) }, person.name.slice(-1)),
      el("span", { class: "person-name" }, person.name),
      news ? el("span", { class: "sr" }, "有新消息 New message") : null);
  }

  async show(person, platform) {
    if (this.person?.id !== person.id || this.platform !== platform) this.chat.clear();
    this.person = person;
    this.platform = platform;
    this.owner.replaceChildren(`${person.name}${person.title ? ` · ${person.title}` : ""}`);
    await this.refresh();
  }

  async refresh() {
    if (!this.user) return this.chat.show([]);
    const asked = ++this.asked;
    const { items } = await get("/sandbox/messages", { platform: this.platform, user: this.user });
    if (asked !== this.asked) return undefined;
    this.time.textContent = clock(new Date());
    return this.chat.show(items);
  }

  async after(job) {
    await job;
    await this.refresh();
  }
}

function hue(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 6;
  return sum;
}
