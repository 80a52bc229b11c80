"""Officers' pages in a real Chromium: when cards come into the page, and how a long list fares."""

from contextlib import suppress
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

SIZE = {"width": 1366, "height": 768}
WATCH = """
window.seen = {}; window.tasks = []; window.firsts = {};
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.tasks.push([one.startTime, one.duration]);
}).observe({ type: "longtask", buffered: true });
const note = (node) => {
  if (node.id.startsWith("card-")) window.seen[node.id.slice(5)] ??= Date.now();
};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== 1) continue;
    note(node);
    node.querySelectorAll("li.card").forEach(note);
  }
  if (!window.firsts.cards && document.querySelector(".feed li.card")) {
    window.firsts.cards = performance.now();
    requestAnimationFrame(() => setTimeout(() => { window.firsts.painted = performance.now(); }));
  }
}).observe(document, { childList: true, subtree: true });
"""
SCROLL = """
async ([seconds, step]) => {
  const list = document.getElementById("cards");
  const frames = [];
  window.tasks.length = 0;
  const began = performance.now();
  let last = began, way = step;
  await new Promise((done) => {
    const next = (at) => {
      frames.push(at - last);
      last = at;
      if (list.scrollTop + list.clientHeight >= list.scrollHeight - 2) way = -step;
      if (list.scrollTop <= 0) way = step;
      list.scrollTop += way;
      if (at - began < seconds * 1000) requestAnimationFrame(next);
      else done();
    };
    requestAnimationFrame(next);
  });
  return { frames: frames.slice(1), tasks: window.tasks.map((one) => one[1]) };
}
"""


async def enter(browser: Browser, url: str, cookie: str) -> BrowserContext:
    """A browser of an officer who is let in."""
    context = await browser.new_context(viewport=SIZE)
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": url}])
    await context.add_init_script(WATCH)
    return context


async def opened(context: BrowserContext, url: str) -> Page:
    """An officer's page with its cards."""
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_function("window.firsts.painted", timeout=60_000)
    return page


async def seen(page: Page) -> dict[str, float]:
    """When (ms of the wall clock) each card first stood in the page."""
    found: dict[str, float] = await page.evaluate("window.seen")
    return found


async def painted(page: Page) -> dict[str, float]:
    """Milliseconds from the navigation to the first cards' paint, and to the last long task."""
    await page.wait_for_timeout(5000)
    tasks = await page.evaluate("window.tasks")
    firsts = await page.evaluate("window.firsts")
    before = [task for task in tasks if task[0] < firsts["painted"] + 3000]
    return {
        "cards_in_page_ms": firsts["cards"], "painted_ms": firsts["painted"],
        "interactive_ms": max([firsts["painted"], *(at + ms for at, ms in before)]),
        "long_tasks_ms": sum(ms for _, ms in before),
        "longest_task_ms": max([0, *(ms for _, ms in before)]),
    }  # fmt: skip


async def scrolled(page: Page, seconds: float, step: int) -> dict[str, Any]:
    """The frames' times and the long tasks while the list is scrolled to and fro."""
    found: dict[str, Any] = await page.evaluate(SCROLL, [seconds, step])
    return found


async def weight(page: Page) -> dict[str, float]:
    """Nodes of the document, and megabytes of script memory after a collection."""
    devtools = await page.context.new_cdp_session(page)
    with suppress(Exception):
        await devtools.send("HeapProfiler.collectGarbage")
    await devtools.send("Performance.enable")
    told = await devtools.send("Performance.getMetrics")
    figures = {one["name"]: one["value"] for one in told["metrics"]}
    nodes = await page.evaluate("document.querySelectorAll('*').length")
    cards = await page.evaluate("document.querySelectorAll('.feed li.card').length")
    held = figures["JSHeapUsedSize"] / 1e6
    return {"nodes": nodes, "cards_in_page": cards, "script_mb": round(held, 1)}
