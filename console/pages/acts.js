// Does acts: at once where nothing must be said, else by a form. What is refused is told in one line,
// in the page's language; the server's word is the one that holds.
import { ask, listening, tell } from "office-common";

const TOLD_MS = 6000;
const HOUR_MS = 3600000;

// No crypto.randomUUID: it is there for pages that came by https alone.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function localTime(at) {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

export default {
  template: `
    <div class="told-now" :class="{wrong: said.isWrong}" :role="said.isWrong ? 'alert' : 'status'" aria-live="polite">{{ said.text }}</div>
    <dialog ref="form" :aria-label="title" @close="asked = null">
      <form v-if="asked" method="dialog" @submit.prevent="send">
        <h2>{{ title }}</h2>
        <label v-if="needs('to')">{{ words.field_to }}
          <select v-model="given.to" required ref="to">
            <option value="">{{ words.pick_one }}</option>
            <optgroup v-for="group in parties" :key="group.word" :label="group.word">
              <option v-for="one in group.items" :key="one.ref" :value="one.ref">{{ one.name }}{{ one.note ? '（' + one.note + '）' : '' }}</option>
            </optgroup>
          </select></label>
        <label v-if="needs('number')">{{ words.field_number }}
          <input v-model="given.number" required minlength="4" maxlength="40" autocomplete="off"></label>
        <label v-if="needs('verdict') && asked.kind !== 'false'">{{ words.field_verdict }}
          <select v-model="given.verdict" required><option v-for="(word, name) in verdicts" :key="name" :value="name">{{ word }}</option></select></label>
        <label v-if="needs('rating')">{{ words.field_rating }}
          <select v-model="given.rating" required><option v-for="name in ratings" :key="name" :value="name">{{ words['rating_' + name] }}</option></select></label>
        <label v-if="needs('until')">{{ words.field_until }}
          <input type="datetime-local" v-model="given.until" required></label>
        <label>{{ asked.kind === 'false' ? words.field_why_false : words.field_why }}
          <textarea v-model="given.why" rows="3" maxlength="2000" :required="needs('why') || asked.kind === 'false'"></textarea></label>
        <p v-if="wrong" class="wrong" role="alert">{{ wrong }}</p>
        <div class="buttons"><button class="first" :disabled="sending.has(asked.card.id)">{{ words.send }}</button>
          <button type="button" @click="$refs.form.close()">{{ words.cancel }}</button></div>
      </form>
    </dialog>
    <dialog ref="help" :aria-label="words.keys">
      <h2>{{ words.keys }}</h2>
      <dl><template v-for="[keys, word] in keys" :key="word"><dt><kbd v-for="key in keys" :key="key">{{ key }}</kbd></dt><dd>{{ words[word] }}</dd></template></dl>
      <div class="buttons"><button type="button" class="first" @click="$refs.help.close()">{{ words.close }}</button></div>
    </dialog>`,
  props: { words: Object, language: String, csrf: String, wall: Number, acts: Object, verdicts: Object },
  mixins: [listening({ office: "hear", act: "begin", say: "say", help: "help" })],
  data() {
    return {
      said: { text: "", isWrong: false }, asked: null, given: {}, parties: [], wrong: "", sending: new Set(),
      ahead: this.wall - Date.now(),
      ratings: ["satisfied", "fairly", "unsatisfied", "not_reached"],
      keys: [
        [["j", "k", "↓", "↑"], "key_move"], [["Enter"], "key_open"], [["a"], "key_accept"], [["t"], "key_assign"],
        [["f"], "key_false"], [["g"], "key_act"], [["1", "2", "3", "4"], "key_tabs"], [["/"], "key_search"],
        [["m"], "key_mute"], [["?"], "key_help"], [["Esc"], "key_escape"],
      ],
    };
  },
  computed: {
    title() {
      if (!this.asked) return "";
      const { kind, card, word } = this.asked;
      const text = this.words[{ assign: "title_assign", false: "title_false" }[kind] ?? "title_act"];
      return text.replace("{act}", word ?? "").replace("{title}", `${card.title} · ${card.where}`);
    },
  },
  methods: {
    // The server's clock: this machine's own may be wrong.
    hear({ told }) {
      if (told) this.ahead = told.wall - Date.now();
    },
    needs(what) {
      return this.asked.needs.includes(what);
    },
    say({ text, isWrong }) {
      this.said = { text, isWrong: !!isWrong };
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (this.said = { text: "", isWrong: false }), TOLD_MS);
    },
    help() {
      this.$refs.help.showModal();
    },
    async begin({ kind, card, word, needs }) {
      const act = this.acts[kind === "false" ? "close" : kind];
      this.asked = { kind, card, word: word ?? act.word, needs: needs ?? act.needs };
      const asked = this.asked;
      this.given = { to: "", why: "", number: "", rating: "satisfied", verdict: "true", until: localTime(Date.now() + this.ahead + HOUR_MS) };
      [this.wrong, this.parties] = ["", []];
      if (!this.asked.needs.length && kind !== "false") return this.send();
      this.$nextTick(() => this.$refs.form.showModal());
      if (!this.needs("to")) return null;
      const found = await ask(`/page/${this.language}/cases/${encodeURIComponent(card.id)}/parties`);
      if (this.asked === asked) this.parties = found ?? [];
      return null;
    },
    body() {
      const { kind, card } = this.asked;
      const said = { kind: kind === "false" ? "close" : kind, version: card.version, why: this.given.why };
      if (kind === "false") said.verdict = "false";
      for (const name of ["to", "number", "verdict", "rating"]) {
        if (this.needs(name) && kind !== "false") said[name] = this.given[name];
      }
      if (this.needs("until")) said.until = new Date(this.given.until).toISOString();
      return said;
    },
    // Of one case one act after the other, and of several at once: whoever is quick with the next
    // case, or has its form open by now, must not lose it to the answer of the last.
    async send() {
      const asked = this.asked;
      const { card, word } = asked;
      if (this.sending.has(card.id)) return;
      this.sending.add(card.id);
      const wrong = await this.post(card.id, this.body());
      this.sending.delete(card.id);
      const isHere = this.asked === asked;
      if (wrong === null) {
        this.say({ text: this.words.done.replace("{act}", word).replace("{title}", card.title) });
        if (isHere) this.$refs.form.close();
        if (isHere) this.asked = null;
        tell("acted", { id: card.id });
      } else if (isHere && this.$refs.form.open) this.wrong = wrong;
      else this.say({ text: this.words.refused.replace("{why}", wrong), isWrong: true });
    },
    // Why the server refused; null where it was done.
    async post(id, body) {
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.csrf, "Idempotency-Key": newKey() };
      let answer;
      try {
        answer = await fetch(`/api/cases/${encodeURIComponent(id)}/acts`, { method: "POST", headers, body: JSON.stringify(body) });
      } catch {
        return this.words.unreachable;
      }
      if (answer.ok) return null;
      if (answer.status === 401) location.assign("/login");
      const { detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
      return typeof detail === "string" ? detail : (detail?.[this.language] ?? String(detail?.[0]?.msg ?? answer.status));
    },
  },
};
