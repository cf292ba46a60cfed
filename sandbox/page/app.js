// The demo page: two phones beside the budgets, kept current by the sandbox's stream.

import { get, listen } from "./api.js";
import { el, toast, two } from "./dom.js";
import { APPS, Phone } from "./phone.js";
import { Side } from "./side.js";
import { readState, writeState } from "./state.js";

const SIDE_PAUSE_MS = 200;
const TABS = { left: ["员工", "Employee"], right: ["审批人", "Approver"], side: ["预算", "Budgets"] };

const state = readState();
const unread = new Set();
const $ = (id) => document.getElementById(id);
let people = [];
let sideTimer = 0;

const samples = async () => {
  const answer = await get("/sandbox/samples");
  return Array.isArray(answer) ? answer : answer.items;
};
const phones = {
  left: new Phone($("left"), { name: "left", role: ["员工", "Employee"], samples, onPick: (id) => pick("left", id) }),
  right: new Phone($("right"), { name: "right", role: ["审批人", "Approver"], samples, onPick: (id) => pick("right", id) }),
};
const side = new Side($("side"));

function personAt(place) {
  return people.find((person) => person.id === state[place]) ?? people[0];
}

async function pick(place, id) {
  state[place] = id;
  await show();
}

async function show() {
  writeState(state);
  document.body.dataset.platform = state.platform;
  document.body.dataset.tab = state.tab;
  for (const input of document.querySelectorAll("#platforms input")) input.checked = input.value === state.platform;
  for (const link of document.querySelectorAll("#tabs button")) {
    link.setAttribute("aria-current", String(link.dataset.tab === state.tab));
  }
  if (!people.length) return;
  for (const place of ["left", "right"]) unread.delete(personAt(place).id);
  const shown = Object.entries(phones).map(([place, phone]) => phone.show(personAt(place), state.platform));
  drawPeople();
  await Promise.all(shown).catch((error) => toast(error.message));
}

function drawPeople() {
  for (const phone of Object.values(phones)) phone.people(people, unread);
}

async function onChange(change) {
  refreshSide();
  if (!change.user || change.platform !== state.platform) return;
  const same = (user) => (user ?? "").toLowerCase() === change.user.toLowerCase();
  const seen = Object.values(phones).filter((phone) => same(phone.user));
  if (!seen.length) {
    const person = people.find((each) => same(each[state.platform]));
    if (person && !unread.has(person.id)) {
      unread.add(person.id);
      drawPeople();
    }
  }
  await Promise.all(seen.map((phone) => phone.refresh())).catch((error) => toast(error.message));
}

// Many changes come together: the lists beside the phones are asked for once.
function refreshSide() {
  clearTimeout(sideTimer);
  sideTimer = setTimeout(() => side.refresh(), SIDE_PAUSE_MS);
}

function buildSwitch() {
  $("platforms").append(...Object.entries(APPS).map(([value, words]) => {
    const change = () => {
      state.platform = value;
      unread.clear();
      show();
    };
    return el("label", {},
      el("input", { type: "radio", name: "platform", value, checked: value === state.platform, on: { change } }),
      el("span", {}, two(...words)));
  }));
}

function buildTabs() {
  $("tabs").append(...Object.entries(TABS).map(([tab, words]) => {
    const go = () => {
      state.tab = tab;
      show();
    };
    return el("button", { type: "button", "data-tab": tab, on: { click: go } }, el("span", {}, words[0]), el("span", { lang: "en", class: "en" }, words[1]));
  }));
}

function onLine(open) {
  $("live").dataset.open = String(open);
  $("live").replaceChildren(...(open ? two("实时", "Live") : two("重新连接中", "Reconnecting")));
  if (open) {
    show();
    refreshSide();
  }
}

async function start() {
  buildSwitch();
  buildTabs();
  people = (await get("/sandbox/people")).people;
  await show();
  refreshSide();
  listen(onChange, onLine);
}

addEventListener("hashchange", () => {
  Object.assign(state, readState());
  show();
});
start().catch((error) => toast(error.message));
