"""By hand: run axe-core over reports in Chromium, light and dark, wide and narrow, and print what it finds.

    npm install --no-save axe-core@4.14.1
    python tests/accessibility.py out/reports/*.html out/index.html

axe is found in the variable AXE or in node_modules; Chromium on the path. The exit code is 1 if anything
serious or critical was found.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

AXE = Path(os.environ.get("AXE", "node_modules/axe-core/axe.min.js"))
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
VIEWS = (("light", 1200), ("light", 360), ("dark", 1200), ("dark", 360))
LOUD = {"serious", "critical"}


def main(pages: list[str]) -> int:
    """The exit code, after one line for each view of each page and each violation."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not pages or chromium is None or not AXE.is_file():
        print(__doc__, file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    loud = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        for page in pages:
            for scheme, width in VIEWS:
                # The pages' own policy forbids every script; it is set aside for axe alone.
                context = browser.new_context(
                    bypass_csp=True,
                    color_scheme="dark" if scheme == "dark" else "light",
                    viewport={"width": width, "height": 900},
                )
                view = context.new_page()
                view.goto(Path(page).resolve().as_uri())
                overflow = view.evaluate("document.documentElement.scrollWidth") - width
                view.add_script_tag(path=AXE)
                found = view.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
                violations = found["violations"]
                print(
                    f"{page} {scheme} {width}px: {len(violations)} violations, "
                    f"{len(found['passes'])} rules passed, "
                    f"{len(found['incomplete'])} to look at, {max(0, overflow)}px too wide"
                )
                for each in violations:
                    loud += each["impact"] in LOUD
                    print(f"  {each['impact']}: {each['id']}: {each['help']}")
                    for node in each["nodes"][:5]:
                        print(f"    {' '.join(map(str, node['target']))}")
                for each in found["incomplete"]:
                    print(f"  to look at: {each['id']} ({len(each['nodes'])}): {each['help']}")
                context.close()
        browser.close()
    return int(loud > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
