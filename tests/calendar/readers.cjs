// Reads .ics files with ical.js (Thunderbird, Nextcloud) and node-ical (home boards, bots) for the tests.
//
// On standard input one folder a line; for each, one line of JSON on standard output:
//   {"ical.js": {"a.ics": {entries, occurrences, method} or {error}, ...}, "node-ical": {...}}
// It stays until its input ends, since starting node costs more than reading a hundred files.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const ICAL = require("../node_modules/ical.js/dist/ical.es5.cjs");
const nodeIcal = require("../node_modules/node-ical");

const [FROM, TO] = process.argv.slice(2).map((text) => new Date(text));
const MOST = 5000;

const shown = (date) => date.toISOString().replace(".000Z", "Z");
const bare = (address) => String(address).replace(/^mailto:/, "");

// ---- ical.js: knows our VTIMEZONE and no other.

function icalInstant(time) {
  if (!time) return "";
  if (time.isDate) return time.toString();
  if (time.zone === ICAL.Timezone.localTimezone) return `${time} floating`;
  return shown(new Date(time.toUnixTime() * 1000));
}

function icalWho(property) {
  const who = { email: bare(property.getFirstValue()), name: property.getFirstParameter("cn") || "" };
  const partstat = property.getFirstParameter("partstat");
  return partstat ? { ...who, partstat } : who;
}

function icalEntry(part) {
  const value = (name) => part.getFirstPropertyValue(name) ?? "";
  const organizer = part.getFirstProperty("organizer");
  return {
    kind: part.name.toUpperCase(),
    uid: value("uid"),
    recurrence_id: icalInstant(value("recurrence-id")),
    start: icalInstant(value("dtstart")),
    end: icalInstant(value("dtend")),
    due: icalInstant(value("due")),
    summary: value("summary"),
    location: value("location"),
    description: value("description"),
    status: value("status"),
    sequence: value("sequence") || 0,
    organizer: organizer ? icalWho(organizer) : null,
    attendees: part.getAllProperties("attendee").map(icalWho),
  };
}

function icalOccurrences(parts) {
  const found = [];
  const byUid = new Map();
  for (const part of parts) {
    const uid = part.getFirstPropertyValue("uid");
    byUid.set(uid, [...(byUid.get(uid) || []), part]);
  }
  const note = (uid, start, end) => found.push([uid, icalInstant(start), icalInstant(end)]);
  for (const [uid, group] of byUid) {
    const master = group.find((part) => !part.hasProperty("recurrence-id"));
    const overrides = group.filter((part) => part.hasProperty("recurrence-id"));
    if (!master) {
      for (const part of overrides) note(uid, part.getFirstPropertyValue("dtstart"), part.getFirstPropertyValue("dtend"));
      continue;
    }
    const event = new ICAL.Event(master, { exceptions: overrides.map((part) => new ICAL.Event(part)) });
    if (!event.isRecurring()) {
      note(uid, event.startDate, event.endDate);
      continue;
    }
    const iterator = event.iterator();
    for (let count = 0; count < MOST; count++) {
      const next = iterator.next();
      if (!next || next.toUnixTime() * 1000 > TO.getTime()) break;
      const details = event.getOccurrenceDetails(next);
      note(uid, details.startDate, details.endDate);
    }
  }
  return found;
}

function readWithIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent");
  const tasks = calendar.getAllSubcomponents("vtodo");
  return {
    entries: [...events, ...tasks].map(icalEntry),
    occurrences: icalOccurrences(events),
    method: calendar.getFirstPropertyValue("method") || "",
  };
}

// ---- node-ical: goes by the zone's IANA name and never looks at VTIMEZONE.

const plain = (value) => (value && typeof value === "object" && "val" in value ? value.val : (value ?? ""));

function nodeInstant(date) {
  if (!date) return "";
  if (!(date instanceof Date)) return `${date} unread`;
  if (!date.dateOnly) return date.tz ? shown(date) : `${date.toISOString()} floating`;
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function nodeWho(found) {
  const params = found.params || {};
  const who = { email: bare(plain(found)), name: String(params.CN ?? "") };
  return params.PARTSTAT ? { ...who, partstat: params.PARTSTAT } : who;
}

function nodeEntry(part) {
  return {
    kind: part.type,
    uid: part.uid,
    recurrence_id: nodeInstant(part.recurrenceid),
    start: nodeInstant(part.start),
    end: part.type === "VEVENT" ? nodeInstant(part.end) : "",
    due: nodeInstant(part.due),
    summary: plain(part.summary),
    location: plain(part.location),
    description: plain(part.description),
    status: part.status || "",
    sequence: Number(part.sequence || 0),
    organizer: part.organizer ? nodeWho(part.organizer) : null,
    attendees: [part.attendee || []].flat().map(nodeWho),
  };
}

function readWithNodeIcal(text) {
  const found = nodeIcal.sync.parseICS(text);
  const entries = [];
  const occurrences = [];
  for (const part of Object.values(found)) {
    if (part.type !== "VEVENT" && part.type !== "VTODO") continue;
    // An override without its master stands for both.
    const overrides = new Set(Object.values(part.recurrences || {}));
    if (!part.recurrenceid) entries.push(nodeEntry(part));
    for (const override of overrides) entries.push(nodeEntry(override));
    if (part.type !== "VEVENT") continue;
    for (const one of nodeIcal.expandRecurringEvent(part, { from: FROM, to: TO })) {
      occurrences.push([part.uid, nodeInstant(one.start), nodeInstant(one.end)]);
    }
  }
  return { entries, occurrences, method: plain(found.vcalendar?.method) };
}

function attempt(read, text) {
  try {
    return read(text);
  } catch (error) {
    return { error: String(error.stack || error) };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (folder) => {
  const answer = { "ical.js": {}, "node-ical": {} };
  for (const name of fs.readdirSync(folder).sort()) {
    const text = fs.readFileSync(path.join(folder, name), "utf8");
    answer["ical.js"][name] = attempt(readWithIcalJs, text);
    answer["node-ical"][name] = attempt(readWithNodeIcal, text);
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
