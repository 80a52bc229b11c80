// The chosen case whole: what happened, what can be seen, why, what is advised, what was here before,
// what was done and what may be done now. Texts go in as text, never as markup.
import { ask, isBusy, isLate, leftText, listening, tell } from "office-common";

const WAIT_MS = 150;

export default {
  template: `
    <div class="dossier" ref="top" tabindex="-1" :aria-label="words.case" role="region" :aria-busy="isOpening">
      <a href="#cards" class="back">{{ words.back }}</a>
      <p v-if="!told" class="nothing">{{ isGone ? words.gone : isOpening ? words.opening : words.choose }}</p>
      <template v-else>
        <header :class="['chosen-head', told.level]">
          <div class="head-line">
            <span class="level"><i class="shape" aria-hidden="true"></i>{{ told.level_word }}</span>
            <h2>{{ told.title }}</h2><span class="where">{{ told.where }}</span><time>{{ told.date }}</time>
          </div>
          <p class="headline">{{ told.headline }}</p>
          <ul class="facts">
            <li class="state">{{ told.state_word }}<template v-if="told.who"> · {{ told.who }}</template></li>
            <li v-if="left" :class="late ? 'late' : ''">{{ late ? '⚠ ' : '◷ ' }}{{ left }}</li>
            <li v-for="fact in told.facts" :key="fact">{{ fact }}</li>
            <li v-for="tag in told.tags" :key="tag" class="tag">{{ tag }}</li>
          </ul>
          <div class="may" role="group" :aria-label="words.act">
            <button v-for="(act, n) in told.may" :key="act.kind" type="button" :class="{first: n === 0}"
              @click="act_(act)">{{ act.word }}</button>
          </div>
        </header>
        <section v-if="clear && (clear.is_own || clear.fault || clear.more.length)" class="clear">
          <h3>{{ clear.is_own ? words.clear : reveal.title }}</h3>
          <p v-if="clear.fault" class="none">{{ words.clear_fault.replace('{why}', clear.fault) }}</p>
          <p v-else-if="seen.length === 0 && (clear.is_own || asked)" class="none">{{ asked ? reveal.none : words.clear_none }}</p>
          <ul v-else><li v-for="(one, n) in seen" :key="n">{{ reveal['field_' + one.field] || one.field }} <b>{{ one.text }}</b></li></ul>
          <details v-if="clear.more.length && !asked" ref="reveal">
            <summary>{{ reveal.open }}</summary>
            <form @submit.prevent="askFor">
              <label>{{ reveal.reason }} <select v-model="reason" required><option value="">{{ reveal.choose }}</option>
                <option v-for="(word, name) in reasons" :key="name" :value="name">{{ word }}</option></select></label>
              <label>{{ reveal.why }} <input v-model="why" required maxlength="500" autocomplete="off"></label>
              <button>{{ reveal.do }}</button>
              <p v-if="refused" class="wrong" role="alert">{{ refused }}</p>
              <p class="none">{{ reveal.note.replace('{n}', clear.left) }}</p>
            </form>
          </details>
        </section>
        <section class="two">
          <div><h3>{{ words.why }}</h3><ul class="lines"><li v-for="line in told.why" :key="line">{{ line }}</li></ul></div>
          <div><h3>{{ words.advice }}</h3><ol class="lines"><li v-for="line in told.advice" :key="line">{{ line }}</li></ol></div>
        </section>
        <section class="before-after">
          <h3>{{ words.pictures }}</h3>
          <div class="pair">
            <figure v-for="one in [told.pictures.before, told.pictures.after]" :key="one.word">
              <img v-if="one.src && !missing.has(one.src)" :src="one.src" :alt="one.word" loading="lazy" @error="missing.add(one.src)">
              <div v-else class="no-picture">{{ one.src ? words.picture_gone : one.why }}</div>
              <figcaption>{{ one.word }} <time>{{ one.at }}</time></figcaption>
            </figure>
          </div>
        </section>
        <section class="cameras">
          <h3>{{ words.cameras }}</h3>
          <p v-if="!told.cameras.length" class="none">{{ words.camera_none }}</p>
          <div v-for="camera in told.cameras" :key="camera.name" class="camera">
            <b>{{ camera.name }}</b>
            <span v-if="camera.lost" class="lost">⚠ {{ camera.lost }}</span>
            <a v-if="camera.live" :href="camera.live" target="_blank" rel="noopener noreferrer">{{ words.live }}</a>
            <span v-else class="none">{{ camera.no_live }}</span>
            <a v-if="camera.recording" :href="camera.recording" target="_blank" rel="noopener noreferrer">{{ words.recording }}</a>
            <span v-else class="none">{{ camera.no_recording }}</span>
          </div>
        </section>
        <section v-if="told.alerts.length > 1" class="merged">
          <h3>{{ words.incident.replace('{n}', told.alerts.length) }}</h3>
          <ol class="steps">
            <li v-for="one in told.alerts" :key="one.id" :class="one.level">
              <time>{{ one.at }}</time>
              <div><span class="level"><i class="shape" aria-hidden="true"></i>{{ one.level_word }}</span>
                <b>{{ one.title }}</b><span class="where">{{ one.where }}</span>
                <span class="extras">{{ [one.detail, ...one.tags].join(' · ') }}</span></div>
            </li>
          </ol>
        </section>
        <section class="evidence">
          <h3>{{ words.evidence }}</h3>
          <p v-if="!told.steps.length" class="none">{{ words.evidence_none }}</p>
          <ol class="steps">
            <li v-for="(step, n) in told.steps" :key="n">
              <time>{{ step.at }}</time>
              <div><i :class="['part', step.part]" aria-hidden="true">{{ words['part_' + step.part] }}</i>
                <b>{{ step.what }}</b>
                <span class="where">{{ step.where === step.device ? step.where : step.where + ' · ' + step.device }}</span>
                <span v-if="step.said" class="extras">{{ step.said }}</span>
                <template v-for="(one, m) in step.pictures" :key="m">
                  <details v-if="one.src" class="picture" @toggle="opened.add(one.src)">
                    <summary>{{ words.picture.replace('{n}', m + 1) }}</summary>
                    <img v-if="opened.has(one.src)" :src="one.src" :alt="words.picture_gone">
                  </details>
                  <a v-else :href="one.href" target="_blank" rel="noopener noreferrer">{{ words.picture.replace('{n}', m + 1) }}</a>
                </template>
              </div>
            </li>
          </ol>
          <p v-if="told.more" class="none">{{ words.evidence_more.replace('{n}', told.more) }}</p>
        </section>
        <section class="near">
          <h3>{{ words.near }} <span class="number">{{ words.near_count.replace('{n}', told.near.count) }}</span></h3>
          <p v-if="!told.near.items.length" class="none">{{ words.near_none }}</p>
          <ul>
            <li v-for="one in told.near.items" :key="one.id" :class="one.level">
              <time>{{ one.at }}</time><span class="level"><i class="shape" aria-hidden="true"></i>{{ one.level_word }}</span>
              <button type="button" class="link" @click="choose(one.id)">{{ one.title }}</button>
              <span class="extras">{{ [one.state, one.verdict].filter(Boolean).join(' · ') }}</span>
            </li>
          </ul>
        </section>
        <section class="log">
          <h3>{{ words.acts }}</h3>
          <ol><li v-for="(one, n) in told.log" :key="n"><time>{{ one.at }}</time> <b>{{ one.what }}</b> {{ one.by }}
            <span v-if="one.said" class="extras">{{ one.said }}</span>
            <details v-for="(photo, m) in one.photos" :key="photo" class="picture" @toggle="opened.add(photo)">
              <summary>{{ words.picture.replace('{n}', m + 1) }}</summary>
              <img v-if="opened.has(photo)" :src="photo" :alt="words.picture_gone">
            </details></li></ol>
        </section>
        <section class="log notices">
          <h3>{{ words.notices }}</h3>
          <p v-if="!told.notices.length" class="none">{{ words.notices_none }}</p>
          <ol v-else><li v-for="(one, n) in told.notices" :key="n"><time>{{ one.at }}</time> <b>{{ one.outcome }}</b>
            {{ one.people }} <span class="extras">{{ one.said }}</span></li></ol>
        </section>
      </template>
    </div>`,
  props: { words: Object, language: String, start: String, csrf: String, reveal: Object, reasons: Object, mayReveal: Boolean },
  mixins: [listening({ office: "hear", choose: "chose", acted: "acted" })],
  data() {
    return { id: this.start, told: null, clear: null, asked: null, reason: "", why: "", refused: "", isGone: false, wall: 0, missing: new Set(), opened: new Set() };
  },
  computed: {
    isOpening() {
      return !!this.id && !this.told && !this.isGone;
    },
    // What was asked for holds all that is seen at once as well.
    seen() {
      return this.asked ?? this.clear.values;
    },
    left() {
      return leftText(this.words, this.told, this.wall);
    },
    late() {
      return isLate(this.told, this.wall);
    },
  },
  mounted() {
    if (this.id) this.load();
    document.addEventListener("keydown", this.globalKey);
  },
  unmounted() {
    document.removeEventListener("keydown", this.globalKey);
  },
  methods: {
    hear({ all, cards, gone, told }) {
      if (told) this.wall = told.wall;
      const here = this.told?.id ?? this.id;
      const mine = (all ?? cards ?? []).find((card) => card.id === here);
      if (mine || (gone ?? []).includes(here)) this.later();
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.load, WAIT_MS);
    },
    async chose({ id, isAsked }) {
      const isOther = id !== this.id && id !== this.told?.id;
      this.id = id;
      if (isOther) {
        // Until the other case is here nothing may be done: a button still there is the last one's.
        [this.told, this.isGone] = [null, false];
        [this.missing, this.opened, this.clear] = [new Set(), new Set(), null];
        [this.asked, this.reason, this.why, this.refused] = [null, "", "", ""];
      }
      await this.load();
      if (isOther && this.$refs.top) this.$refs.top.scrollTop = 0;
      if (isAsked) this.$refs.top?.focus();
    },
    // Whoever has gone on to another case meanwhile is not brought back.
    acted({ id }) {
      if (id === this.told?.id) this.load();
    },
    async load() {
      const id = this.id;
      const told = await ask(`/page/${this.language}/cases/${encodeURIComponent(id)}`);
      if (id !== this.id) return;
      [this.told, this.isGone] = [told, !told];
      if (!told) return;
      this.wall = told.wall;
      tell("opened", told);
      if (this.mayReveal) this.look(told.id);
    },
    // Of one's own open case plate and home are shown at once; the server writes each look down.
    async look(id) {
      const clear = await ask(`/api/cases/${encodeURIComponent(id)}/reveal`);
      if (id === this.told?.id) this.clear = clear;
    },
    async askFor() {
      const id = this.told.id;
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.csrf };
      const body = JSON.stringify({ reason: this.reason, why: this.why });
      const answer = await fetch(`/api/cases/${encodeURIComponent(id)}/reveal`, { method: "POST", headers, body }).catch(() => null);
      if (id !== this.told?.id) return;
      this.refused = answer?.ok ? "" : (this.reveal["fault_" + answer?.status] ?? this.reveal.fault_503);
      if (!answer?.ok) return;
      const found = await answer.json();
      [this.asked, this.clear.left] = [found.values, found.left];
    },
    choose(id) {
      tell("choose", { id });
    },
    act_(act) {
      tell("act", { kind: act.kind, word: act.word, needs: act.needs, card: this.told });
    },
    globalKey(event) {
      if (event.key !== "g" || isBusy(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      this.$el.querySelector(".may button")?.focus();
      event.preventDefault();
    },
  },
};
