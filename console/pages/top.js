// The right part of the top line: figures that narrow the list, the search, and where else to go.
import { ask, isBusy, listening, tell } from "office-common";

const FIGURES = ["waiting", "under_way", "overdue"];
const WAIT_MS = 150;

export default {
  template: `
    <div class="figures" role="group" :aria-label="words.figures">
      <button v-for="name in figures" :key="name" type="button" :class="[name, counts[name] ? 'some' : 'none']"
        @click="narrow(name)">{{ words['count_' + name] }} <b>{{ counts[name] }}</b></button>
    </div>
    <div class="search" role="search">
      <input ref="input" type="search" v-model="text" :placeholder="words.search" :aria-label="words.search"
        role="combobox" aria-autocomplete="list" aria-controls="found" :aria-expanded="isOpen"
        @input="later" @focus="later" @keydown="steer" @blur="leave">
      <ul v-show="isOpen" id="found" role="listbox" :aria-label="words.search">
        <li v-for="(one, n) in found" :key="n" role="option" :aria-selected="n === at" @mousedown.prevent="go(one)">
          <b>{{ one.name }}</b><span>{{ one.kind }} · {{ one.estate }}</span>
        </li>
        <li v-if="!found.length" class="none" role="option" aria-selected="false">{{ words.search_none }}</li>
      </ul>
    </div>
    <nav :aria-label="words.top">
      <a v-for="link in links" :key="link.href" :href="link.href">{{ link.word }}</a>
      <details v-if="more.length" class="more" ref="more" @keydown.esc="shut">
        <summary>{{ words.go_more }}</summary>
        <ul><li v-for="link in more" :key="link.href"><a :href="link.href">{{ link.word }}</a></li></ul>
      </details>
      <a :href="paper" :aria-disabled="!chosen" :class="{off: !chosen}">{{ words.print }}</a>
      <button type="button" class="plain" :aria-pressed="isMuted" :title="isMuted ? words.sound_off : words.sound_on"
        :aria-label="isMuted ? words.sound_off : words.sound_on" @click="mute"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 7v6h4l5 4V3L7 7z" />
          <path v-if="isMuted" class="stroke" d="m14 8 4 4m0-4-4 4" /><path v-else class="stroke" d="M14 7q3 3 0 6m2-8q5 5 0 10" /></svg></button>
      <button type="button" class="plain" :title="words.keys" :aria-label="words.keys" @click="help">?</button>
      <a class="other-language" :href="other.path + (chosen ? '?alert=' + encodeURIComponent(chosen) : '')"
        :lang="other.lang" :title="other.hint">{{ other.word }}</a>
      <form method="post" action="/logout">
        <input type="hidden" name="csrf" :value="csrf"><button class="plain">{{ words.leave }}</button>
      </form>
    </nav>`,
  props: { words: Object, language: String, first: Object, links: Array, more: Array, paperPath: String, other: Object, csrf: String, start: String },
  mixins: [listening({ office: "hear", choose: "chose", find: "sought" })],
  data() {
    return {
      counts: this.first, text: "", found: [], at: 0, isOpen: false, chosen: this.start, figures: FIGURES,
      isMuted: localStorage.getItem("office-muted") === "yes",
    };
  },
  computed: {
    paper() {
      return this.chosen ? this.paperPath.replace("CASE", encodeURIComponent(this.chosen)) : undefined;
    },
  },
  mounted() {
    document.addEventListener("keydown", this.globalKey);
  },
  unmounted() {
    document.removeEventListener("keydown", this.globalKey);
  },
  methods: {
    hear({ told }) {
      if (told) this.counts = told.counts;
    },
    chose({ id }) {
      this.chosen = id;
    },
    narrow(name) {
      tell("narrow", name);
    },
    sought(text) {
      if (text !== this.text) this.text = text;
    },
    mute() {
      this.isMuted = !this.isMuted;
      localStorage.setItem("office-muted", this.isMuted ? "yes" : "no");
      tell("mute", this.isMuted);
    },
    help() {
      tell("help");
    },
    globalKey(event) {
      if (event.key === "Escape" && event.target === this.$refs.input) this.close();
      if (isBusy(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const keys = { "/": () => this.$refs.input.focus(), m: this.mute, "?": this.help };
      if (!(event.key in keys)) return;
      keys[event.key]();
      event.preventDefault();
    },
    // The cards are narrowed at once; places are asked for when the typing rests.
    later() {
      tell("find", this.text);
      clearTimeout(this.timer);
      this.timer = setTimeout(this.ask, WAIT_MS);
    },
    async ask() {
      const text = this.text.trim();
      this.isOpen = !!text;
      if (!text) return;
      const found = await ask(`/page/${this.language}/search?q=${encodeURIComponent(text.slice(0, 80))}`);
      if (text === this.text.trim()) [this.found, this.at] = [found ?? [], 0];
    },
    steer(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) this.at = Math.min(this.found.length - 1, Math.max(0, this.at + step));
      else if (event.key === "Enter" && this.found[this.at]) this.go(this.found[this.at]);
      else return;
      event.preventDefault();
    },
    go(one) {
      location.assign(one.href);
    },
    shut() {
      this.$refs.more.open = false;
      this.$refs.more.querySelector("summary").focus();
    },
    leave() {
      this.isOpen = false;
    },
    close() {
      this.text = "";
      this.isOpen = false;
      tell("find", "");
      this.$refs.input.blur();
    },
  },
};
