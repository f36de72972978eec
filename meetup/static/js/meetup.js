// Small help on top of pages that work without it. Everything is found by data- attributes; see docs/look.md.
(function (doc) {
  "use strict";
  var root = doc.documentElement;
  var words = doc.body.dataset;

  function on(type, selector, act) {
    doc.addEventListener(type, function (event) {
      var target = event.target.closest && event.target.closest(selector);
      if (target) act(event, target);
    });
  }

  // Theme: light or dark, kept in this browser.
  function isDark() {
    var set = root.getAttribute("data-bs-theme");
    return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function showTheme() {
    doc.querySelectorAll("[data-mu-theme]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(isDark()));
    });
  }
  on("click", "[data-mu-theme]", function () {
    var theme = isDark() ? "light" : "dark";
    root.setAttribute("data-bs-theme", theme);
    try { localStorage.setItem("meetup-theme", theme); } catch (e) { /* stays for this page */ }
    showTheme();
  });
  showTheme();

  // On a phone menus and tabs are rows to swipe: what says where one is comes into view.
  doc.querySelectorAll(".mu-nav [aria-current], .mu-side [aria-current], .mu-tabs [aria-current]").forEach(function (link) {
    var row = link.closest("nav, .mu-tabs"), at = link.getBoundingClientRect(), seen = row.getBoundingClientRect();
    row.scrollLeft += at.left - seen.left - (seen.width - at.width) / 2;
  });

  // A form or button with data-confirm="question" asks first.
  function ask(question, verb, then) {
    if (!window.HTMLDialogElement) { if (window.confirm(question)) then(); return; }
    var dialog = doc.createElement("dialog");
    dialog.className = "mu-dialog";
    var text = doc.createElement("p");
    text.id = "mu-ask";
    text.textContent = question;
    var row = doc.createElement("div");
    row.className = "mu-actions";
    var no = doc.createElement("button"), yes = doc.createElement("button");
    no.type = yes.type = "button";
    no.className = "btn btn-secondary";
    yes.className = "btn btn-primary";
    no.textContent = words.no || "No";
    yes.textContent = verb || words.yes || "Yes";
    no.onclick = function () { dialog.close(); };
    // The second half of a double click must not fall through to what lies underneath: it stays until that is over.
    yes.onclick = function () {
      no.disabled = yes.disabled = true;
      then();
      setTimeout(function () { dialog.close(); }, 600);
    };
    dialog.onclose = function () { dialog.remove(); };
    row.append(no, yes);
    dialog.append(text, row);
    dialog.setAttribute("aria-labelledby", "mu-ask");
    doc.body.append(dialog);
    dialog.showModal();
    no.focus();
  }
  doc.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    var question = (button && button.dataset.confirm) || form.dataset.confirm;
    if (question && form.dataset.confirmed !== "yes") {
      event.preventDefault();
      ask(question, button && (button.textContent || button.value).trim(), function () {
        form.dataset.confirmed = "yes";
        form.requestSubmit(button || undefined);
      });
      return;
    }
    delete form.dataset.confirmed;
    // One click, one request.
    if (form.method === "post") {
      if (form.dataset.sent === "yes") { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      if (button) button.setAttribute("aria-busy", "true");
    }
  });
  addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    doc.querySelectorAll("[aria-busy=true]").forEach(function (button) { button.removeAttribute("aria-busy"); });
  });

  // A message can be put away.
  on("click", "[data-mu-dismiss]", function (event, button) {
    var note = button.closest(".mu-note");
    if (note) note.remove();
  });

  // Rows of a form: participants, follow-ups, agenda lines.
  function number(box) {
    var words = (box.querySelector("legend") || box).textContent.trim();
    box.querySelectorAll("[data-mu-row]").forEach(function (row, i) {
      row.setAttribute("aria-label", words + " " + (i + 1));
      ["name", "id", "for", "aria-describedby"].forEach(function (attr) {
        row.querySelectorAll("[" + attr + "]").forEach(function (el) {
          el.setAttribute(attr, el.getAttribute(attr).split(" ").map(function (name) {
            return name.replace(new RegExp("^" + box.dataset.muRows + "-(\\d+|__n__)"), box.dataset.muRows + "-" + i);
          }).join(" "));
        });
      });
    });
    var rows = box.querySelectorAll("[data-mu-row]").length;
    var add = box.querySelector("[data-mu-add]");
    if (add && box.dataset.max) add.disabled = rows >= Number(box.dataset.max);
    box.querySelectorAll("[data-mu-remove]").forEach(function (b) { b.disabled = rows <= Number(box.dataset.min || 1); });
  }
  on("click", "[data-mu-add]", function (event, button) {
    var box = button.closest("[data-mu-rows]");
    var blank = box.querySelector("template").content.cloneNode(true);
    var list = box.querySelector("[data-mu-list]");
    list.append(blank);
    number(box);
    var first = list.lastElementChild.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  });
  on("click", "[data-mu-remove]", function (event, button) {
    var box = button.closest("[data-mu-rows]");
    button.closest("[data-mu-row]").remove();
    number(box);
    var add = box.querySelector("[data-mu-add]");
    if (add) add.focus();
  });
  doc.querySelectorAll("[data-mu-rows]").forEach(number);

  // Filters apply as they are chosen (the button stays, for keyboards and readers).
  on("change", "form[data-mu-auto] select, form[data-mu-auto] input[type=checkbox], form[data-mu-auto] input[type=date]", function (event, field) {
    field.form.requestSubmit();
  });

  // Characters left in a long text.
  function count(area) {
    var out = doc.getElementById(area.id + "-count");
    if (out) out.textContent = out.dataset.text.replace("{n}", Math.max(0, area.maxLength - area.value.length).toLocaleString(root.lang));
  }
  doc.querySelectorAll("textarea[data-mu-count]").forEach(function (area) {
    count(area);
    area.addEventListener("input", function () { count(area); });
  });

  // A whole list ticked at once.
  on("change", "[data-mu-all]", function (event, box) {
    doc.querySelectorAll('input[type=checkbox][name="' + box.dataset.muAll + '"]').forEach(function (one) { one.checked = box.checked; });
  });

  // Copy an address.
  on("click", "[data-mu-copy]", function (event, button) {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.muCopy).then(function () {
      var was = button.textContent;
      button.textContent = words.copied || "✓";
      setTimeout(function () { button.textContent = was; }, 2000);
    });
  });
  on("click", "[data-mu-print]", function () { print(); });

  // After a form came back with errors, begin at their list.
  var summary = doc.querySelector("[data-mu-summary]");
  if (summary) summary.focus();

  // What is under way (data-mu-follow="milliseconds") is looked at anew until it is through.
  (function follow() {
    var part = doc.querySelector("[data-mu-follow]");
    if (!part) return;
    setTimeout(function () {
      fetch(location.href, { headers: { Accept: "text/html" } }).then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject();
      }).then(function (text) {
        var found = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
        // Whoever stands on one of its buttons keeps it under their hand.
        if (found && !part.contains(doc.activeElement)) part.replaceWith(found);
        follow();
      }).catch(follow);
    }, Number(part.dataset.muFollow));
  })();
})(document);
