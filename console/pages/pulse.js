// Holds the line to the server and shows whether what stands on the page is of now. The server says
// something each second; when it no longer does, the page says so by itself. What comes is handed on
// to the rest of the page as an `office` event of the window.
import { ask, tell } from "office-common";

const SILENT_MS = 5000;
// A line that was cut without a word is never closed. One that has said nothing for so long is let
// go of, and another one tried.
const GIVEN_UP_MS = 10000;
const RETRY_MS = 1000;

export default {
  template: `
    <span class="estates">{{ shown.estates }}</span>
    <div :class="['pulse', shown.state]" role="status">
      <i class="dot" aria-hidden="true"></i><b>{{ shown.word }}</b>
      <time>{{ shown.clock }}</time><span v-if="shown.age" class="age">{{ shown.age }}</span>
      <p v-if="shown.why" class="why">{{ shown.why }}</p>
    </div>
    <span class="on-duty" :title="shown.duty">{{ shown.duty }}</span>`,
  props: { line: String, first: Object, lost: Object },
  data() {
    return { told: this.first, heard: Date.now(), now: Date.now() };
  },
  computed: {
    shown() {
      return this.now - this.heard > SILENT_MS ? { ...this.told, ...this.lost } : this.told;
    },
  },
  watch: {
    "shown.title": {
      handler(title) {
        document.title = title;
      },
      immediate: true,
    },
  },
  mounted() {
    this.timer = setInterval(this.look, 1000);
    this.connect();
  },
  unmounted() {
    clearInterval(this.timer);
    this.leave();
  },
  methods: {
    connect() {
      this.leave();
      const scheme = location.protocol === "https:" ? "wss://" : "ws://";
      const socket = new WebSocket(scheme + location.host + this.line);
      let hasHeard = false;
      this.socket = socket;
      this.tried = Date.now();
      socket.onmessage = ({ data }) => {
        hasHeard = true;
        if (socket === this.socket) this.hear(JSON.parse(data));
      };
      socket.onclose = async () => {
        // Who is no longer let in is led to the way in by this.
        if (!hasHeard) await ask("/api/me");
        // Not all pages at the same moment.
        setTimeout(() => socket === this.socket && this.connect(), RETRY_MS * (1 + Math.random()));
      };
    },
    leave() {
      const socket = this.socket;
      this.socket = undefined;
      socket?.close();
    },
    look() {
      this.now = Date.now();
      if (this.now - Math.max(this.heard, this.tried) > GIVEN_UP_MS) this.connect();
    },
    hear(detail) {
      this.heard = this.now = Date.now();
      if (detail.told) this.told = detail.told.pulse;
      tell("office", detail);
    },
  },
};
