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

// A film of a clip: plays, seeks, and lays regions over the frame.
(() => {
  function start(film) {
    const find = name => film.querySelector(`[data-${name}]`);
    const count = Number(film.dataset.frames);
    const [frame, heat, controls, play, seek, number, opacity, layer, cursor] =
      ["frame", "heat", "controls", "play", "seek", "number", "opacity", "layer", "cursor"].map(find);
    const cells = [...film.querySelectorAll("[data-cell]")];
    // A picture that was loaded once is shown without a flicker.
    const pictures = new Map();
    const picture = address => {
      if (!pictures.has(address)) {
        const image = new Image();
        image.src = address;
        pictures.set(address, image);
      }
      return address;
    };
    const heatOf = index => `${film.dataset.base}/regions/${layer ? layer.value : 0}/${index}`;
    const frameOf = index => `${film.dataset.base}/frames/${index}`;
    let timer = null;

    function show(index) {
      frame.src = picture(frameOf(index));
      frame.alt = `Frame ${index + 1} of ${count}, as the model saw it`;
      if (heat) heat.src = picture(heatOf(index));
      seek.value = index;
      number.textContent = index + 1;
      cells.forEach((cell, place) => cell.classList.toggle("shown", place === index));
      if (cursor) {
        const [from, to] = [Number(cursor.dataset.from), Number(cursor.dataset.to)];
        const x = from + (count > 1 ? (to - from) * index / (count - 1) : 0);
        cursor.setAttribute("x1", x);
        cursor.setAttribute("x2", x);
      }
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      play.setAttribute("aria-pressed", "false");
    }

    play.addEventListener("click", () => {
      if (timer) {
        stop();
        return;
      }
      play.textContent = "Pause";
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(() => show((Number(seek.value) + 1) % count), 200);
    });
    seek.addEventListener("input", () => {
      stop();
      show(Number(seek.value));
    });
    if (opacity) {
      const fade = () => { heat.style.opacity = opacity.value / 100; };
      opacity.addEventListener("input", fade);
      fade();
    }
    if (layer) layer.addEventListener("change", () => show(Number(seek.value)));
    cells.forEach((cell, index) => cell.addEventListener("click", () => {
      stop();
      show(index);
    }));
    controls.hidden = false;
    film.dataset.ready = "yes";
    for (let index = 0; index < count; index++) {
      picture(frameOf(index));
      if (heat) picture(heatOf(index));
    }
  }

  // A video's page brings the first clip's film after it, because to explain a clip takes a moment.
  async function bring(place) {
    const note = document.createElement("p");
    note.className = "muted";
    note.setAttribute("role", "status");
    note.textContent = "Decoding the video and asking the model …";
    place.append(note);
    try {
      const answer = await fetch(place.dataset.clip, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const clip = page.getElementById("clip");
      if (!clip) throw new Error("no clip");
      const film = clip.querySelector("[data-film]");
      if (film) {
        place.replaceChildren(...clip.childNodes);
        start(film);
      } else {
        note.textContent = clip.textContent.trim();
      }
    } catch {
      note.textContent = "The frames cannot be shown now.";
    }
  }

  document.querySelectorAll("[data-film]").forEach(start);
  document.querySelectorAll("[data-clip]").forEach(bring);
})();
