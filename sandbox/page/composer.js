// The foot of a phone: writing, quick words, photos, files and the sheet of samples.

import { fetchSample } from "./api.js";
import { el, icon, toast, two } from "./dom.js";

const QUICK = [["提交", "Submit"], ["我的报销", "My claims"], ["待办", "To do"], ["预算", "Budget"], ["帮助", "Help"]];

export class Composer {
  // `say(text)` and `attach(file)` answer with promises; `samples()` gives the list of samples.
  constructor({ say, attach, samples }) {
    this.say = say;
    this.attach = attach;
    this.samples = samples;
    this.input = el("input", { type: "text", class: "write", name: "text", autocomplete: "off",
      enterkeyhint: "send", maxlength: 2000, "aria-label": "消息 Message", placeholder: "发消息 Message" });
    this.more = el("button", { type: "button", class: "round", "aria-expanded": "false",
      "aria-label": "附件与样例 Attach", on: { click: () => this.togglePanel() } }, icon("plus"));
    this.submit = el("button", { type: "submit", class: "round go", "aria-label": "发送 Send" }, icon("send"));
    this.panel = this.buildPanel();
    this.sheet = this.buildSheet();
    this.node = el("footer", { class: "foot" }, this.buildQuick(), this.buildForm(), this.panel);
  }

  buildQuick() {
    return el("div", { class: "quick" }, QUICK.map(([zh, en]) =>
      el("button", { type: "button", title: en, on: { click: () => this.work(() => this.say(zh)) } }, zh)));
  }

  buildForm() {
    const form = el("form", { class: "composer" }, this.input, this.more, this.submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (!text) return;
      this.input.value = "";
      form.classList.remove("filled");
      this.work(() => this.say(text));
    });
    this.input.addEventListener("input", () =>
      form.classList.toggle("filled", Boolean(this.input.value.trim())));
    return form;
  }

  buildPanel() {
    const picker = (accept, capture) => {
      const input = el("input", { type: "file", accept, capture, class: "hidden", tabindex: "-1", "aria-hidden": "true" });
      input.addEventListener("change", () => this.take(input));
      return input;
    };
    const photo = picker("image/*");
    const camera = picker("image/*", "environment");
    const file = picker(".pdf,.ofd,.xml,.zip,image/*");
    const choose = (name, zh, en, go) =>
      el("button", { type: "button", class: "choice", on: { click: go } },
        el("span", { class: "choice-icon" }, icon(name)), el("span", {}, zh), el("span", { lang: "en", class: "en" }, en));
    return el("div", { class: "panel", hidden: true },
      choose("sample", "样例发票", "Samples", () => this.openSheet()),
      choose("photo", "照片", "Photo", () => photo.click()),
      choose("camera", "拍照", "Camera", () => camera.click()),
      choose("file", "文件", "File", () => file.click()),
      photo, camera, file);
  }

  buildSheet() {
    const close = el("button", { type: "button", class: "round", "aria-label": "关闭 Close",
      on: { click: () => this.closeSheet() } }, icon("close"));
    this.choices = el("ul", { class: "samples" });
    const sheet = el("div", { class: "sheet", role: "dialog", "aria-label": "样例发票 Sample invoices", hidden: true },
      el("div", { class: "sheet-body" },
        el("header", {}, el("h3", {}, two("样例发票", "Samples")), close),
        this.choices,
        el("p", { class: "sheet-note" }, two("都是虚构的票据", "All made up"))));
    sheet.addEventListener("click", (event) => event.target === sheet && this.closeSheet());
    sheet.addEventListener("keydown", (event) => event.key === "Escape" && this.closeSheet());
    return sheet;
  }

  togglePanel(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
  }

  async openSheet() {
    this.togglePanel(false);
    this.sheet.hidden = false;
    await this.work(async () => {
      const samples = await this.samples();
      this.choices.replaceChildren(...samples.map((sample) => el("li", {}, this.sampleButton(sample))));
    });
    this.choices.querySelector("button")?.focus({ preventScroll: true });
  }

  closeSheet() {
    this.sheet.hidden = true;
    this.more.focus({ preventScroll: true });
  }

  sampleButton(sample) {
    const ending = sample.name.split(".").pop().toUpperCase();
    const thumb = /^(JPE?G|PNG)$/.test(ending)
      ? el("img", { src: sample.url, alt: "", loading: "lazy" })
      : el("span", { class: "file-kind", "data-kind": ending }, icon("file"), ending);
    const send = () => {
      this.closeSheet();
      this.work(async () => this.attach(await fetchSample(sample)));
    };
    return el("button", { type: "button", "data-sample": sample.name, on: { click: send } },
      el("span", { class: "thumb" }, thumb), el("span", { class: "sample-title" }, titled(sample.title)));
  }

  take(input) {
    const [file] = input.files;
    input.value = "";
    this.togglePanel(false);
    if (file) this.work(() => this.attach(file));
  }

  async work(job) {
    try {
      await job();
    } catch (error) {
      toast(error.message);
    }
  }
}

function titled(title) {
  return typeof title === "object" && title !== null ? two(title.zh ?? "", title.en ?? "") : [String(title ?? "")];
}
