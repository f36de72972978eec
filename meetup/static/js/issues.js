// Help for the pages about issues; all of them work without it.
(function (doc) {
  "use strict";

  // Published issues that resemble the title that is being typed.
  var title = doc.querySelector("[data-similar]"), box = doc.getElementById("similar");
  if (title && box) {
    var waiting = null, last = "", looked = doc.querySelector("[data-looked]");
    title.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () {
        var text = title.value.trim();
        if (text === last || text.length < 6) return;
        last = text;
        fetch(title.dataset.similar + "?q=" + encodeURIComponent(text), { credentials: "same-origin" })
          .then(function (answer) { return answer.ok ? answer.text() : ""; })
          .then(function (part) {
            if (text !== last) return;
            box.replaceChildren(new DOMParser().parseFromString(part, "text/html").body);
            if (looked) looked.value = "1";
          })
          .catch(function () { /* the form itself asks once more */ });
      }, 350);
    });
  }

  // Keys: j and k move through a list, Enter opens; a, b, d, m open what can be done with one issue.
  var rows = Array.prototype.slice.call(doc.querySelectorAll("[data-issue-row]"));
  var acts = doc.querySelectorAll("[data-issue-act]");
  var several = doc.querySelector("[data-issue-several]");
  // Come by a key of the list: the form stands open, and the hand is on it.
  acts.forEach(function (act) {
    if (act.id && (location.hash === "#" + act.id || act.open)) {
      act.open = true;
      var first = act.querySelector("select, textarea, input:not([type=hidden])");
      if (first && !doc.querySelector("[data-mu-summary]")) first.focus();
    }
  });
  function typing(event) {
    return event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName);
  }
  if (rows.length || acts.length) {
    doc.addEventListener("keydown", function (event) {
      if (typing(event) && !(event.target.type === "checkbox" && !event.ctrlKey && !event.metaKey && !event.altKey)) return;
      if (event.key === "j" || event.key === "k") {
        if (!rows.length) return;
        var at = rows.indexOf(doc.activeElement.closest && doc.activeElement.closest("[data-issue-row]"));
        var to = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
        to.querySelector("a").focus();
        event.preventDefault();
        return;
      }
      var row = doc.activeElement.closest && doc.activeElement.closest("[data-issue-row]"), tick = row && row.querySelector("[data-issue-tick]");
      if (event.key === "x" && tick) { tick.checked = !tick.checked; event.preventDefault(); return; }
      // On the list: what is ticked, or the one that one stands on.
      var step = several && { a: "accept", d: "decline", m: "merge" }[event.key];
      if (step) {
        var ticked = several.querySelectorAll("[data-issue-tick]:checked").length;
        if (ticked && step !== "merge") {
          var wish = doc.createElement("input");
          wish.type = "hidden";
          wish.name = "do";
          wish.value = step;
          several.append(wish);
          several.requestSubmit();
        } else if (row) location.href = row.querySelector("h2 a").href + "#" + step;
        event.preventDefault();
        return;
      }
      acts.forEach(function (act) {
        if (act.dataset.issueAct && act.dataset.issueAct === event.key) {
          act.open = true;
          var field = act.querySelector("select, textarea, input:not([type=hidden])");
          if (field) field.focus();
          event.preventDefault();
        }
      });
    });
  }

  // The agenda by drag and drop: the numbers of the places follow, keeping is still a button.
  var agenda = doc.querySelector("[data-agenda]");
  if (agenda) {
    var dragged = null;
    agenda.querySelectorAll("[data-agenda-row]").forEach(function (row) { row.draggable = true; });
    agenda.addEventListener("dragstart", function (event) {
      dragged = event.target.closest("[data-agenda-row]");
      if (dragged) { dragged.classList.add("is-dragged"); event.dataTransfer.effectAllowed = "move"; }
    });
    agenda.addEventListener("dragover", function (event) {
      var row = event.target.closest && event.target.closest("[data-agenda-row]");
      if (!dragged || !row || row === dragged) return;
      event.preventDefault();
      var middle = row.getBoundingClientRect();
      row.parentNode.insertBefore(dragged, event.clientY < middle.top + middle.height / 2 ? row : row.nextSibling);
      agenda.querySelectorAll("[data-agenda-place]").forEach(function (field, n) { field.value = n + 1; });
    });
    agenda.addEventListener("dragend", function () {
      if (dragged) dragged.classList.remove("is-dragged");
      dragged = null;
    });
  }
})(document);
