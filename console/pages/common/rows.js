// A long list of which only the rows around those in view stand in the page; empty room above and
// below holds the place of the others. The component says which `rows` there are (each with an `id`),
// draws `drawn` into an element called `rows`, between two that are as high as `room` says, and calls
// `look` whenever it was scrolled.

const DRAWN = 60;
// Rows come and go so many at a time: each time costs a drawing, and more at once would be seen.
const STEP = 10;
// What a row takes in height until it was drawn.
const ROW_PX = 98;

export const windowed = {
  data() {
    return { from: 0 };
  },
  computed: {
    begin() {
      return Math.max(0, Math.min(this.from, this.rows.length - DRAWN));
    },
    drawn() {
      return this.rows.slice(this.begin, this.begin + DRAWN);
    },
    room() {
      return { above: this.height(0, this.begin), below: this.height(this.begin + DRAWN, this.rows.length) };
    },
  },
  created() {
    this.heights = new Map();
  },
  methods: {
    height(from, to) {
      let sum = 0;
      for (let at = from; at < to; at++) sum += this.heights.get(this.rows[at].id) ?? ROW_PX;
      return sum;
    },
    // The row that stands so many pixels below the beginning of the list.
    rowAt(y) {
      let at = 0;
      for (let end = 0; at < this.rows.length - 1; at++) {
        end += this.heights.get(this.rows[at].id) ?? ROW_PX;
        if (end > y) break;
      }
      return at;
    },
    look() {
      const list = this.$refs.rows;
      if (!list || this.rows.length <= DRAWN) return;
      const first = this.rowAt(this.room.above - list.getBoundingClientRect().top);
      const from = this.around(first);
      if (from === this.from) return;
      this.measure(list);
      this.from = from;
    },
    // From which row on to draw, so that one of them stands with others before and behind it.
    around(row) {
      return Math.max(0, Math.floor((row - DRAWN / 3) / STEP) * STEP);
    },
    measure(list) {
      const tops = [...list.children].map((row) => row.getBoundingClientRect().top);
      this.drawn.slice(0, tops.length - 1).forEach((row, at) => this.heights.set(row.id, tops[at + 1] - tops[at]));
    },
    // Draws the surroundings of a row that is about to be gone to.
    bring(row) {
      if (row < this.begin || row >= this.begin + DRAWN) this.from = this.around(row);
    },
    rewind() {
      this.from = 0;
      if (this.$refs.list) this.$refs.list.scrollTop = 0;
    },
  },
};
