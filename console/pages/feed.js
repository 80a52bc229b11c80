// The cards of what is to be dealt with: kept in order, in four tabs, steered by keyboard. It is
// given plain values and puts them in as text, never as markup. Only the cards around those in view
// stand in the page, so that two thousand cost no more than sixty.
import { MINUTE_MS, ageText, ask, compare, isBusy, isLate, leftText, listening, tell, windowed } from "office-common";

// While it is being scrolled, what has changed waits: until it rests, or at most so long.
const REST_MS = 150;
const UNSETTLED_MS = 1000;
const FRESH_MS = 4000;
const TABS = ["mine", "all", "property", "quieted"];
const HOLDS = {
  mine: (card) => card.mine && !card.over,
  all: () => true,
  property: (card) => card.tree === "property" && !card.over,
  quieted: () => false,
};
const NARROW = {
  waiting: (card) => !card.over && card.state === (card.flow === "alert" ? "waiting" : "filed"),
  under_way: (card) => !card.over && card.state !== (card.flow === "alert" ? "waiting" : "filed"),
  overdue: (card) => !card.over && card.overdue,
  supervised: (card) => !card.over && card.supervised,
  closed_today: (card) => card.over,
};

// Two short tones. A browser lets a page sound only once somebody has touched it; until then the
// colour, the sign and the title must do.
let sounding;
function sound() {
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
    <section class="feed" :aria-label="words.feed">
      <div class="tabs" role="tablist" :aria-label="words.feed">
        <button v-for="name in tabs" :key="name" type="button" role="tab" :id="'tab-' + name"
          :aria-selected="tab === name" aria-controls="cards" :tabindex="tab === name ? 0 : -1"
          @click="show(name)" @keydown="turn">
          {{ words['tab_' + name] }} <span v-if="name !== 'quieted'" class="number">{{ count(name) }}</span>
          <span v-else-if="merged" class="number">{{ merged }}</span>
        </button>
      </div>
      <p v-if="only || text" class="narrowed">
        <button type="button" @click="widen">✕ {{ only ? words['count_' + only] : text }}</button>
      </p>
      <div id="cards" class="cards" role="tabpanel" :aria-labelledby="'tab-' + tab" ref="list"
        tabindex="-1" @scroll.passive="scrolled">
        <div :style="{ height: room.above + 'px' }"></div>
        <p v-if="tab === 'quieted' && !quieted.length" class="nothing">{{ words.quieted_none }}</p>
        <ol v-else-if="tab === 'quieted'" ref="rows">
          <li v-for="(one, at) in drawn" :key="one.id" :class="['card', 'small', one.level]"
            :aria-setsize="rows.length" :aria-posinset="begin + at + 1">
            <div class="card-head">
              <span class="level"><i class="shape" aria-hidden="true"></i>{{ one.level_word }}</span>
              <strong>{{ one.title }}</strong> <span class="where">{{ one.where }}</span>
              <time>{{ one.at }}</time>
            </div>
            <div class="card-foot"><span>{{ one.why }}</span>
              <button v-if="one.case" type="button" class="link" @click="pick(one.case)">{{ words.act_open }}</button>
            </div>
          </li>
        </ol>
        <p v-else-if="known && !shown.length" class="nothing">{{ nothing }}</p>
        <ol v-else ref="rows">
          <li v-for="(card, at) in drawn" :key="card.id" :id="'card-' + card.id"
            v-memo="[card, at + begin, rows.length, age(card), left(card), card.id === chosen, card.id === cursor, fresh.has(card.id)]"
            :aria-setsize="rows.length" :aria-posinset="begin + at + 1"
            :class="['card', card.level, card.over ? 'over' : '', {chosen: card.id === chosen,
              cursor: card.id === cursor, fresh: fresh.has(card.id)}]"
            @click="pick(card.id)">
            <div class="card-head">
              <span class="level"><i class="shape" aria-hidden="true"></i>{{ card.level_word }}</span>
              <button type="button" class="title" :tabindex="card.id === cursor ? 0 : -1"
                :aria-current="card.id === chosen ? 'true' : undefined"
                @focus="cursor = card.id">{{ card.title }}</button>
              <span class="where">{{ card.where }}</span>
              <time>{{ age(card) }}</time>
            </div>
            <div class="card-body">
              <p class="detail">{{ card.detail }}</p>
              <img v-if="card.picture && !missing.has(card.picture)" :src="card.picture" loading="lazy"
                :alt="words.picture_of.replace('{title}', card.title)" @error="missing.add(card.picture)">
            </div>
            <div class="card-foot">
              <span class="state">{{ card.state_word }}<template v-if="card.who"> · {{ card.who }}</template></span>
              <span v-if="left(card)" :class="['left', late(card) ? 'late' : '']">{{ late(card) ? '⚠ ' : '◷ ' }}{{ left(card) }}</span>
              <span v-for="tag in card.tags" :key="tag" class="tag">{{ tag }}</span>
              <span class="buttons">
                <button v-if="may(card, 'accept')" type="button" class="first" :tabindex="card.id === cursor ? 0 : -1"
                  @click.stop="act(card, 'accept')">{{ card.flow === 'report' ? words.act_take_up : words.act_accept }}</button>
                <button v-if="may(card, 'assign')" type="button" :tabindex="card.id === cursor ? 0 : -1"
                  @click.stop="act(card, 'assign')">{{ words.act_assign }}</button>
                <button v-if="may(card, 'close')" type="button" :tabindex="card.id === cursor ? 0 : -1"
                  @click.stop="act(card, 'false')">{{ words.act_false }}</button>
                <button type="button" :tabindex="card.id === cursor ? 0 : -1"
                  @click.stop="pick(card.id, true)">{{ words.act_open }}</button>
              </span>
            </div>
          </li>
        </ol>
        <div :style="{ height: room.below + 'px' }"></div>
      </div>
    </section>`,
  props: { words: Object, language: String, start: String, first: Object },
  mixins: [windowed, listening({ office: "hear", choose: "chose", tab: "show", narrow: "narrow", mute: "mute", find: "find" })],
  data() {
    return {
      known: false, changes: 0, tab: "mine", only: "", text: "", tabs: TABS,
      chosen: this.start, cursor: this.start, fresh: new Set(), missing: new Set(), quieted: [],
      now: this.first.now, wall: this.first.wall, rest: this.first.quiet, merged: this.first.merged,
      isMuted: localStorage.getItem("office-muted") === "yes",
    };
  },
  computed: {
    ordered() {
      this.changes; // The cards themselves are no concern of Vue's.
      const text = this.text.trim().toLowerCase();
      const holds = (card) => (!text || card.found_by.includes(text)) && (!this.only || NARROW[this.only](card));
      return [...this.cards.values()].filter(holds).sort(compare);
    },
    shown() {
      return this.ordered.filter(HOLDS[this.tab]);
    },
    rows() {
      return this.tab === "quieted" ? this.quieted : this.shown;
    },
    nothing() {
      return this.text || this.only ? this.words.no_match.replace("{text}", this.text || this.words["count_" + this.only]) : this.rest;
    },
  },
  created() {
    this.cards = new Map();
    this.arrived = [];
    this.scrolledAt = -REST_MS;
  },
  mounted() {
    window.addEventListener("scroll", this.scrolled, { passive: true });
    document.addEventListener("keydown", this.steer);
  },
  unmounted() {
    clearTimeout(this.settling);
    window.removeEventListener("scroll", this.scrolled);
    document.removeEventListener("keydown", this.steer);
  },
  methods: {
    hear({ all, cards, gone, told }) {
      if (all) this.replace(all);
      if (cards) this.change(cards, gone);
      if (told) this.tick(told);
    },
    replace(cards) {
      // After a broken line only what is new since then rings.
      if (this.known) this.ring(cards);
      this.cards = new Map(cards.map((card) => [card.id, card]));
      if (!this.known && !cards.some(HOLDS.mine)) this.tab = "all";
      this.known = true;
      this.changes++;
      // On a phone the list comes first, and what is chosen below it.
      if (!this.chosen && this.shown.length && !matchMedia("(max-width: 700px)").matches) this.pick(this.shown[0].id);
    },
    change(cards, gone) {
      for (const id of gone) this.cards.delete(id);
      this.ring(cards);
      for (const card of cards) {
        if (!this.cards.has(card.id)) this.arrived.push(card.id);
        this.cards.set(card.id, card);
      }
      this.settle();
    },
    settle() {
      clearTimeout(this.settling);
      const at = performance.now();
      this.unsettledAt ??= at;
      const wait = Math.min(this.scrolledAt + REST_MS, this.unsettledAt + UNSETTLED_MS) - at;
      if (wait > 0) {
        this.settling = setTimeout(this.settle, wait);
        return;
      }
      this.unsettledAt = undefined;
      this.mark(this.arrived.splice(0));
      this.changes++;
      if (!this.chosen && this.shown.length) this.pick(this.shown[0].id);
    },
    tick({ now, wall, quiet, counts }) {
      this.now = now;
      this.wall = wall;
      this.rest = quiet;
      if (this.merged !== counts.merged && this.tab === "quieted") this.load();
      this.merged = counts.merged;
    },
    ring(cards) {
      const more = (card) => card.rings > (this.cards.get(card.id)?.rings ?? 0);
      if (cards.some(more) && !this.isMuted) sound();
    },
    mute(isMuted) {
      this.isMuted = isMuted;
    },
    mark(ids) {
      for (const id of ids) this.fresh.add(id);
      if (ids.length) setTimeout(() => ids.forEach((id) => this.fresh.delete(id)), FRESH_MS);
    },
    async load() {
      this.quieted = (await ask(`/page/${this.language}/merged`)) ?? [];
    },
    show(name) {
      this.tab = name;
      this.rewind();
      if (name === "quieted") this.load();
      else if (!this.shown.some((card) => card.id === this.cursor)) this.cursor = this.shown[0]?.id ?? "";
    },
    turn(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      this.show(TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length]);
      this.$nextTick(() => document.getElementById("tab-" + this.tab)?.focus());
      event.preventDefault();
    },
    narrow(what) {
      this.only = this.only === what ? "" : what;
      this.show("all");
    },
    find(text) {
      this.text = text;
      this.rewind();
      if (text && this.tab === "quieted") this.tab = "all";
    },
    widen() {
      this.only = "";
      tell("find", "");
    },
    scrolled() {
      this.scrolledAt = performance.now();
      this.look();
    },
    count(name) {
      return this.ordered.filter((card) => HOLDS[name](card) && !card.over).length;
    },
    age(card) {
      return ageText(this.words, Math.max(0, (card.wall ? this.wall : this.now) - card.opened_at));
    },
    left(card) {
      return leftText(this.words, card, this.wall);
    },
    late(card) {
      return isLate(card, this.wall);
    },
    may(card, act) {
      return card.acts.includes(act);
    },
    act(card, kind) {
      this.pick(card.id);
      tell("act", { kind, card });
    },
    pick(id, isAsked) {
      this.cursor = id;
      tell("choose", { id, isAsked: !!isAsked });
      // On a phone the chosen case stands below the list.
      if (this.known && matchMedia("(max-width: 700px)").matches) {
        document.querySelector(".centre").scrollIntoView({ behavior: "smooth" });
      }
    },
    chose({ id }) {
      this.chosen = id;
      if (this.cards.has(id)) this.cursor = id;
    },
    steer(event) {
      if (isBusy(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const inFeed = event.target === document.body || this.$el.contains(event.target);
      const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: 5, PageUp: -5, Home: -1e9, End: 1e9 };
      const acts = { a: "accept", t: "assign", f: "close" };
      const isLetter = event.key.length === 1;
      if (event.key in steps && (isLetter || inFeed)) this.move(steps[event.key]);
      else if (event.key === "Enter" && event.target === document.body && this.cursor) this.pick(this.cursor, true);
      else if (event.key in acts) this.actByKey(event.key, acts[event.key]);
      else if ("1234".includes(event.key) && isLetter) this.show(TABS[event.key - 1]);
      else return;
      event.preventDefault();
    },
    actByKey(key, act) {
      const card = this.cards.get(this.cursor);
      if (!card) return;
      const word = this.words[{ a: "act_accept", t: "act_assign", f: "act_false" }[key]];
      if (this.may(card, act)) this.act(card, key === "f" ? "false" : act);
      else tell("say", { text: this.words.not_offered.replace("{act}", word), isWrong: true });
    },
    move(step) {
      if (!this.shown.length) return;
      const here = this.shown.findIndex((card) => card.id === this.cursor);
      const to = Math.min(this.shown.length - 1, Math.max(0, here + step));
      this.cursor = this.shown[to].id;
      this.bring(to);
      this.$nextTick(() => {
        const card = document.getElementById("card-" + this.cursor);
        card?.scrollIntoView({ block: "nearest" });
        card?.querySelector("button.title")?.focus({ preventScroll: true });
      });
    },
  },
};
