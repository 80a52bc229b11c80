// A plain table that is narrowed by typing. Its texts go in as text, never as markup.
export default {
  template: `
    <div class="table">
      <div class="table-bar">
        <h2>{{ table.title }} <span class="number">{{ found.length }}</span></h2>
        <input type="search" v-model="text" :placeholder="words.narrow" :aria-label="words.narrow">
      </div>
      <p v-if="table.note" class="none">{{ table.note }}</p>
      <div class="table-rows" tabindex="0">
        <table v-if="found.length">
          <thead><tr><th v-for="(name, n) in table.columns" :key="n" scope="col">{{ name }}</th></tr></thead>
          <tbody>
            <tr v-for="(row, n) in found" :key="n">
              <td v-for="(cell, m) in row" :key="m">{{ cell }}</td>
            </tr>
          </tbody>
        </table>
        <p v-else class="none">{{ words.empty }}</p>
      </div>
    </div>`,
  props: { table: Object, words: Object },
  data() {
    return { text: "" };
  },
  computed: {
    found() {
      const text = this.text.trim().toLowerCase();
      const holds = (row) => row.some((cell) => cell.toLowerCase().includes(text));
      return text ? this.table.rows.filter(holds) : this.table.rows;
    },
  },
};
