/* The names of chosen files, beside the portal's own button: [data-files] > input[type=file], .file-names.
   The style sheet hides the browser's button only where scripts run, so that without them it shows the names itself. */
(function () {
  "use strict";

  function tell(part) {
    var names = part.querySelector(".file-names");
    if (!names.dataset.none) names.dataset.none = names.textContent;
    var chosen = Array.prototype.map.call(part.querySelector("input").files, function (file) { return file.name; });
    names.textContent = chosen.length ? chosen.join(", ") : names.dataset.none;
  }

  function all() { Array.prototype.forEach.call(document.querySelectorAll("[data-files]"), tell); }

  document.addEventListener("change", function (event) {
    var part = event.target.closest("[data-files]");
    if (part) tell(part);
  });
  window.addEventListener("pageshow", all);  // a page taken back from the browser's store keeps its choice
  all();
})();
