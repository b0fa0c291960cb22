/* What every page of the portal shares. Nothing here is needed to use a page: it only makes it smoother.

   Markup it answers to (no page writes script of its own):
     <meta name="csrf-token" content="…">     sent by htmx as X-CSRFToken; the cookie, being newer after a sign-in in
                                              another tab, goes first, in forms too
     [data-error-box]                         takes focus when the page or a swapped fragment brings one
     [data-announce="sentence"]               said once in #live when a fragment brings it; or the response header
                                              HX-Trigger: {"announce": "sentence"}
     [data-focus-target]                      on a link or button with hx-*: after its swap the focus goes to the target
     [data-quiet]                             on an element with hx-*: no "Đang tải…", no aria-busy (polling)
     [data-stepper] > button[data-step="-1"]  changes the number field beside it, within its min and max (min is 0 if absent)
     button[data-password-toggle]             shows and hides the password field beside it
     button[data-copy="text"]                 copies the text, or the page's address when empty; says "Đã sao chép"
     button[data-print]                       prints
     button[data-back]                        goes back one page
     details[data-close-outside]              closes on Escape and on a click elsewhere
     details.pillar                           all open where they stand side by side
     [data-js] with hidden                    appears when JavaScript runs
*/
(function () {
  "use strict";

  var live = document.getElementById("live");
  var loading = document.getElementById("loading");

  function announce(sentence) {
    if (!live || !sentence) return;
    live.textContent = "";
    setTimeout(function () { live.textContent = sentence; }, 100);
  }

  function each(root, selector, act) {
    if (!root.querySelectorAll) return;
    if (root.matches && root.matches(selector)) act(root);
    Array.prototype.forEach.call(root.querySelectorAll(selector), act);
  }

  function enhance(root) {
    each(root, "[data-stepper] button[data-step], [data-password-toggle], [data-copy], [data-print], [data-back], [data-js]",
      function (element) { element.hidden = false; });
    if (window.matchMedia("(min-width: 62em)").matches) {
      each(root, "details.pillar", function (details) { details.open = true; });  // side by side there is room for all
    }
    // The server's sentences are the portal's own; the browser's bubbles would stand before them.
    each(root, "form", function (form) { form.noValidate = true; });
    each(root, "[data-error-box]", function (box) {
      if (document.title.indexOf("Lỗi:") !== 0) document.title = "Lỗi: " + document.title;
      box.focus();
    });
  }

  enhance(document);
  document.addEventListener("portal:announce", function (event) { announce(event.detail); });
  document.addEventListener("announce", function (event) { announce(event.detail && event.detail.value); });

  // -- Buttons --------------------------------------------------------------------------------------------------------

  function step(button) {
    var field = button.parentElement.querySelector("input");
    var least = field.min === "" ? 0 : Number(field.min);
    var next = (parseInt(field.value, 10) || 0) + Number(button.dataset.step);
    if (field.max !== "") next = Math.min(next, Number(field.max));
    field.value = String(Math.max(next, least));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    announce(field.value);
  }

  function togglePassword(button) {
    var field = button.parentElement.querySelector("input");
    var show = field.type === "password";
    field.type = show ? "text" : "password";
    button.textContent = show ? "Ẩn" : "Hiện";
    button.setAttribute("aria-pressed", String(show));
  }

  function copied(button) {
    var label = button.dataset.label || button.innerHTML;
    button.dataset.label = label;
    button.textContent = "Đã sao chép";
    announce("Đã sao chép");
    setTimeout(function () { button.innerHTML = label; }, 3000);
  }

  function copy(button) {
    var text = button.dataset.copy || location.href;
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(button); });
      return;
    }
    var area = document.createElement("textarea");  // plain http has no clipboard API
    area.value = text;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
    copied(button);
  }

  document.addEventListener("click", function (event) {
    each(document, "details[data-close-outside][open]", function (details) {
      if (!details.contains(event.target)) details.open = false;
    });
    var button = event.target.closest && event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-step")) step(button);
    else if (button.hasAttribute("data-password-toggle")) togglePassword(button);
    else if (button.hasAttribute("data-copy")) copy(button);
    else if (button.hasAttribute("data-print")) window.print();
    else if (button.hasAttribute("data-back")) history.back();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    each(document, "details[data-close-outside][open]", function (details) {
      details.open = false;
      details.querySelector("summary").focus();
    });
  });

  function csrfToken() {
    var cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    var meta = document.querySelector('meta[name="csrf-token"]');
    return cookie ? cookie[1] : meta ? meta.content : "";
  }

  // -- A form is sent once: a second tap on a slow network would log the visit twice. -----------------------------------

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    var token = form.querySelector('input[name="csrfmiddlewaretoken"]');
    if (token && csrfToken()) token.value = csrfToken();
    setTimeout(function () { delete form.dataset.sent; }, 10000);
  });
  window.addEventListener("pageshow", function () {
    each(document, "form[data-sent]", function (form) { delete form.dataset.sent; });
  });

  // -- htmx -----------------------------------------------------------------------------------------------------------

  var timers = new WeakMap();

  document.addEventListener("htmx:configRequest", function (event) {
    var token = csrfToken();
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt.hasAttribute("data-quiet")) return;
    event.detail.target.setAttribute("aria-busy", "true");
    timers.set(event.detail.xhr, setTimeout(function () { if (loading) loading.hidden = false; }, 400));
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    clearTimeout(timers.get(event.detail.xhr));
    if (loading) loading.hidden = true;
    event.detail.target.removeAttribute("aria-busy");
    var form = event.detail.elt.closest && event.detail.elt.closest("form");
    if (form) delete form.dataset.sent;
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    // A session that has ended answers a fragment with the sign-in page: go there as a whole page instead.
    var address = event.detail.xhr.responseURL;
    if (address && new URL(address).pathname === "/login/" && location.pathname !== "/login/") {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    var target = document.getElementById(event.detail.target.id) || event.detail.target;
    enhance(target);
    each(target, "[data-announce]", function (element) { announce(element.dataset.announce); });
    if (event.detail.requestConfig && event.detail.requestConfig.elt.hasAttribute("data-focus-target")) {
      if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "start" });
    }
  });

  document.addEventListener("htmx:oobAfterSwap", function (event) {
    each(event.detail.target, "[data-announce]", function (element) { announce(element.dataset.announce); });
  });

  function failed(event) {
    var config = event.detail.requestConfig;
    var target = event.detail.target;
    if (!config || event.detail.elt.hasAttribute("data-quiet")) return;
    each(target, ".part-failed", function (old) { old.remove(); });
    var reading = config.verb === "get";
    var told = event.detail.xhr && event.detail.xhr.getResponseHeader("X-Portal-Message");
    var sentence = told ? decodeURIComponent(told) : reading ? "Chưa tải được phần này." : "Chưa gửi được. Nội dung vẫn còn, thử lại sau giây lát.";
    var notice = document.createElement("div");
    notice.className = "notice is-warning part-failed";
    var text = document.createElement("p");
    text.textContent = sentence + " ";
    if (reading) {
      var again = document.createElement("button");
      again.type = "button";
      again.className = "btn btn-link";
      again.textContent = "Tải lại";
      again.addEventListener("click", function () {
        window.htmx.ajax("GET", event.detail.pathInfo.finalRequestPath, { source: event.detail.elt, target: target });
      });
      text.appendChild(again);
    }
    notice.appendChild(text);
    target.insertBefore(notice, target.firstChild);
    announce(sentence);
  }

  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, failed);
  });
})();
