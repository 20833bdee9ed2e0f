"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const findings = [...document.querySelectorAll("details.finding")];
  const texts = findings.map((one) => one.textContent.toLowerCase());
  const form = byId("filters");
  document.documentElement.classList.add("js");

  // Show the findings that are chosen, and say how many they are.
  function choose() {
    const severities = new Set([...form.querySelectorAll("input[name=severity]:checked")].map((one) => one.value));
    const rule = byId("rule").value;
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    findings.forEach((one, index) => {
      const fits = severities.has(one.dataset.severity)
        && (!rule || one.dataset.rule === rule)
        && words.every((word) => texts[index].includes(word));
      one.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    byId("count").textContent = `${shown} of ${findings.length} shown`;
    byId("none").hidden = shown > 0;
  }

  // Open what a link leads to, chosen or not.
  function follow() {
    const target = byId(location.hash.slice(1));
    if (!(target instanceof HTMLDetailsElement)) return;
    if (target.hidden) {
      form.reset();
      choose();
    }
    target.open = true;
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary").focus({ preventScroll: true });
  }

  const openAll = (open) => findings.forEach((one) => { if (!one.hidden) one.open = open; });
  if (form) {
    form.addEventListener("input", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("open").addEventListener("click", () => openAll(true));
    byId("close").addEventListener("click", () => openAll(false));
    form.reset();
    choose();
  }
  addEventListener("keydown", (event) => {
    const isTyped = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key === "/" && form && !isTyped && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      byId("text").focus();
    }
  });
  addEventListener("hashchange", follow);
  if (location.hash) follow();
})();
