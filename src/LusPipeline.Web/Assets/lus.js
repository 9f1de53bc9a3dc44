// Keeps counts and lists up to date while work goes on. Without it, the pages are whole and stand still.
"use strict";

(() => {
  const status = document.querySelector("[data-status]");
  if (!status) return;
  const text = status.querySelector("[data-status-text]");
  const dot = status.querySelector(".dot");
  let seen = null;
  let wait = 5000;

  const number = (value, exact) => (exact ? "" : "~") + value.toLocaleString("en-US");

  const studies = value => value === 1 ? "study" : "studies";

  function show(now) {
    const open = now.studies.open;
    dot.classList.toggle("busy", open > 0);
    text.textContent = open === 0
      ? `${number(now.studies.complete, now.exact)} ${studies(now.studies.complete)} complete`
      : `${number(open, true)} ${studies(open)} open, ${now.clipsPerMinute.toFixed(1)} clips/min`;
  }

  // What a page shows changes only when one of these does.
  const print = now => JSON.stringify([now.studies, now.deadLetters, now.returned, now.stages.map(stage => [stage.waiting, stage.running, stage.done, stage.failed]),
    now.workers.map(worker => [worker.id, worker.alive])]);

  // Replaces the parts that may change, unless somebody is reading or typing there.
  async function refresh() {
    const parts = [...document.querySelectorAll("[data-live]")].filter(part => !part.contains(document.activeElement) && !part.contains(getSelection().anchorNode));
    if (parts.length === 0) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
  }

  async function poll() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(status.dataset.status);
        if (answer.ok) {
          const now = await answer.json();
          show(now);
          if (seen !== null && seen !== print(now)) await refresh();
          seen = print(now);
          wait = 5000;
        } else {
          wait = Math.min(wait * 2, 60000);
        }
      } catch {
        text.textContent = "the server does not answer";
        wait = Math.min(wait * 2, 60000);
      }
    }
    setTimeout(poll, wait);
  }

  setTimeout(poll, 1000);
})();
