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
            // Its content alone: a body in a body is as high as the window.
            box.replaceChildren.apply(box, Array.from(new DOMParser().parseFromString(part, "text/html").body.childNodes));
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
      // Going to the fragment takes the focus away, so it is given after that.
      if (first && !doc.querySelector("[data-mu-summary]")) addEventListener("load", function () { setTimeout(function () { first.focus(); }, 0); });
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

  // The agenda: by dragging, by the buttons or by Alt and the arrows. Times and the sum follow at once;
  // keeping is still a button, and without scripts the buttons keep each step by themselves.
  var agenda = doc.querySelector("[data-agenda]");
  if (agenda) {
    var dragged = null, told = agenda.querySelector("[data-agenda-said]"), unkept = agenda.querySelector("[data-agenda-unkept]");
    var sum = agenda.querySelector("[data-agenda-sum]"), over = agenda.querySelector("[data-agenda-over]");
    var lines = function () { return Array.prototype.slice.call(agenda.querySelectorAll("[data-agenda-row]")); };
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    var reckon = function (changed) {
      var at = Number(agenda.dataset.begins), room = Number(agenda.dataset.room), total = 0, all = lines();
      all.forEach(function (row, n) {
        row.querySelector("[data-agenda-place]").value = n + 1;
        var clock = (at + total) % 1440, shown = row.querySelector("[data-agenda-at]");
        if (shown) shown.textContent = two(Math.floor(clock / 60)) + ":" + two(clock % 60);
        total += Math.max(0, parseInt(row.querySelector("[data-agenda-minutes]").value, 10) || 0);
        row.querySelectorAll("[name=up], [name=down]").forEach(function (button) {
          button.disabled = n === (button.name === "up" ? 0 : all.length - 1);
        });
      });
      sum.textContent = sum.dataset.words.replace("{total}", total).replace("{room}", room);
      over.textContent = total > room ? over.dataset.over.replace("{n}", total - room) : over.dataset.left.replace("{n}", room - total);
      over.classList.toggle("is-over", total > room);
      if (changed && unkept) unkept.hidden = false;
    };
    var move = function (row, step, focus) {
      var other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      row.parentNode.insertBefore(step < 0 ? row : other, step < 0 ? other : row);
      reckon(true);
      told.textContent = told.dataset.words.replace("{title}", row.querySelector("h2").textContent.trim()).replace("{n}", lines().indexOf(row) + 1).replace("{all}", lines().length);
      if (focus.disabled) focus = row.querySelector(focus.name === "up" ? "[name=down]" : "[name=up]");
      focus.focus();
    };
    lines().forEach(function (row) { row.draggable = true; });
    agenda.addEventListener("click", function (event) {
      var button = event.target.closest("[name=up], [name=down]");
      if (!button) return;
      event.preventDefault();
      move(button.closest("[data-agenda-row]"), button.name === "up" ? -1 : 1, button);
    });
    agenda.addEventListener("keydown", function (event) {
      var row = event.target.closest("[data-agenda-row]");
      if (!row || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1, event.target);
    });
    agenda.addEventListener("input", function (event) { if (event.target.matches("[data-agenda-minutes]")) reckon(true); });
    agenda.addEventListener("dragstart", function (event) {
      dragged = event.target.closest && event.target.closest("[data-agenda-row]");
      if (dragged) { dragged.classList.add("is-dragged"); event.dataTransfer.effectAllowed = "move"; }
    });
    agenda.addEventListener("dragover", function (event) {
      var row = event.target.closest && event.target.closest("[data-agenda-row]");
      if (!dragged) return;
      event.preventDefault();
      if (!row || row === dragged) return;
      var middle = row.getBoundingClientRect();
      row.parentNode.insertBefore(dragged, event.clientY < middle.top + middle.height / 2 ? row : row.nextSibling);
      reckon(true);
    });
    agenda.addEventListener("drop", function (event) { if (dragged) event.preventDefault(); });
    agenda.addEventListener("dragend", function () {
      if (dragged) dragged.classList.remove("is-dragged");
      dragged = null;
    });
    // Who types a place and leaves the field means the place, as without scripts; the server sorts by it.
    reckon(false);
  }
})(document);
