// The list of alerts: keeps the cards in order, filters them, and is steered by keyboard.
// It is given plain values and puts them in as text, never as markup. Only the first cards stand
// in the page; more follow as the list is scrolled, so that two thousand cost no more than eighty.
const PAGE = 80;
const MINUTE_MS = 60000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function compare(a, b) {
  for (let i = 0; i < a.order.length; i++) {
    if (a.order[i] !== b.order[i]) return a.order[i] < b.order[i] ? -1 : 1;
  }
  return 0;
}

// Two short tones. A browser lets a page sound only once somebody has touched it; until then the
// colour, the shape and the title must do.
let sounding;
function ring() {
  sounding ??= new AudioContext();
  sounding.resume();
  for (const [after, pitch] of [[0, 880], [0.25, 660]]) {
    const tone = sounding.createOscillator();
    const gain = sounding.createGain();
    tone.frequency.value = pitch;
    gain.gain.value = 0.2;
    tone.connect(gain).connect(sounding.destination);
    tone.start(sounding.currentTime + after);
    tone.stop(sounding.currentTime + after + 0.2);
  }
}

export default {
  template: `
    <section class="feed" id="feed" :aria-label="words.feed">
      <div class="feed-bar">
        <h2>{{ words.feed }} <span class="number">{{ shown.length }}</span></h2>
        <div class="choices" role="group" :aria-label="words.delivery">
          <button v-for="choice in deliveries" :key="choice.value" type="button"
            :aria-pressed="delivery === choice.value" @click="delivery = choice.value">
            {{ choice.word }} <span class="number">{{ count(choice.value) }}</span>
          </button>
        </div>
      </div>
      <p v-if="known && !shown.length" class="nothing">{{ nothing }}</p>
      <ol v-else class="cards" role="listbox" tabindex="0" ref="list" :aria-label="words.feed"
        :aria-activedescendant="cursor ? 'card-' + cursor : undefined" @keydown="steer"
        @scroll.passive="scrolled">
        <li v-for="card in drawn" :key="card.id" :id="'card-' + card.id" role="option"
          v-memo="[card, now, card.id === chosen, card.id === cursor, fresh.has(card.id)]"
          :aria-selected="card.id === chosen"
          :class="['card', card.level, {chosen: card.id === chosen, cursor: card.id === cursor,
            fresh: fresh.has(card.id)}]"
          @click="choose(card.id)">
          <div class="card-head">
            <time>{{ card.at }} · {{ age(card.opened_at) }}</time>
            <span class="level"><i class="shape" aria-hidden="true"></i>{{ card.level_word }}</span>
            <strong>{{ card.title }}</strong> <span class="where">{{ card.where }}</span>
          </div>
          <div class="detail">{{ card.detail }}</div>
          <div class="card-foot">
            <span class="handler">{{ card.handler }}</span>
            <span :class="['delivery', card.delivery]">{{ card.delivery_word }}</span>
            <span v-for="tag in card.tags" :key="tag" class="tag">{{ tag }}</span>
          </div>
        </li>
      </ol>
    </section>`,
  props: { words: Object, deliveries: Array, quiet: String, start: String, at: Number },
  emits: ["choose"],
  data() {
    return {
      known: false,
      changes: 0,
      limit: PAGE,
      delivery: "all",
      text: "",
      chosen: this.start,
      cursor: this.start,
      fresh: new Set(),
      now: this.at,
      rest: this.quiet,
    };
  },
  computed: {
    found() {
      this.changes; // The cards themselves are no concern of Vue's.
      const text = this.text.trim().toLowerCase();
      const all = [...this.cards.values()].sort(compare);
      return text ? all.filter((card) => card.found_by.includes(text)) : all;
    },
    shown() {
      return this.found.filter((card) => this.delivery === "all" || card.delivery === this.delivery);
    },
    drawn() {
      return this.shown.slice(0, this.limit);
    },
    nothing() {
      return this.shown.length < this.cards.size ? this.words.no_match.replace("{text}", this.text) : this.rest;
    },
  },
  created() {
    this.cards = new Map();
  },
  mounted() {
    window.addEventListener("office", this.hear);
    window.addEventListener("scroll", this.scrolled, { passive: true });
    document.addEventListener("keydown", this.globalKey);
  },
  unmounted() {
    window.removeEventListener("office", this.hear);
    window.removeEventListener("scroll", this.scrolled);
    document.removeEventListener("keydown", this.globalKey);
  },
  methods: {
    hear({ detail }) {
      if (detail.all) this.replace(detail.all);
      if (detail.cards) this.change(detail.cards, detail.gone);
      if (!this.chosen && this.shown.length) this.pick(this.shown[0].id);
      if (detail.told) this.tick(detail.told);
    },
    replace(cards) {
      // After a broken line only what is new since then rings.
      if (this.known) this.ring(cards);
      this.cards = new Map(cards.map((card) => [card.id, card]));
      this.known = true;
      this.changes++;
    },
    change(cards, gone) {
      for (const id of gone) this.cards.delete(id);
      this.ring(cards);
      for (const card of cards) {
        if (!this.cards.has(card.id)) this.mark(card.id);
        this.cards.set(card.id, card);
      }
      this.changes++;
    },
    tick({ now, quiet }) {
      if (Math.floor(now / MINUTE_MS) !== Math.floor(this.now / MINUTE_MS)) this.now = now;
      this.rest = quiet;
    },
    scrolled() {
      const last = this.$refs.list?.lastElementChild;
      const near = last && last.getBoundingClientRect().top < innerHeight * 2;
      if (near && this.limit < this.shown.length) this.limit += PAGE;
    },
    ring(cards) {
      const more = (card) => card.rings > (this.cards.get(card.id)?.rings ?? 0);
      if (cards.some(more)) ring();
    },
    mark(id) {
      this.fresh.add(id);
      setTimeout(() => this.fresh.delete(id), 4000);
    },
    search(text) {
      this.text = text || "";
    },
    count(delivery) {
      return this.found.filter((card) => delivery === "all" || card.delivery === delivery).length;
    },
    age(at) {
      const ms = Math.max(0, this.now - at);
      if (ms < MINUTE_MS) return this.words.age_now;
      const say = (word, unit) => word.replace("{n}", Math.floor(ms / unit));
      if (ms < HOUR_MS) return say(this.words.age_min, MINUTE_MS);
      return ms < DAY_MS ? say(this.words.age_h, HOUR_MS) : say(this.words.age_d, DAY_MS);
    },
    pick(id) {
      this.chosen = id;
      this.cursor = id;
      this.$emit("choose", id);
    },
    choose(id) {
      this.pick(id);
      // On a phone the chosen alert stands below the list.
      if (matchMedia("(max-width: 700px)").matches) {
        document.querySelector("main.detail").scrollIntoView({ behavior: "smooth" });
      }
    },
    globalKey(event) {
      const typing = event.target.closest("input, textarea, [contenteditable]");
      if (event.key === "/" && !typing) {
        document.querySelector(".search input")?.focus();
        event.preventDefault();
      } else if (event.key === "Escape" && typing) {
        event.target.blur();
      } else if (!typing && event.target === document.body) {
        this.steer(event);
      }
    },
    steer(event) {
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5, Home: -1e9, End: 1e9 };
      if (event.key in steps) this.move(steps[event.key]);
      else if (event.key === "Enter" && this.cursor) this.choose(this.cursor);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    move(step) {
      if (!this.shown.length) return;
      const here = this.shown.findIndex((card) => card.id === this.cursor);
      const to = Math.min(this.shown.length - 1, Math.max(0, here + step));
      this.cursor = this.shown[to].id;
      this.limit = Math.max(this.limit, to + PAGE);
      this.$nextTick(() => {
        document.getElementById("card-" + this.cursor)?.scrollIntoView({ block: "nearest" });
      });
    },
  },
};
