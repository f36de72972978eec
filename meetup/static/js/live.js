// The projector's clock and the stopwatch of what is on. New content comes from the page's own script.
(function (doc) {
  "use strict";
  var skew = 0;
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function tick() {
    var now = new Date(Date.now() + skew);
    doc.querySelectorAll("[data-live-clock]").forEach(function (el) { el.textContent = two(now.getHours()) + ":" + two(now.getMinutes()); });
    doc.querySelectorAll("[data-live-since]").forEach(function (el) {
      var gone = Math.max(0, Math.floor((now - new Date(el.dataset.liveSince)) / 1000));
      var h = Math.floor(gone / 3600);
      el.textContent = (h ? h + ":" : "") + two(Math.floor(gone / 60) % 60) + ":" + two(gone % 60);
      var minutes = Number(el.dataset.minutes || 0);
      el.classList.toggle("is-over", minutes > 0 && gone > minutes * 60);
    });
  }
  tick();
  setInterval(tick, 1000);
})(document);
