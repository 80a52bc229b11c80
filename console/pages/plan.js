// The plan of an estate, drawn from its own shapes: nothing is loaded from elsewhere. Cases stand on
// it at the nearest place it shows, each level by its shape and number, and are chosen by a click.
import { ask, compare, fill, listening, tell } from "office-common";

const NEAR_W = 520;
// Marks nearer to each other than this would cover each other.
const APART = 50;
const SIGNS = {
  red: "M-9-22h18L22-9V9L9 22H-9L-22 9V-9z", orange: "M0-22 24 20H-24z", yellow: "M0-25 25 0 0 25-25 0z",
  blue: "M0-21A21 21 0 1 1 0 21 21 21 0 1 1 0-21z",
};

function middle(points) {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

export default {
  template: `
    <section :class="['plan', chosen && !isLarge ? 'small' : '']" :aria-label="words.plan">
      <div class="plan-bar">
        <div v-if="plans.length > 1" class="estates-of" role="group" :aria-label="words.plan">
          <button v-for="one in plans" :key="one.estate" type="button" :aria-pressed="one.estate === estate"
            @click="load(one.estate)">{{ one.name }} <b v-if="open.get(one.estate)">{{ open.get(one.estate) }}</b></button>
        </div>
        <h2 v-else>{{ plan ? plan.name : words.plan }}</h2>
        <span v-if="plan && plan.made_up" class="none">{{ words.plan_made_up }}</span>
        <a v-if="place" class="place" :href="place.href">{{ place.name }} →</a>
        <button v-if="chosen" type="button" class="link" @click="isLarge = !isLarge">
          {{ isLarge ? words.plan_smaller : words.plan_larger }}</button>
      </div>
      <p v-if="!plan" class="none">{{ asked ? words.plan_none : '' }}</p>
      <svg v-else :viewBox="view" preserveAspectRatio="xMidYMid meet" role="group" :aria-label="plan.name">
        <g v-for="(shape, n) in plan.shapes" :key="n" :class="['shape-' + shape.kind, shape.place ? 'place' : '',
            shape.place && shape.place === here ? 'here' : '']" @click="point(shape)">
          <title v-if="shape.name">{{ shape.name }}</title>
          <polygon v-if="shape.form === 'area'" :points="flat(shape)" />
          <polyline v-else-if="shape.form === 'line'" :points="flat(shape)" />
          <path v-else-if="shape.kind === 'camera'" :transform="at(shape) + ' rotate(' + (shape.heading ?? 0) + ')'"
            d="M0-2 9-17A18 18 0 0 0-9-17zM-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0" />
          <path v-else-if="shape.kind === 'barrier'" :transform="at(shape)" d="M-5-5h10v10H-5zM5-2h20v4H5z" />
          <rect v-else-if="shape.kind === 'door'" :transform="at(shape)" x="-5" y="-5" width="10" height="10" />
          <path v-else :transform="at(shape)" d="M-9-9h18v18H-9z" />
        </g>
        <g aria-hidden="true">
          <text v-for="(shape, n) in labels" :key="n" :x="shape.x" :y="shape.y" :class="'label-' + shape.kind">{{ shape.name }}</text>
        </g>
        <g v-for="mark in marks" :key="mark.place" :class="['mark', mark.level, mark.has ? 'chosen' : '']"
          :transform="'translate(' + mark.x + ' ' + mark.y + ') scale(' + scale + ')'" role="button" tabindex="0" :aria-label="mark.word"
          @click="choose(mark)" @keydown.enter.prevent="choose(mark)" @keydown.space.prevent="choose(mark)">
          <title>{{ mark.word }}</title>
          <circle r="34" class="halo" /><path :d="mark.sign" /><text y="8">{{ mark.n }}</text>
        </g>
      </svg>
    </section>`,
  props: { words: Object, language: String, start: String },
  mixins: [listening({ office: "hear", choose: "chose", opened: "follow" })],
  data() {
    return { plans: [], plan: null, estate: "", asked: false, changes: 0, chosen: this.start, isLarge: false, place: null };
  },
  computed: {
    spots() {
      const found = new Map();
      for (const shape of this.plan?.shapes ?? []) if (shape.place) found.set(shape.place, middle(shape.points));
      return found;
    },
    labels() {
      const named = { building: 6, gate: -16, zone: 5, car_park: 5, care_home: 5 };
      return (this.plan?.shapes ?? []).filter((shape) => shape.kind in named).map((shape) => {
        const [x, y] = middle(shape.points);
        const above = shape.form === "point" ? -30 : named[shape.kind];
        const edge = Math.min(960, Math.max(40, x));
        return { name: shape.name, kind: shape.kind, x: edge, y: y + above };
      });
    },
    marks() {
      this.changes; // The cards themselves are no concern of Vue's.
      const at = new Map();
      const open = [...this.cards.values()].filter((card) => card.estate === this.estate && (!card.over || card.id === this.chosen));
      for (const card of open.sort(compare)) {
        const place = card.areas.find((area) => this.spots.has(area));
        if (place) at.set(place, [...(at.get(place) ?? []), card]);
      }
      const marks = [];
      for (const [place, cards] of at) {
        const [x, y] = this.spots.get(place);
        const near = marks.find((mark) => Math.hypot(mark.x - x, mark.y - y) < APART * this.scale);
        if (near) near.cards.push(...cards);
        else marks.push({ place, x, y, cards: [...cards] });
      }
      return marks.map((mark) => this.mark(mark));
    },
    open() {
      this.changes;
      const counts = new Map();
      for (const card of this.cards.values()) {
        if (!card.over) counts.set(card.estate, (counts.get(card.estate) ?? 0) + 1);
      }
      return counts;
    },
    here() {
      this.changes;
      const card = this.cards.get(this.chosen);
      return card && card.estate === this.estate ? card.areas.find((area) => this.spots.has(area)) : "";
    },
    isNear() {
      return !!this.chosen && !this.isLarge && !!this.here;
    },
    scale() {
      return this.isNear ? NEAR_W / 1000 : 1;
    },
    view() {
      const height = this.plan.height;
      if (!this.isNear) return `0 0 1000 ${height}`;
      const tall = NEAR_W * 0.36;
      const [x, y] = this.spots.get(this.here);
      const left = Math.min(1000 - NEAR_W, Math.max(0, x - NEAR_W / 2));
      const top = Math.min(Math.max(0, height - tall), Math.max(0, y - tall / 2));
      return `${left} ${top} ${NEAR_W} ${tall}`;
    },
  },
  created() {
    this.cards = new Map();
  },
  async mounted() {
    this.plans = (await ask(`/page/${this.language}/plans`)) ?? [];
    this.asked = true;
    const card = this.cards.get(this.chosen);
    const first = this.plans.find((one) => one.estate === card?.estate) ?? this.plans[0];
    if (first) await this.load(first.estate);
  },
  methods: {
    async load(estate) {
      this.estate = estate;
      this.place = null;
      const plan = await ask(`/page/${this.language}/plans/${encodeURIComponent(estate)}`);
      if (estate === this.estate) this.plan = plan;
    },
    hear({ all, cards, gone }) {
      if (all) this.cards = new Map(all.map((card) => [card.id, card]));
      for (const id of gone ?? []) this.cards.delete(id);
      for (const card of cards ?? []) this.cards.set(card.id, card);
      if (all || cards) this.changes++;
    },
    chose({ id }) {
      this.chosen = id;
      this.place = null;
      const estate = this.cards.get(id)?.estate;
      if (estate && estate !== this.estate && this.plans.some((one) => one.estate === estate)) this.load(estate);
    },
    follow(card) {
      if (!this.cards.has(card.id)) this.cards.set(card.id, card);
      this.changes++;
    },
    flat(shape) {
      return shape.points.map((point) => point.join(",")).join(" ");
    },
    at(shape) {
      return `translate(${shape.points[0].join(" ")})`;
    },
    mark({ place, x, y, cards }) {
      cards.sort(compare);
      const { level, level_word, title } = cards[0];
      const name = this.plan.shapes.find((shape) => shape.place === place).name;
      const word = `${fill(this.words.plan_cases, { name, n: cards.length })} · ${level_word} ${title}`;
      const has = cards.some((card) => card.id === this.chosen);
      return { place, x, y, cards, n: cards.length, level, sign: SIGNS[level], word, has };
    },
    // A second click goes on to the next case of the same place.
    choose(mark) {
      const here = mark.cards.findIndex((card) => card.id === this.chosen);
      tell("choose", { id: mark.cards[(here + 1) % mark.cards.length].id });
    },
    point(shape) {
      if (!shape.place) return;
      const query = new URLSearchParams({ estate: this.estate, lang: this.language });
      this.place = { name: shape.name, href: `/places/${encodeURIComponent(shape.place)}?${query}` };
    },
  },
};
