// What all parts of the page share: asking the server, telling each other, and a few texts.
export { windowed } from "./rows.js";

export const MINUTE_MS = 60000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

// What the server says in JSON; null where it refuses or is away. Who is no longer let in is led to
// the way in.
export async function ask(path) {
  try {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.assign("/login");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function tell(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

// Listens while a component stands in the page: `heard` is a map of events and its methods.
export function listening(heard) {
  return {
    mounted() {
      this.unhear = Object.entries(heard).map(([name, method]) => {
        const hear = (event) => this[method](event.detail);
        window.addEventListener(name, hear);
        return () => window.removeEventListener(name, hear);
      });
    },
    unmounted() {
      this.unhear.forEach((stop) => stop());
    },
  };
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export function compare(a, b) {
  for (let i = 0; i < a.order.length; i++) {
    if (a.order[i] !== b.order[i]) return a.order[i] < b.order[i] ? -1 : 1;
  }
  return 0;
}

export function ageText(words, ms) {
  const say = (word, unit) => fill(word, { n: Math.floor(ms / unit) });
  if (ms < MINUTE_MS) return words.age_now;
  if (ms < HOUR_MS) return say(words.age_min, MINUTE_MS);
  return ms < DAY_MS ? say(words.age_h, HOUR_MS) : say(words.age_d, DAY_MS);
}

// What is left of a stage's time, or by how much it is over; "" where no clock runs.
export function leftText(words, card, wall) {
  if (card.over || card.due_at === null) return card.overdue && !card.over ? words.overdue : "";
  const ms = card.due_at - wall;
  const say = (word, unit) => fill(word, { n: Math.max(1, Math.floor(Math.abs(ms) / unit)) });
  if (ms < 0) return -ms < 2 * HOUR_MS ? say(words.late_min, MINUTE_MS) : say(words.late_h, HOUR_MS);
  if (ms < 2 * MINUTE_MS) return say(words.left_s, 1000);
  return ms < 2 * HOUR_MS ? say(words.left_min, MINUTE_MS) : say(words.left_h, HOUR_MS);
}

export function isLate(card, wall) {
  return !card.over && (card.overdue || (card.due_at !== null && card.due_at < wall));
}

// Whether somebody is typing, or a dialog asks for their attention.
export function isBusy(target) {
  return !!target.closest?.("input, textarea, select, [contenteditable]") || !!document.querySelector("dialog[open]");
}
