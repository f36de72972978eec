// Answers for the page at the door while there is no network: the page and what it is drawn with, nobody's name.
"use strict";
var KEPT = "meetup-door:" + self.registration.scope;

function assetsOf(text) {
  var found = [], pattern = /(?:src|href)="([^"#]*\/assets\/[^"#]+)/g, one;
  while ((one = pattern.exec(text))) if (found.indexOf(one[1]) < 0) found.push(one[1]);
  return found;
}

function keepPage(answer) {
  // A page of sign-in, or of a fault, is not the page.
  if (!answer.ok || answer.redirected) return Promise.resolve();
  var copy = answer.clone();
  return caches.open(KEPT).then(function (kept) {
    return copy.clone().text().then(function (text) {
      return Promise.all(assetsOf(text).map(function (url) {
        return kept.match(url).then(function (there) { return there || kept.add(url).catch(function () { /* a picture less */ }); });
      }));
    }).then(function () { return kept.put(self.registration.scope, copy); });
  });
}

self.addEventListener("install", function (event) {
  self.skipWaiting();
  event.waitUntil(fetch(self.registration.scope, { credentials: "same-origin" }).then(keepPage));
});
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.href.split(/[?#]/)[0] === self.registration.scope) {
    event.respondWith(fetch(request).then(function (answer) {
      event.waitUntil(keepPage(answer.clone()));
      return answer;
    }).catch(function () {
      return caches.open(KEPT).then(function (kept) { return kept.match(self.registration.scope); }).then(function (page) { return page || Response.error(); });
    }));
  } else if (url.pathname.indexOf("/assets/") >= 0) {
    event.respondWith(caches.open(KEPT).then(function (kept) { return kept.match(request.url.split("#")[0]); }).then(function (there) { return there || fetch(request); }));
  }
});
