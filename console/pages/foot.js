// The bottom line: visits to make, what is supervised, closed today, and merged by the system.
import { listening, tell } from "office-common";

export default {
  template: `
    <footer class="foot" :aria-label="words.figures">
      <a v-if="visits" :href="visits">{{ words.visits }} <b>{{ counts.visits }}</b></a>
      <button type="button" @click="narrow('supervised')">{{ words.supervised }} <b>{{ counts.supervised }}</b></button>
      <button type="button" @click="narrow('closed_today')">{{ words.closed_today }} <b>{{ counts.closed_today }}</b></button>
      <button type="button" @click="merged">{{ words.merged }} <b>{{ words.merged_n.replace('{n}', counts.merged) }}</b></button>
      <span v-if="!counts.waiting && !counts.under_way" class="rest">{{ quiet }}</span>
    </footer>`,
  props: { words: Object, first: Object, quietAtFirst: String, visits: String },
  mixins: [listening({ office: "hear" })],
  data() {
    return { counts: this.first, quiet: this.quietAtFirst };
  },
  methods: {
    hear({ told }) {
      if (told) [this.counts, this.quiet] = [told.counts, told.quiet];
    },
    narrow(what) {
      tell("narrow", what);
    },
    merged() {
      tell("tab", "quieted");
    },
  },
};
