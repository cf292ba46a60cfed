// Pressing a card's buttons: one press at a time, and a reason where the action wants one.

import { el, toast, two } from "./dom.js";

const RETURN = ["退回理由", "Reason to return"];
const WANTS_REASON = {
  reject: ["驳回理由", "Reason to reject"], return: RETURN, return_back: RETURN, return_anew: RETURN,
};

// `press(action, {token, inputs})` answers with a promise; meanwhile every button of the card waits.
export function presser(card, press) {
  return async (button, action, extra = {}) => {
    const buttons = card.querySelectorAll("button");
    for (const each of buttons) each.disabled = true;
    button.classList.add("busy");
    try {
      await press(action, extra);
    } catch (error) {
      toast(error.message);
    }
    // A change of the card draws it anew; where nothing changed, it can be pressed again.
    for (const each of buttons) each.disabled = false;
    button.classList.remove("busy");
  };
}

export function wantsReason(action) {
  return Object.hasOwn(WANTS_REASON, action);
}

// Opens a line for the reason under the buttons, as the form of the card's template does.
export function askReason(card, action, send) {
  card.querySelector(".reason")?.remove();
  const [zh, en] = WANTS_REASON[action];
  const input = el("input", { type: "text", name: "reason", required: true, maxlength: 200,
    placeholder: `${zh} ${en}`, "aria-label": `${zh} ${en}`, autocomplete: "off" });
  const confirm = el("button", { type: "submit", class: "press danger" }, two("确定", "OK"));
  const cancel = el("button", { type: "button", class: "press plain" }, two("取消", "Cancel"));
  const form = el("form", { class: "reason" }, input, el("div", { class: "presses" }, cancel, confirm));
  cancel.addEventListener("click", () => form.remove());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) send(confirm, { reason: input.value.trim() });
  });
  card.querySelector(".presses").after(form);
  form.scrollIntoView({ block: "nearest" });
  input.focus({ preventScroll: true });
}
