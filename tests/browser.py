"""Pages as a browser shows them: what overflows, what is fetched, what is drawn."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None and not os.environ.get("CI"), reason="chromium is not installed")
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><pre></pre>
<iframe src="page.html" style="border:0;width:WIDTHpx;height:900px"></iframe><script>
onload = () => {
  const frame = document.querySelector('iframe'), page = frame.contentDocument, root = page.documentElement;
  const inside = (e) => e && (e.matches('.scroll,.strip,.plot') || inside(e.parentElement));
  const over = [...page.querySelectorAll('body *')].filter(
    (e) => !inside(e) && e.getBoundingClientRect().right > root.clientWidth + 0.5);
  document.querySelector('pre').textContent = JSON.stringify({
    wide: root.scrollWidth, room: root.clientWidth, over: over.map((e) => e.outerHTML.slice(0, 120)),
    asked: frame.contentWindow.performance.getEntriesByType('resource').map((e) => e.name),
    text: page.querySelector('h1').textContent, drawn: page.querySelectorAll('svg path').length,
    high: [...page.querySelectorAll('svg')].map((e) => e.getBoundingClientRect().height),
    ground: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
  });
};</script>"""


def chromium(*options: str) -> subprocess.CompletedProcess[str]:
    """A run of the browser, without a window."""
    assert BROWSER, "chromium is needed"
    usual = ["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    return subprocess.run([BROWSER, *usual, *options], capture_output=True, text=True, check=True, timeout=120)


def look(folder: Path, page: str, width: int, *options: str) -> dict[str, Any]:
    """What a browser says of a page in a window so wide."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    done = chromium(profile, "--allow-file-access-from-files", *options, "--dump-dom", (folder / "frame.html").as_uri())
    assert [said for said in done.stderr.splitlines() if "CONSOLE" in said] == []
    found = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found
    return dict(json.loads(html.unescape(found[1])))
