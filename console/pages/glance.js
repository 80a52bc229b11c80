// What stands of homes, people, vehicles, visitors, care and devices. Each row opens its table at
// once; the table leads to the whole page. Texts go in as text, never as markup.
import { ask, listening } from "office-common";

export default {
  template: `
    <aside class="side" :aria-label="words.glance">
      <h2>{{ words.glance }}</h2>
      <p v-if="!side.glance.length" class="none">{{ words.glance_none }}</p>
      <button v-for="row in side.glance" :key="row.kind" type="button" class="glance" :data-kind="row.kind"
        @click="open(row.kind)">
        <b class="glance-word">{{ row.word }}</b>
        <span class="tiles"><span v-for="tile in row.tiles" :key="tile.word" :class="['tile', tile.kind, tile.count ? 'some' : 'zero']">
          <b>{{ tile.count ?? '–' }}</b><span>{{ tile.word }}</span></span></span>
      </button>
      <details class="unjudged" v-if="side.unjudged">
        <summary>⚠ {{ side.unjudged }}</summary>
        <p v-for="line in side.not_judged" :key="line" class="line">{{ line }}</p>
      </details>
      <p v-else class="well">✓ {{ words.judged }}</p>
      <p v-if="side.headline" class="well">✓ {{ side.headline }}</p>
      <ul class="rows"><li v-for="(row, n) in side.troubled" :key="n" :class="row.kind">
        <b>{{ row.name }}</b><span class="where">{{ row.where }}</span><span class="said">{{ row.said }}</span></li></ul>
      <p v-if="side.more" class="none">{{ side.more }}</p>
      <h3>{{ words.inputs }}</h3>
      <ul class="rows"><li v-for="(row, n) in side.inputs" :key="n" :class="row.kind">
        <b>{{ row.name }}</b><span class="said">{{ row.said }}</span></li></ul>
    </aside>
    <dialog ref="sheet" class="sheet" :aria-label="table ? table.title : words.glance" @close="table = null">
      <template v-if="table">
        <div class="table-bar">
          <h2>{{ table.title }} <span class="number">{{ found.length }}</span></h2>
          <input type="search" v-model="text" :placeholder="words.narrow" :aria-label="words.narrow">
          <a v-if="table.whole" :href="table.whole">{{ words.whole_page }}</a>
          <button type="button" @click="$refs.sheet.close()">{{ words.close }}</button>
        </div>
        <p v-if="table.note" class="none">{{ table.note }}</p>
        <div class="table-rows" tabindex="0" role="region" :aria-label="table.title">
          <table v-if="found.length">
            <thead><tr><th v-for="(name, n) in table.columns" :key="n" scope="col">{{ name }}</th></tr></thead>
            <tbody><tr v-for="({ row, link }, n) in found" :key="n"><td v-for="(cell, m) in row" :key="m"><a v-if="link && m === 0" :href="link">{{ cell }}</a><template v-else>{{ cell }}</template></td></tr></tbody>
          </table>
          <p v-else class="none">{{ words.empty }}</p>
        </div>
      </template>
    </dialog>`,
  props: { words: Object, language: String, first: Object },
  mixins: [listening({ office: "hear" })],
  data() {
    return { side: this.first, table: null, text: "" };
  },
  computed: {
    found() {
      const text = this.text.trim().toLowerCase();
      const holds = ({ row }) => row.some((cell) => cell.toLowerCase().includes(text));
      const rows = this.table.rows.map((row, n) => ({ row, link: this.table.links[n] }));
      return text ? rows.filter(holds) : rows;
    },
  },
  methods: {
    hear({ side }) {
      if (side) this.side = side;
    },
    async open(kind) {
      this.text = "";
      this.kind = kind;
      const table = await ask(`/page/${this.language}/tables/${kind}`);
      if (kind !== this.kind) return;
      this.table = table;
      if (table) this.$refs.sheet.showModal();
    },
  },
};
