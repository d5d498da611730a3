// What scripts add to pages that already work without them. No library, no eval, no markup built from text.
// combobox · counter · once (double sending) · unsaved text · draft · board · copy · j and k · focus on the errors · kept text · several choices · live lines · charts

const DEBOUNCE_MS = 150;
const SEARCH_FROM = 2;
const DRAFT_MS = 4000;
const STILL_HERE_MS = 3000;

const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

function element(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

// --- combobox: ARIA 1.2, list opened by typing, arrows to move, Enter to choose, Escape to close ---------------------
class Combobox {
  constructor(box, rank) {
    this.box = box;
    this.input = box.querySelector("input:not([type=hidden])");
    this.hidden = box.dataset.vgValue ? box.querySelector(`input[name="${box.dataset.vgValue}"]`) : null;
    this.options = [];
    this.active = -1;
    this.list = element("ul", { role: "listbox", class: "vg-combobox__list", id: `vg-list-${rank}`, hidden: "" });
    this.list.setAttribute("aria-label", "Propositions");
    this.status = element("p", { role: "status", class: "fr-sr-only" });
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) {
      this.input.setAttribute(name, value);
    }
    box.append(this.list, this.status);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.left() && this.close(), 150));
  }

  left() {
    return document.activeElement !== this.input;
  }

  typed() {
    if (this.hidden) this.hidden.value = "";
    clearTimeout(this.timer);
    this.request?.abort();
    const text = this.input.value.trim();
    if (text.length < SEARCH_FROM) return this.close();
    this.timer = setTimeout(() => this.ask(text), DEBOUNCE_MS);
  }

  async ask(text) {
    this.request = new AbortController();
    const address = new URL(this.box.dataset.vgCombobox, location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address, {
        signal: this.request.signal,
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()).results ?? []);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.close();
      this.status.textContent = "La recherche ne répond pas. Validez pour chercher quand même.";
    }
  }

  show(results) {
    this.options = results;
    this.active = -1;
    this.list.replaceChildren(
      ...results.map((result, rank) => {
        const line = element("li", { role: "option", id: `${this.list.id}-${rank}`, "aria-selected": "false" });
        line.append(element("span", { class: "vg-combobox__label" }, result.label));
        if (result.hint) line.append(element("span", { class: "vg-combobox__hint" }, result.hint));
        line.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.choose(rank);
        });
        return line;
      }),
    );
    const open = results.length > 0 && !this.left();
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = open
      ? `${results.length} proposition${results.length > 1 ? "s" : ""}, flèches pour choisir.`
      : "Aucune proposition.";
  }

  // What was asked is given up too: an answer that came late would open over the next field.
  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    if (this.list.hidden) return event.key === "Escape" ? this.close() : undefined;
    const last = this.options.length - 1;
    const moves = { ArrowDown: this.active < last ? this.active + 1 : 0, ArrowUp: this.active > 0 ? this.active - 1 : last };
    if (event.key in moves) {
      event.preventDefault();
      this.point(moves[event.key]);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  point(rank) {
    this.active = rank;
    [...this.list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === rank)));
    const line = this.list.children[rank];
    this.input.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  }

  choose(rank) {
    const chosen = this.options[rank];
    this.close();
    if (chosen.href) return location.assign(new URL(chosen.href, location.origin).pathname);
    this.input.value = chosen.label;
    if (this.hidden) this.hidden.value = chosen.value ?? "";
    this.status.textContent = `${chosen.label} choisi.`;
    this.box.dispatchEvent(new CustomEvent("vg:chosen", { bubbles: true, detail: chosen }));
    if ("vgSubmit" in this.box.dataset) this.input.form.requestSubmit();
  }
}

// --- counter: the figure at once for the eye, one second later for the ear --------------------------------------------
function counter(line) {
  const input = document.getElementById(line.dataset.vgCounter);
  const limit = Number(line.dataset.vgLimit);
  const format = new Intl.NumberFormat("fr-FR");
  const shown = element("span", { "aria-hidden": "true" });
  const heard = element("span", { role: "status", class: "fr-sr-only" });
  let timer = 0;
  const sentence = () => {
    const left = limit - [...input.value.replace(/\r\n/g, "\n")].length;
    const figure = format.format(Math.abs(left));
    const [noun, more] = Math.abs(left) < 2 ? ["caractère", "possible"] : ["caractères", "possibles"];
    return left >= 0 ? `${figure} ${noun} encore ${more}` : `${figure} ${noun} en trop`;
  };
  const show = () => {
    shown.textContent = sentence();
    line.classList.toggle("vg-counter--over", shown.textContent.endsWith("trop"));
  };
  const update = () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(() => (heard.textContent = shown.textContent), 1000);
  };
  line.replaceChildren(shown, heard);
  show();
  input.addEventListener("input", update);
}

