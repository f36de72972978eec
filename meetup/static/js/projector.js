// The projector's page follows the session: a new mark on the line of events fetches the page's content anew.
(function (doc) {
  "use strict";
  var root = doc.querySelector("[data-projector]");
  if (!root || !window.EventSource) { setTimeout(function () { location.reload(); }, 5000); return; }
  var mark = root.dataset.mark, busy = false;
  function refresh() {
    if (busy) return;
    busy = true;
    fetch(location.href, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.text(); })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var found = page.querySelector("[data-projector]");
        if (!found) { location.reload(); return; }
        mark = found.dataset.mark;
        doc.getElementById("content").replaceChildren(doc.adoptNode(found));
        doc.querySelector("footer").replaceChildren.apply(doc.querySelector("footer"), Array.from(page.querySelector("footer").childNodes));
      })
      .catch(function () { /* the next event tries again */ })
      .finally(function () { busy = false; });
  }
  function look(found) { if (found && found !== mark) refresh(); }
  // There are only so many streams: whoever got none asks now and then.
  function ask() {
    fetch(root.dataset.events + "?now", { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; }).then(look)
      .catch(function () { /* the next time */ })
      .finally(function () { setTimeout(ask, 1200); });
  }
  var stream = new EventSource(root.dataset.events);
  stream.onmessage = function (event) { look(event.data); };
  stream.onerror = function () { if (stream.readyState === EventSource.CLOSED) ask(); };
})(document);
