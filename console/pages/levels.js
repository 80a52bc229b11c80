// How many alerts in sight are of each level: by shape, word and number.
export default {
  template: `
    <ul class="levels">
      <li v-for="level in levels" :key="level.severity"
        :class="[level.severity, level.count ? 'some' : 'none']">
        <i class="shape" aria-hidden="true"></i><span>{{ level.word }}</span><b>{{ level.count }}</b>
      </li>
    </ul>`,
  props: { first: Array },
  data() {
    return { levels: this.first };
  },
  mounted() {
    window.addEventListener("office", this.hear);
  },
  unmounted() {
    window.removeEventListener("office", this.hear);
  },
  methods: {
    hear({ detail }) {
      if (detail.told) this.levels = detail.told.levels;
    },
  },
};