// --- once: the second press in a hurry is ignored; a page that stays (a file came down) or comes back is live again ---
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    // Of a file, each format is another wish: the page stays, and nobody waits to ask for the second one.
    const asked = event.submitter?.name === "format" ? event.submitter.value : "1";
    if (form.dataset.vgSent === asked) return event.preventDefault();
    form.dataset.vgSent = asked;
    form.setAttribute("aria-busy", "true");
    delete form.dataset.vgChanged;
    setTimeout(() => free(form), STILL_HERE_MS); // slow networks: the server counts a form once anyway
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) each("form[data-vg-sent]", free);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-vg-sent]");
    if (form) free(form);
  });
}

function free(form) {
  delete form.dataset.vgSent;
  form.removeAttribute("aria-busy");
}

// --- unsaved: leaving a page with typed text asks first ----------------------------------------------------------------
function guardUnsaved() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[method=post]");
    if (form && event.target.matches("textarea, [data-vg-guard] input")) form.dataset.vgChanged = "1";
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-vg-changed]:not([data-vg-sent])")) event.preventDefault();
  });
}

// --- draft: what is typed goes to the server every few seconds, for its author only; nothing stays in the browser --------
function keepDraft(form) {
  const said = form.querySelector("[data-vg-draft-said]");
  let timer = 0;
  let request;
  const keep = async () => {
    timer = 0;
    request = new AbortController();
    const body = new FormData(form);
    body.set("transition", "draft");
    let kept = false;
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, redirect: "manual", signal: request.signal });
      kept = answer.status === 204;
    } catch (problem) {
      if (problem.name === "AbortError") return;
    }
    const hour = new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
    const words = kept ? `Brouillon gardé à ${hour}, pour vous seul.` : "Brouillon non gardé\u00a0: enregistrez votre texte.";
    if (said.textContent !== words) said.textContent = words;
  };
  form.addEventListener("input", () => (timer ||= setTimeout(keep, DRAFT_MS)));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    request?.abort();
  });
}

// --- board: a card dropped on a column sends the form of its own button, or opens the page that completes it ------------
function board(lane) {
  const said = document.getElementById(lane.dataset.vgBoard);
  const columns = lane.querySelectorAll("[data-vg-state]");
  const under = (event) => event.target.closest("[data-vg-state]");
  const show = (place) => columns.forEach((one) => one.toggleAttribute("data-vg-over", one === place));
  let held = null;
  lane.querySelectorAll("[data-vg-card]").forEach((card) => {
    card.draggable = true;
    said.textContent = "Glissez une carte vers une autre colonne, ou servez-vous de son bouton.";
  });
  lane.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("[data-vg-card]");
  });
  lane.addEventListener("dragend", () => {
    held = null;
    show(null);
  });
  lane.addEventListener("dragover", (event) => {
    if (!held || !under(event)) return;
    event.preventDefault();
    show(under(event));
  });
  lane.addEventListener("drop", (event) => {
    const place = under(event);
    if (!held || !place) return;
    event.preventDefault();
    if (place.contains(held)) return;
    const { vgCard, vgTo, vgEnd } = held.dataset;
    if (place.dataset.vgState === vgTo) held.querySelector("form").requestSubmit();
    else if ("vgFinal" in place.dataset && vgEnd) location.assign(vgEnd);
    else said.textContent = `${vgCard} ne va pas dans cette colonne.`;
  });
}

// --- copy ----------------------------------------------------------------------------------------------------------------
function copier(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const label = button.firstChild;
  const before = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.vgCopy);
    label.textContent = "Copié";
    setTimeout(() => (label.textContent = before), 2000);
  });
}

