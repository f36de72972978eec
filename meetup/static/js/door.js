// The door on a phone. What is noted here is kept on the phone under an id of its own until the server has it;
// sending it twice, or from two phones, counts once. Names are kept for a day at most.
(function (doc) {
  "use strict";
  var root = doc.querySelector("[data-door]");
  if (!root || !window.indexedDB) return;
  var words = root.dataset, DAY = 24 * 3600 * 1000;
  var people = [], queue = [], db = null, sending = false, timer = null;
  function find(name) { return root.querySelector("[data-door-" + name + "]"); }
  var list = find("list"), query = find("query"), said = find("said"), state = find("state");

  // What the phone keeps.
  function open() {
    return new Promise(function (done, fail) {
      var asked = indexedDB.open("meetup-door:" + words.door, 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("people");
        asked.result.createObjectStore("queue", { keyPath: "id" });
      };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { fail(asked.error); };
    });
  }
  function store(name, mode, act) {
    return new Promise(function (done, fail) {
      var unit = db.transaction(name, mode), asked = act(unit.objectStore(name));
      unit.oncomplete = function () { done(asked && asked.result); };
      unit.onerror = unit.onabort = function () { fail(unit.error); };
    });
  }
  function keepPeople() {
    return store("people", "readwrite", function (box) { return box.put({ at: Date.now(), people: people }, "all"); });
  }

  // Words without diacritics, as the server writes them.
  function fold(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/\s+/g, " ").trim();
  }
  function codeIn(text) {
    var found = /[?&]q=([^&#]+)/.exec(text);
    var plain = (found ? decodeURIComponent(found[1]) : text).replace(/[\s-]+/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
    return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(plain) ? plain.slice(0, 4) + "-" + plain.slice(4) : "";
  }

  function tell(text, kind) {
    said.textContent = text;
    said.className = "mu-note mu-tone--" + (kind || "info");
    said.hidden = !text;
  }
  function element(name, className, text) {
    var made = doc.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  function waiting(key) { return queue.some(function (one) { return one.registration === key; }); }

  function draw() {
    var wanted = fold(query.value).split(" ").filter(Boolean), code = codeIn(query.value);
    var coded = code ? people.filter(function (one) { return one.code === code; }) : [];
    var rows = coded.length ? coded : people.filter(function (one) {
      return wanted.every(function (word) { return one.words.indexOf(word) >= 0; });
    });
    rows = rows.slice().sort(function (a, b) { return (a.there || waiting(a.key)) - (b.there || waiting(b.key)); });
    list.replaceChildren.apply(list, rows.slice(0, 60).map(line));
    find("none").hidden = rows.length > 0;
    var there = people.filter(function (one) { return one.there || waiting(one.key); }).length;
    find("count").textContent = there + "/" + people.length;
    state.textContent = (navigator.onLine ? words.online : words.offline) + (queue.length ? " · " + words.waiting.replace("{n}", queue.length) : "");
    state.dataset.waiting = queue.length;
    var bad = queue.filter(function (one) { return one.reason; });
    find("refused").hidden = !bad.length;
    find("refused-list").replaceChildren.apply(find("refused-list"), bad.map(refusedLine));
  }
  function line(one) {
    var is = one.there || waiting(one.key);
    var row = element("li", "mu-work" + (is ? " mu-work--ok" : "")), left = element("div"), side = element("div", "mu-work__side");
    left.append(element("h3", "h6 mb-1", one.enterprise), element("p", "mb-0", one.names));
    if (is) side.append(element("span", "mu-badge mu-badge--ok", words.there));
    else {
      var button = element("button", "btn btn-primary", words.here);
      button.type = "button";
      button.setAttribute("aria-label", words.here + ": " + one.enterprise);
      button.onclick = function () { arrive(one); };
      side.append(button);
    }
    row.append(left, side);
    return row;
  }
  function refusedLine(one) {
    var row = element("li", "mb-2", (one.label || "") + " – " + one.reason + " ");
    var drop = element("button", "btn btn-link btn-sm", words.drop);
    drop.type = "button";
    drop.onclick = function () { store("queue", "readwrite", function (box) { return box.delete(one.id); }).then(load).then(draw); };
    row.append(drop);
    return row;
  }

  // Noting: on the phone first, then on its way.
  function note(arrival) {
    arrival.id = crypto.randomUUID();
    arrival.at = new Date().toISOString();
    return store("queue", "readwrite", function (box) { return box.add(arrival); }).then(function () {
      queue.push(arrival);
      if (navigator.vibrate) navigator.vibrate(60);
      draw();
      send();
    }, function () { tell(words.full, "bad"); });
  }
  function arrive(one) {
    if (one.there || waiting(one.key)) { tell(words.already.replace("{name}", one.enterprise), "warn"); return; }
    note({ registration: one.key, label: one.enterprise }).then(function () {
      tell(words.done.replace("{name}", one.enterprise), "ok");
    });
  }
  function byCode(text) {
    var code = codeIn(text), one = code && people.filter(function (row) { return row.code === code; })[0];
    if (one) arrive(one); else tell(words.unknown, "bad");
  }

  // Sending. A fresh token first: the page may be hours old.
  function load() {
    return store("queue", "readonly", function (box) { return box.getAll(); }).then(function (rows) { queue = rows; });
  }
  function fetchList() {
    return fetch(words.list, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      if (answer.redirected || !answer.ok || (answer.headers.get("Content-Type") || "").indexOf("json") < 0) {
        tell(words.signIn, "bad");
        throw new Error("list");
      }
      return answer.json();
    }).then(function (told) {
      people = told.people;
      return keepPeople().then(function () { return told; });
    });
  }
  function send() {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    fetchList().then(function (told) {
      // What was refused before waits behind what is new.
      var fresh = queue.slice().sort(function (a, b) { return !!a.reason - !!b.reason; }).slice(0, 200);
      if (!fresh.length) return null;
      return fetch(words.arrivals, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": told.csrf },
        body: JSON.stringify({ now: new Date().toISOString(), arrivals: fresh.map(function (one) {
          return { id: one.id, at: one.at, registration: one.registration, name: one.name, enterprise: one.enterprise };
        }) })
      }).then(function (answer) { return answer.json(); }).then(function (told) {
        if (!told.arrivals) { tell(told.error || "", "bad"); return null; }
        return Promise.all(told.arrivals.map(function (one) {
          return store("queue", "readwrite", function (box) {
            if (one.outcome !== "refused") return box.delete(one.id);
            var kept = fresh.filter(function (row) { return row.id === one.id; })[0];
            kept.reason = one.reason;
            return box.put(kept);
          });
        })).then(fetchList);
      });
    }).then(load).catch(function () { /* no network: later */ }).then(function () {
      sending = false;
      draw();
      timer = setTimeout(send, queue.some(function (one) { return !one.reason; }) ? 5000 : 30000);
    });
  }

  // The camera, where the browser reads codes by itself.
  var video = find("video"), scan = find("scan"), stream = null, lastSeen = "";
  function stop() {
    if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
    stream = null;
    video.hidden = true;
    scan.setAttribute("aria-pressed", "false");
  }
  function look(detector) {
    if (!stream) return;
    detector.detect(video).then(function (codes) {
      if (codes[0] && codes[0].rawValue !== lastSeen) { lastSeen = codes[0].rawValue; byCode(lastSeen); }
    }).catch(function () { /* the next picture */ }).then(function () { setTimeout(function () { look(detector); }, 200); });
  }
  function offerCamera() {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    BarcodeDetector.getSupportedFormats().then(function (formats) {
      if (formats.indexOf("qr_code") < 0) return;
      find("camera").hidden = false;
      scan.onclick = function () {
        if (stream) { stop(); return; }
        navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (got) {
          stream = got;
          lastSeen = "";
          video.srcObject = got;
          video.hidden = false;
          scan.setAttribute("aria-pressed", "true");
          return video.play();
        }).then(function () { look(new BarcodeDetector({ formats: ["qr_code"] })); })
          .catch(function () { stop(); tell(words.noCamera, "bad"); });
      };
    });
    addEventListener("pagehide", stop);
  }

  find("search").addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopPropagation();
    if (!codeIn(query.value)) return;
    byCode(query.value);
    query.value = "";
    draw();
    query.focus();
  });
  query.addEventListener("input", draw);
  find("walk-in").addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopPropagation();
    var form = event.target, name = form.elements.contact_name.value.trim(), enterprise = form.elements.name.value.trim();
    if (!name) { form.elements.contact_name.focus(); return; }
    note({ name: name, enterprise: enterprise, label: name }).then(function () {
      tell(words.done.replace("{name}", name), "ok");
      form.reset();
    });
  });
  find("send").onclick = send;
  addEventListener("online", send);
  addEventListener("offline", draw);

  open().then(function (opened) {
    db = opened;
    return Promise.all([load(), store("people", "readonly", function (box) { return box.get("all"); })]);
  }).then(function (found) {
    if (found[1] && Date.now() - found[1].at < DAY) people = found[1].people;
    else return store("people", "readwrite", function (box) { return box.clear(); });
  }).then(function () {
    root.classList.add("is-ready");
    find("tools").hidden = false;
    draw();
    send();
  }).catch(function () { tell(words.full, "bad"); });
  offerCamera();
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(words.worker).then(function () { return navigator.serviceWorker.ready; }).then(function () { root.dataset.kept = "yes"; }).catch(function () { /* without it the page must stay open */ });
  }
})(document);
