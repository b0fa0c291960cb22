/* Numbers that change in place while a page is open.

   Contract with the server
     <section data-live="/areas/12/live?period=2024-9M" data-live-version="…">   one per page; it may be swapped by htmx
       <span data-live-key="active_teams" data-live-label="Tổ đang hoạt động">4.351</span>   anywhere on the page
       <span data-live-said="active_teams">tạm tính</span>   what is said beside it; hidden while there is nothing to say;
                                                             data-live-before=", " comes before it
       <span data-live-unit="active_teams">tổ</span>         hidden while the number is –
     GET <data-live>&v=<version>, header X-Requested-With: live, each 2 s after the last answer, while the page is visible.
       204                nothing has changed since that version (about 150 bytes with headers)
       200, JSON          {"v": "version", "values": {"active_teams": "4.352", …}}   ready-made text; only what changed
                          is needed; unknown keys are ignored
       401, 403, 404, or a redirect: polling stops.  Anything else, or no network: tried again after 4, 8, … 60 s.
     Optional, all hidden at first (components/live_notice.html has them):
       [data-live-notice]        appears when a number has changed: "Có số mới. [Sắp lại]"
       button[data-live-pause]   stops and goes on
       [data-live-offline]       appears while there is no network
   A changed number gets the class has-changed for two seconds. #live says it at most once a minute. */
(function () {
  "use strict";

  var PAUSE = 2000;
  var LONGEST = 60000;
  var SILENCE = 60000;
  var MISSING = "–";

  var timer = null;
  var wait = PAUSE;
  var paused = false;
  var stopped = false;
  var asked = null;  // the address that `version` belongs to
  var version = "";
  var spokenAt = 0;
  var unspoken = {};

  function all(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  function say() {
    var keys = Object.keys(unspoken);
    if (!keys.length || Date.now() - spokenAt < SILENCE) return;
    var sentence = keys.length > 3
      ? "Có " + keys.length + " số mới."
      : "Số mới: " + keys.map(function (key) { return unspoken[key]; }).join("; ") + ".";
    unspoken = {};
    spokenAt = Date.now();
    document.dispatchEvent(new CustomEvent("portal:announce", { detail: sentence }));
  }

  /* "tạm tính" or "chưa báo cáo" beside a number; in a cell of a table the words make their element themselves. */
  function saySo(key, words) {
    all('[data-live-said="' + CSS.escape(key) + '"]', function (element) {
      element.textContent = words && (element.dataset.liveBefore || "") + words;
      element.hidden = !words;
    });
    all('td [data-live-key="' + CSS.escape(key) + '"]', function (element) {
      var cell = element.closest("td");
      var small = cell.querySelector("small");
      if (!small && words) small = cell.appendChild(document.createElement("small"));
      if (small) small.textContent = words;
    });
  }

  /* A number that was not there begins to be one, or ceases to be. */
  function settle(element, key, missing) {
    all('[data-live-unit="' + CSS.escape(key) + '"]', function (unit) { unit.hidden = missing; });
    var cell = element.closest("td");
    if (cell) cell.classList.toggle("is-missing", missing);
    var fold = element.closest("details.silent");
    if (fold && !missing) fold.open = true;
  }

  function show(values) {
    var changed = false;
    Object.keys(values).forEach(function (key) {
      if (/\.said$/.test(key)) { saySo(key.slice(0, -5), String(values[key])); return; }
      all('[data-live-key="' + CSS.escape(key) + '"]', function (element) {
        var text = String(values[key]);
        if (element.textContent === text) return;
        if ((element.textContent === MISSING) !== (text === MISSING)) settle(element, key, text === MISSING);
        element.textContent = text;
        element.classList.add("has-changed");
        setTimeout(function () { element.classList.remove("has-changed"); }, 2000);
        if (element.dataset.liveLabel) {
          changed = true;
          unspoken[key] = element.dataset.liveLabel + " " + text;
        }
      });
    });
    if (changed) all("[data-live-notice]", function (notice) { notice.hidden = false; });
    say();
  }

  function offline(is) {
    all("[data-live-offline]", function (element) { element.hidden = !is; });
  }

  function later() {
    clearTimeout(timer);
    if (!stopped && !paused && !document.hidden) timer = setTimeout(ask, wait);
  }

  function ask() {
    var root = document.querySelector("[data-live]");
    if (!root) { later(); return; }
    if (root.dataset.live !== asked) {
      asked = root.dataset.live;
      version = root.dataset.liveVersion || "";
    }
    var address = new URL(asked, location.href);
    address.searchParams.set("v", version);
    var current = asked;
    var control = new AbortController();
    var limit = setTimeout(function () { control.abort(); }, 10000);
    fetch(address, { headers: { "X-Requested-With": "live" }, redirect: "manual", signal: control.signal, cache: "no-store" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || [401, 403, 404].indexOf(answer.status) >= 0) { stopped = true; return null; }
        if (answer.status === 204) return {};
        if (!answer.ok) throw new Error("HTTP " + answer.status);
        return answer.json();
      })
      .then(function (news) {
        wait = PAUSE;
        offline(false);
        if (!news || current !== asked) return;
        if (news.v !== undefined) version = news.v;
        if (news.values) show(news.values);
        else say();
      })
      .catch(function () {
        wait = Math.min(wait * 2, LONGEST);
        offline(true);
      })
      .then(function () { clearTimeout(limit); later(); });
  }

  document.addEventListener("visibilitychange", function () {
    clearTimeout(timer);
    wait = PAUSE;
    if (!document.hidden && !paused && !stopped) ask();
  });
  window.addEventListener("online", function () { wait = PAUSE; later(); });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-live-pause]");
    if (!button) return;
    paused = !paused;
    button.textContent = paused ? "Chạy tiếp" : "Tạm dừng";
    button.setAttribute("aria-pressed", String(paused));
    later();
  });

  later();
})();
