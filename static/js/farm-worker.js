/* The purchase page without network: its page, scripts and styles from the last visit. Notes wait in the page's own store. */
"use strict";
const SHELF = "farm-1";
const PAGE = "/farm/purchases/new";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("farm-") && name !== SHELF).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

const keep = async (request, answer) => {
  if (answer.ok && !answer.redirected) { (await caches.open(SHELF)).put(request, answer.clone()); }
  return answer;
};

/* The network for four seconds, then what was kept. A log-in page is never kept. */
const fresh = async (request, key) => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), 4000);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", signal: late.signal });
    if (answer.status >= 500) { throw new Error("busy"); }
    return await keep(key, answer);
  } catch (error) {
    const kept = await caches.match(key);
    if (kept) { return kept; }
    throw error;
  } finally { clearTimeout(timer); }
};

const shelved = async (request) => (await caches.match(request)) || keep(request, await fetch(request));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (url.pathname === PAGE) { event.respondWith(fresh(request, PAGE)); return; }
  if (url.pathname.startsWith("/static/")) { event.respondWith(shelved(request)); }
});
