// Budget while an OA form is being filled: asks Chit through the OA's own address, shows the answer,
// and holds the submission back where the budget blocks. docs/zh/oa-budget.md · docs/en/oa-budget.md
(function () {
  "use strict";
  const DOOR = "/chit/budgets/check";
  const WORDS = { allow: "预算充足", warn: "将超出预算", block: "超出预算，不能提交" };
  const UNKNOWN = "暂时查不到预算，可以照常提交；提交后小票会再查一次";
  const PAUSE_MS = 400;

  // question: {department, project, category, date: "2026-11-25", amount: "45.00"}; ids are Chit's.
  async function ask(question) {
    try {
      const answer = await fetch(DOOR, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(question),
      });
      if (!answer.ok) return { decision: "unknown", text: UNKNOWN };
      const { decision, budgets } = await answer.json();
      const left = budgets.map((b) => `${b.period} 剩余 ${b.available} 元（总额 ${b.limit} 元）`);
      return { decision, text: [WORDS[decision] || UNKNOWN, ...left].join("；") };
    } catch {
      return { decision: "unknown", text: UNKNOWN };
    }
  }

  // place: read() gives the question or null while something is missing; show(text, decision);
  // hold(isHeld). Call changed() whenever one of the fields changes.
  function watch(place) {
    let round = 0;
    let timer = 0;
    async function now(mine) {
      const question = place.read();
      const said = question ? await ask(question) : { decision: "allow", text: "" };
      if (mine !== round) return; // a later change has overtaken this one
      place.show(said.text, said.decision);
      place.hold(said.decision === "block");
    }
    return {
      changed() {
        round += 1;
        const mine = round;
        clearTimeout(timer);
        timer = setTimeout(() => now(mine), PAUSE_MS);
      },
    };
  }

  window.chitBudget = { ask, watch };
})();