// --- j, k: from row to row, only while the focus is in the list (WCAG 2.1.4) -------------------------------------------
function rowKeys(list) {
  list.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const links = [...list.querySelectorAll("tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = links[here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

// --- kept: what was typed before the session ended goes back in its form; nothing is sent ------------------------------
function putBack(box) {
  const typed = new Map();
  for (const line of box.querySelectorAll("[data-vg-field]")) {
    const name = line.dataset.vgField;
    typed.set(name, [...(typed.get(name) ?? []), line.textContent]);
  }
  const sentTo = (form) => new URL(form.action, location.href).pathname === box.dataset.vgKept;
  const fields = (form) => [...form.elements].filter((field) => typed.has(field.name));
  const alike = (form) => fields(form).filter((field) => field.type !== "hidden" || typed.get(field.name)[0] === field.value).length;
  const forms = [...document.querySelectorAll("form[method=post]")].filter(sentTo).sort((a, b) => alike(b) - alike(a));
  const form = forms[0];
  if (!form || !fields(form).some((field) => field.type !== "hidden" && field.tagName !== "BUTTON")) return;
  for (const field of form.elements) fill(field, typed.get(field.name) ?? []);
  for (let around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  box.querySelector("[data-vg-kept-how]").textContent = "Votre texte est de nouveau dans le formulaire\u00a0: relisez, puis envoyez.";
}

function fill(field, values) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
  else if (field.tagName === "SELECT") for (const option of field.options) option.selected = values.includes(option.value);
  else if (field.tagName !== "TEXTAREA" && !/^(text|search|email|tel|url|number|date|month|time)$/.test(field.type)) return;
  else if (values.length) field.value = values.shift();
  if (!field.closest("[data-vg-combobox]")) field.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- several: what is chosen is said where the boxes are folded --------------------------------------------------------
const NAMED = 2;

function several(box) {
  const told = box.querySelector("summary");
  box.addEventListener("change", () => {
    const chosen = [...box.querySelectorAll("input:checked")].map((input) => input.parentElement.textContent.trim());
    told.textContent = chosen.length > NAMED ? `${chosen.length} choix` : chosen.join(", ") || told.dataset.vgNone;
  });
}

// --- live: what others change in the lines of a table, looked at now and then while the page is --------------------------
// Only cells that differ are put in, never one that holds the focus; nothing is asked behind another tab.
const LOOK_MS = 20000;

function live(box) {
  const told = box.querySelector("[role=status]");
  let stamp = box.dataset.vgStamp;
  let timer;

  async function look() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const headers = { "If-None-Match": stamp, "X-Vigie-By-Itself": "1" };
      const answer = await fetch(box.dataset.vgLive, { headers, cache: "no-store", redirect: "manual" });
      if (answer.status === 200) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (putIn(fresh)) stamp = answer.headers.get("ETag");
      } else if (answer.status !== 304) return; // signed out, or no longer allowed: reloading says which
    } catch {
      // The network is away: next time.
    }
    timer = setTimeout(look, LOOK_MS);
  }

  // Whether everything that changed could be put in.
  function putIn(fresh) {
    const changed = [];
    let whole = true;
    for (const row of box.querySelectorAll("[data-vg-line]")) {
      const now = fresh.querySelector(`[data-vg-line="${row.dataset.vgLine}"]`);
      const cells = now ? [...now.children] : [];
      const differ = [...row.children].filter((cell, rank) => cells[rank] && !cell.isEqualNode(cells[rank]));
      for (const cell of differ) {
        if (cell.contains(document.activeElement)) whole = false;
        else cell.replaceWith(document.adoptNode(cells[[...row.children].indexOf(cell)]));
      }
      if (differ.length) changed.push([...row.children].slice(0, 3).map((cell) => cell.innerText.split("\n")[0]).join(", "));
    }
    if (changed.length) told.textContent = `Mis à jour\u00a0: ${changed.join("\u00a0; ")}.`;
    return whole;
  }

  document.addEventListener("visibilitychange", look);
  timer = setTimeout(look, LOOK_MS);
}

// --- charts: the axis of a line begins at zero, and its dots are no wider than its months --------------------------------
// The element of the design system has no setting for that: its drawing is looked for when it is there, and left alone
// when it is not as it was.
const NARROW_PX = 486;
const TRIES = 40;

function settle(drawing, tries = TRIES) {
  const chart = drawing._instance?.proxy?.chart;
  if (!chart?.options?.scales?.y) {
    if (tries) setTimeout(() => settle(drawing, tries - 1), 100);
    return;
  }
  const narrow = chart.canvas.parentElement.clientWidth < NARROW_PX;
  const value = (number) => number.toLocaleString("fr-FR");
  chart.options.scales.y.beginAtZero = true;
  chart.options.scales.y.ticks.callback = value;
  chart.options.aspectRatio = narrow ? 1.2 : 2;
  chart.data.datasets = chart.data.datasets.map((series) => ({ ...series, pointRadius: narrow ? 2 : 3 }));
  chart.resize();
  chart.update("none");
}

each("[data-vg-combobox]", (box, rank) => new Combobox(box, rank));
each("[data-vg-counter]", counter);
each("[data-vg-draft]", keepDraft);
each("[data-vg-copy]", copier);
each("[data-vg-board]", board);
each("[data-vg-keys]", rowKeys);
each(".vg-several", several);
each("[data-vg-live]", live);
each("[data-vg-errors]", (summary) => summary.focus());
sendOnce();
guardUnsaved();
each("[data-vg-kept]", putBack);
customElements.whenDefined("line-chart").then(() => each("line-chart", (drawing) => settle(drawing)));
