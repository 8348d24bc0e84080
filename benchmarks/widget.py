"""How soon the chat is seen on a weak phone, in the system's Chromium."""

from __future__ import annotations

import shutil
import statistics

from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROUNDS = 5
# Lighthouse's "slow 4G": 150 ms there and back, 1.6 Mbit/s down, 0.75 up; a processor four times slower.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 204_800, "uploadThroughput": 96_000}
PROCESSOR = {"rate": 4}
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
WATCH = """
window.shift = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
  .observe({type: "layout-shift", buffered: true});
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def widget_rows(url: str) -> list[tuple[str, str]]:
    """First paint, first question and layout shift of the chat's page; medians of five visits."""
    executable = shutil.which("chromium")
    if executable is None:
        return [("the chat on a weak phone", "no Chromium here")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        visits = [_visit(browser, url) for _ in range(ROUNDS)]
        browser.close()
    painted, asked, shift = (statistics.median(values) for values in zip(*visits, strict=True))
    return [
        ("the chat on a weak phone: first paint", f"{painted:.0f} ms"),
        ("the chat on a weak phone: first question", f"{asked:.0f} ms"),
        ("the chat on a weak phone: layout shift", f"{shift:.4f}"),
    ]


def _visit(browser: Browser, url: str) -> tuple[float, float, float]:
    """(ms to the first paint, ms to the first question, sum of layout shifts) of one new visitor."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.add_init_script(WATCH)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", PROCESSOR)
    page.goto(f"{url}/chat")
    page.locator("#log .message").nth(1).wait_for()
    found = page.evaluate(PAINTED), page.evaluate("performance.now()"), page.evaluate("window.shift")
    context.close()
    return found
