// Beside the phones: what the budgets have left, the latest claims, and all that crossed the wire.

import { get } from "./api.js";
import { el, list, two } from "./dom.js";

const TRAIL_ROWS = 200;
const STATES = {
  draft: "草稿 Draft", in_review: "审批中 In review", returned: "已退回 Returned", approved: "已通过 Approved",
  paying: "付款中 Paying", paid: "已付款 Paid", rejected: "已驳回 Rejected", withdrawn: "已撤回 Withdrawn", void: "已删除 Deleted",
};

export class Side {
  constructor(root) {
    this.after = 0;
    this.budgets = el("div", { class: "budgets" });
    this.claims = el("ul", { class: "claims" });
    this.trail = el("ol", { class: "trail" });
    root.append(
      box("预算", "Budgets", this.budgets, legend()),
      box("单据", "Claims", this.claims),
      box("事件轨迹", "Event trail", this.trail));
  }

  async refresh() {
    const [budgets, claims, trail] = await Promise.allSettled([
      get("/sandbox/budgets"), get("/sandbox/claims"), get("/sandbox/trail", { after: this.after }),
    ]);
    if (budgets.status === "fulfilled") this.showBudgets(list(budgets.value.items));
    if (claims.status === "fulfilled") this.showClaims(list(claims.value.items));
    if (trail.status === "fulfilled") this.addTrail(list(trail.value.items));
  }

  showBudgets(items) {
    const now = items.filter((budget) => covers(budget.period, new Date()));
    const shown = now.length ? now : items;
    this.budgets.replaceChildren(...(shown.length ? shown.map(budgetRow) : [nothing()]));
  }

  showClaims(items) {
    const latest = [...items].sort((a, b) => (a.number < b.number ? 1 : -1)).slice(0, 6);
    this.claims.replaceChildren(...(latest.length ? latest.map(claimRow) : [el("li", {}, nothing())]));
  }

  addTrail(items) {
    for (const item of items.filter((each) => each.seq > this.after)) {
      this.after = item.seq;
      this.trail.prepend(trailRow(item));
    }
    while (this.trail.children.length > TRAIL_ROWS) this.trail.lastChild.remove();
  }
}

function box(zh, en, ...content) {
  return el("section", { class: "box" }, el("h2", {}, two(zh, en)), ...content);
}

function nothing() {
  return el("p", { class: "nothing" }, two("还没有", "Nothing yet"));
}

function legend() {
  return el("p", { class: "legend" },
    el("span", { class: "key consumed" }, two("已核销", "consumed")),
    el("span", { class: "key reserved" }, two("占用中", "reserved")),
    el("span", { class: "key available" }, two("可用", "available")));
}

function budgetRow(budget) {
  const limit = Number(budget.limit) || 1;
  const part = (name, amount) => {
    const bar = el("i", { class: name });
    bar.style.width = `${Math.min(100, (100 * Number(amount)) / limit)}%`;
    return bar;
  };
  const used = Math.round((100 * (Number(budget.reserved) + Number(budget.consumed))) / limit);
  const scope = [budget.department, budget.project, budget.category].filter(Boolean).join(" / ") || "全公司 All";
  return el("article", { class: used >= 100 ? "budget full" : used >= 80 ? "budget tight" : "budget", "data-budget": budget.id },
    el("header", {}, el("h3", {}, scope), el("span", { class: "period" }, budget.period), el("strong", {}, yuan(budget.available))),
    el("div", { class: "bar", role: "img", "aria-label": `${scope} ${budget.period}: ${used}%` },
      part("consumed", budget.consumed), part("reserved", budget.reserved)),
    el("p", { class: "figures" },
      el("span", {}, "核销 ", yuan(budget.consumed)), el("span", {}, "占用 ", yuan(budget.reserved)), el("span", {}, "额度 ", yuan(budget.limit))));
}

function claimRow(claim) {
  return el("li", { "data-claim": claim.number },
    el("span", { class: "claim-number" }, claim.number),
    el("span", { class: "claim-who" }, claim.employee ?? ""),
    el("strong", {}, yuan(claim.total)),
    el("span", { class: "pill", "data-status": claim.state }, STATES[claim.state] ?? claim.state));
}

function trailRow(item) {
  const at = new Date(item.at);
  const detail = typeof item.detail === "string" ? item.detail : JSON.stringify(item.detail);
  return el("li", { class: item.direction },
    el("time", { datetime: item.at }, at.toLocaleTimeString("zh-CN", { hour12: false })),
    el("span", { class: "way", title: item.direction === "in" ? "发给小票 to Chit" : "来自小票 from Chit" }, item.direction === "in" ? "→" : "←"),
    el("span", { class: "trail-what" }, el("b", { class: item.platform }, item.platform === "wecom" ? "企微" : "钉钉"), " ", item.what),
    detail ? el("span", { class: "trail-detail" }, detail) : null);
}

function yuan(amount) {
  const value = Number(amount);
  return Number.isFinite(value)
    ? `¥${value.toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : String(amount ?? "");
}

// Whether a budget's period (contract §3) holds a day; an unknown way of writing one counts as yes.
function covers(period, day) {
  const range = bounds(String(period ?? ""));
  const today = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
  return !range || (range[0] <= today && today <= range[1]);
}

function bounds(period) {
  const parts = period.match(/^(\d{4})(?:-(?:H([12])|Q([1-4])|(\d{2})))?$/);
  if (!parts) return period.includes("/") ? period.split("/") : null;
  const [, year, half, quarter, month] = parts;
  const size = half ? 6 : quarter ? 3 : month ? 1 : 12;
  const last = Number(half ?? quarter ?? month ?? 1) * size;
  const padded = (value) => String(value).padStart(2, "0");
  return [`${year}-${padded(last - size + 1)}-01`, `${year}-${padded(last)}-31`];
}
