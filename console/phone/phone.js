// Adds to pages that work without it: keeps what was typed, makes photos small, and sends a form
// again, under the same key, when there is a connection.
(function () {
  "use strict";
  var page = document.body.dataset, net = document.getElementById("net");
  var DRAFT = "sc-draft:" + page.who + ":", DRAFT_MS = 3 * 864e5, SIDE_MAX = 1600;
  var POLL_MS = 60000, AGAIN_MS = 30000, WAIT_MS = 45000;

  function say(text) { net.textContent = text; net.hidden = false; }

  // What was typed.
  function place(form) { return DRAFT + location.pathname + "#" + form.dataset.once; }
  function typed(form) { return form.querySelectorAll("textarea, input:not([type])"); }
  function keep(key, texts) {
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), texts: texts })); } catch (e) { return; }
  }
  function forget(test) {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf("sc-draft:") === 0 && test(key)) { localStorage.removeItem(key); }
    });
  }
  function isOld(key) {
    try { return Date.now() - JSON.parse(localStorage.getItem(key)).at > DRAFT_MS; } catch (e) { return true; }
  }
  function restore(form) {
    var kept = localStorage.getItem(place(form)), texts = kept ? JSON.parse(kept).texts : {};
    typed(form).forEach(function (field) {
      if (!field.value && texts[field.name]) { field.value = texts[field.name]; }
    });
    form.addEventListener("input", function () {
      var now = {};
      typed(form).forEach(function (field) { now[field.name] = field.value; });
      keep(place(form), now);
    });
  }

  // What waits to be sent: in the browser's own database, because photos are in it.
  function store(mode, work) {
    return new Promise(function (done, failed) {
      var open = indexedDB.open("sc-phone", 1);
      open.onupgradeneeded = function () { open.result.createObjectStore("posts", { keyPath: "key" }); };
      open.onerror = failed;
      open.onsuccess = function () {
        var tx = open.result.transaction("posts", mode), asked = work(tx.objectStore("posts"));
        tx.oncomplete = function () { open.result.close(); done(asked && asked.result); };
        tx.onabort = tx.onerror = failed;
      };
    });
  }
  function small(file) {
    if (!self.createImageBitmap || !/^image\//.test(file.type)) { return Promise.resolve(file); }
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (image) {
      var share = Math.min(1, SIDE_MAX / Math.max(image.width, image.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * share);
      canvas.height = Math.round(image.height * share);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, "image/jpeg", 0.8);
      });
    }).catch(function () { return file; });
  }
  function entry(form) {
    var fields = [], waits = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string") { fields.push([name, value]); return; }
      if (value.size) { waits.push(small(value).then(function (blob) { fields.push([name, blob]); })); }
    });
    return Promise.all(waits).then(function () {
      return { key: form.elements.key.value, who: page.who, url: form.action, page: location.pathname,
               draft: place(form), fields: fields };
    });
  }
  function send(post) {
    var body = new FormData(), stop = self.AbortController && new AbortController();
    post.fields.forEach(function (field) {
      // Another session has another token; the key stays, so nothing is done twice.
      if (field[0] === "csrf") { body.append("csrf", page.csrf); }
      else if (typeof field[1] === "string") { body.append(field[0], field[1]); }
      else { body.append(field[0], field[1], "photo"); }
    });
    if (stop) { setTimeout(function () { stop.abort(); }, WAIT_MS); }
    return fetch(post.url, { method: "POST", body: body, credentials: "same-origin",
                             headers: { Accept: "text/html" }, signal: stop && stop.signal })
      .then(function (answer) {
        if (answer.status >= 500 || answer.status === 429) { throw new Error("later"); }
        if (answer.redirected && /\/(login|password)$/.test(new URL(answer.url).pathname)) { throw new Error("login"); }
        return answer.redirected ? { url: answer.url } : answer.text().then(function (html) { return { html: html }; });
      });
  }
  function later(post, error) {
    return store("readwrite", function (posts) { return posts.put(post); }).then(function () {
      say(error.message === "login" ? page.login : page.queued);
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, button = form.querySelector("button");
    if ("leave" in form.dataset) { forget(function () { return true; }); return; }
    if (!("once" in form.dataset) || !self.fetch || !self.indexedDB) { return; }
    event.preventDefault();
    button.disabled = true;
    entry(form).then(function (post) {
      return send(post).then(function (told) {
        if (told.url) { localStorage.removeItem(post.draft); location.href = told.url; return; }
        document.open(); document.write(told.html); document.close();
      }, function (error) { return later(post, error); });
    }).catch(function () { form.submit(); });
  });

  // Sends what waits, one after the other, of whoever is let in now.
  var busy = false;
  function resend() {
    if (busy || !self.indexedDB) { return Promise.resolve(); }
    busy = true;
    return store("readonly", function (posts) { return posts.getAll(); }).then(function (posts) {
      return posts.filter(function (post) { return post.who === page.who; }).reduce(function (before, post) {
        return before.then(function () { return send(post); }).then(function (told) {
          return store("readwrite", function (all) { return all.delete(post.key); }).then(function () { ended(post, told); });
        });
      }, Promise.resolve());
    }).catch(function (error) { if (error.message === "login") { say(page.login); } })
      .then(function () { busy = false; });
  }
  function ended(post, told) {
    if (told.url) {
      localStorage.removeItem(post.draft);
      say(page.sent);
      if (post.page === location.pathname) { location.href = told.url; }
      return;
    }
    var refused = new DOMParser().parseFromString(told.html, "text/html").querySelector(".bad"), texts = {};
    post.fields.forEach(function (field) { if (typeof field[1] === "string") { texts[field[0]] = field[1]; } });
    keep(post.draft, texts);
    say(page.refused + (refused ? refused.textContent : ""));
    var link = document.createElement("a");
    link.href = post.page; link.textContent = " ↗";
    net.appendChild(link);
  }

  // Time that is left, and whether anything was done since.
  function times() {
    document.querySelectorAll("time[data-due]").forEach(function (one) {
      var ms = one.dataset.due - Date.now(), far = Math.abs(ms), unit = "d", length = 864e5;
      if (far < 1728e5) { unit = "h"; length = 36e5; }
      if (far < 72e5) { unit = "min"; length = 6e4; }
      var span = page[unit].replace("{n}", Math.max(1, Math.floor(far / length)));
      one.textContent = (ms >= 0 ? page.left : page.late).replace("{span}", span);
      if (ms < 0) { one.classList.add("late"); }
    });
  }
  var list = document.querySelector("main[data-tag]");
  function poll() {
    if (!list || document.hidden) { return; }
    fetch(location.href, { headers: { "If-None-Match": list.dataset.tag }, cache: "no-store", credentials: "same-origin" })
      .then(function (answer) { return answer.status === 200 && !answer.redirected ? answer.text().then(renew) : null; })
      .catch(function () { return; });
  }
  // What came is the whole page: its list takes the place of ours, and nothing is asked twice.
  function renew(html) {
    var page = new DOMParser().parseFromString(html, "text/html"), fresh = page.querySelector("main[data-tag]");
    if (!fresh) { return; }
    list.replaceWith(fresh);
    list = fresh;
    document.title = page.title;
  }

  forget(isOld);
  document.querySelectorAll("form[data-once]").forEach(restore);
  addEventListener("online", resend);
  resend();
  setInterval(resend, AGAIN_MS);
  setInterval(times, AGAIN_MS);
  setInterval(poll, POLL_MS + Math.random() * 5000);
})();
