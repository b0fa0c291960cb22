/* The quick-log form. Without it the form works: every field is there, folded.

   [data-counts] [data-kinds="a b"]   shown when the chosen kind is among them; a hidden field is not sent
   [data-pick] select                 gets a field above it that narrows the list, accents or not
*/
(function () {
  "use strict";

  var form = document.querySelector("form[data-log]");
  if (!form) return;

  // -- Fields that fit the chosen kind ------------------------------------------------------------------------------

  var counts = form.querySelector("[data-counts]");

  function fit() {
    if (!counts) return;
    var chosen = form.querySelector('input[name="kind"]:checked');
    var shown = 0;
    Array.prototype.forEach.call(counts.querySelectorAll("[data-kinds]"), function (part) {
      var fits = Boolean(chosen) && part.dataset.kinds.split(" ").indexOf(chosen.value) >= 0;
      part.hidden = !fits;
      Array.prototype.forEach.call(part.querySelectorAll("input"), function (field) { field.disabled = !fits; });
      if (fits) shown += 1;
    });
    counts.hidden = !shown;
    counts.open = Boolean(shown);
  }

  form.addEventListener("change", function (event) { if (event.target.name === "kind") fit(); });
  window.addEventListener("pageshow", fit);  // a page taken back from the browser's store keeps its choice
  fit();

  // -- A list of teams that answers to typing -----------------------------------------------------------------------

  function folded(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  }

  function narrowable(part) {
    var select = part.querySelector("select");
    if (!select || select.options.length < 8) return;
    var all = Array.prototype.slice.call(select.options).map(function (option) {
      return { option: option, key: folded(option.text) };
    });
    var field = document.createElement("input");
    field.type = "search";
    field.autocomplete = "off";
    field.placeholder = "Gõ để tìm, không dấu cũng được";
    field.setAttribute("aria-label", "Tìm trong danh sách tổ");
    select.parentNode.insertBefore(field, select);
    field.addEventListener("input", function () {
      var words = folded(field.value).split(/\s+/).filter(Boolean);
      var kept = select.value;
      select.textContent = "";
      all.forEach(function (item) {
        var hit = words.every(function (word) { return item.key.indexOf(word) >= 0; });
        if (hit || !item.option.value) select.appendChild(item.option);
      });
      var first = select.options[1];
      var stays = Array.prototype.some.call(select.options, function (option) { return option.value === kept; });
      if (words.length && first && !(kept && stays)) select.value = first.value;
      else if (stays) select.value = kept;
      var found = select.options.length - 1;
      document.dispatchEvent(new CustomEvent("portal:announce", {
        detail: found ? found + " tổ" : "Không thấy tổ nào" }));
    });
    field.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); select.focus(); } });
  }

  Array.prototype.forEach.call(form.querySelectorAll("[data-pick]"), narrowable);
})();
