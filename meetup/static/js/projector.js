// The projector's page follows the session: a new mark on the line of events fetches the page's content anew.
(function (doc) {
  "use strict";
  var root = doc.querySelector("[data-projector]");
  if (!root || !window.EventSource) { setTimeout(function () { location.reload(); }, 5000); return; }
  var mark = root.dataset.mark, busy = false, again = false;
  function show(text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var found = page.querySelector("[data-projector]");
    if (!found) { location.reload(); return; }
    mark = found.dataset.mark;
    doc.getElementById("content").replaceChildren(doc.adoptNode(found));
    doc.querySelector("footer").replaceChildren.apply(doc.querySelector("footer"), Array.from(page.querySelector("footer").childNodes));
  }
  // A change is told once: what comes while the page is on its way, or finds the line broken, is not to be lost.
  function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    again = false;
    fetch(location.href, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.text(); })
      .then(show)
      .catch(function () { again = true; })
      .finally(function () { busy = false; if (again) setTimeout(refresh, 500); });
  }
  // There are only so many streams: whoever got none asks now and then, and is given the page if it is another.
  function ask() {
    fetch(root.dataset.events + "?known=" + mark, { credentials: "same-origin" })
      .then(function (answer) { return answer.status === 200 ? answer.text().then(show) : null; })
      .catch(function () { /* the next time */ })
      .finally(function () { setTimeout(ask, 1000); });
  }
  var stream = new EventSource(root.dataset.events);
  stream.onmessage = function (event) { if (event.data !== mark) refresh(); };
  stream.onerror = function () { if (stream.readyState === EventSource.CLOSED) ask(); };
})(document);
