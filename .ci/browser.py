"""The browser of .ci/page, for other checks of a page."""

import contextlib
import importlib.machinery
import importlib.util
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
_loader = importlib.machinery.SourceFileLoader("page", str(Path(__file__).parent / "page"))
page = importlib.util.module_from_spec(importlib.util.spec_from_loader("page", _loader))
_loader.exec_module(page)
page.DEADLINE = time.monotonic() + 300


@contextlib.contextmanager
def opened(address, width=1280, height=900, downloads=None, before=None):
    """A browser that shows the page, every event kept. `before`: a script that runs before the page's own."""
    with tempfile.TemporaryDirectory(prefix="page-check-", ignore_cleanup_errors=True) as profile:
        browser = page.Browser(page.find_browser(), profile)
        try:
            if downloads:
                browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), eventsEnabled=True)
            target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
            browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
                browser.ask(f"{domain}.enable")
            if before:
                browser.ask("Page.addScriptToEvaluateOnNewDocument", source=before)
            browser.screen(width, height)
            went = browser.ask("Page.navigate", url=address)
            if "errorText" in went:
                raise SystemExit(f"page check: {address}: {went['errorText']}")
            browser.wait_for("Page.loadEventFired")
            yield browser
        finally:
            browser.close()


def ended(name, faults):
    """Says the faults, and ends."""
    for fault in dict.fromkeys(faults):
        print(f"{name}: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)
