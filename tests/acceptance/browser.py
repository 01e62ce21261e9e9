"""A real browser for the tests of pages: Debian's Chromium, driven over a pipe in its own protocol.

A browser's driver would bring along more than all that is tested. The protocol is published
(https://chromedevtools.github.io/devtools-protocol/): JSON messages, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_PLACING = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts both pipes where a browser looks for them, which is not where we got them, and becomes the browser."""

PATIENCE = 60.0
"""Seconds that one answer may take."""


class Browser:
    """One page of a browser: what it is told, and everything that happens in it."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._read = read
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self._scripts = True
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what happens meanwhile is kept in `events`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            answer = self._next(PATIENCE)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self.events.append(answer)

    def evaluate(self, script: str) -> Any:
        """Return what a script of the test comes to, awaited; it is under no policy of the page."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def close(self) -> None:
        """End the browser in order: its processes write nothing more into its profile."""
        self._session = None
        self.ask("Browser.close")

    def open(self, path: Path) -> None:
        """Open a file and wait until it is loaded and drawn."""
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next(PATIENCE))
        self.settle()

    def settle(self) -> None:
        """Wait until the page was drawn again, twice, and no more messages of it are on the way."""
        if self._scripts:
            self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        with suppress(TimeoutError):
            while True:
                self.events.append(self._next(0.05))

    def look(self, *, dark: bool = False, width: int = 1280, height: int = 900, print_: bool = False) -> None:
        """Set what the page is looked at with."""
        self.ask(
            "Emulation.setEmulatedMedia",
            media="print" if print_ else "screen",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    def run_scripts(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Switch the scripts of pages on or off; those of the test always run."""
        self._scripts = on
        self.ask("Emulation.setScriptExecutionDisabled", value=not on)

    def type(self, text: str) -> None:
        """Type text, as on a keyboard, into what has the focus."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    def shot(self, path: Path, *, whole: bool = False) -> None:
        """Save a picture of what is shown, or of the whole page."""
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def printed(self, path: Path) -> None:
        """Save the page as it prints."""
        self.ask("Emulation.setEmulatedMedia", media="")
        path.write_bytes(base64.b64decode(self.ask("Page.printToPDF", printBackground=False)["data"]))

    def complaints(self) -> list[str]:
        """Return what the console of the page told: errors, violations of its policy, exceptions, messages."""
        told = []
        for event in self.events:
            parameters = event.get("params", {})
            match event.get("method"):
                case "Runtime.exceptionThrown":
                    told.append(f"exception: {parameters['exceptionDetails']}")
                case "Runtime.consoleAPICalled":
                    told.append(f"console: {parameters['args']}")
                case "Log.entryAdded":
                    told.append(f"log: {parameters['entry']['text']}")
                case "Page.javascriptDialogOpening":
                    told.append(f"dialog: {parameters['message']}")
                case _:
                    pass
        return told

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def _next(self, patience: float) -> dict[str, Any]:
        until = time.monotonic() + patience
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(until - time.monotonic(), 0))
            if not ready:
                raise TimeoutError
            data = os.read(self._read, 1 << 20)
            if not data:
                raise AssertionError("the browser is gone")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start a browser without a window and without a network; it is gone afterwards."""
    ours, its = os.pipe(), os.pipe()  # to write to it, and what it writes
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _PLACING,
            str(ours[0]),
            str(its[1]),
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
        ],
        pass_fds=(ours[0], its[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(ours[0])
    os.close(its[1])
    try:
        running = Browser(ours[1], its[0])
        yield running
        running.close()
        process.wait(timeout=PATIENCE)
    finally:
        os.close(ours[1])
        os.close(its[0])
        process.terminate()
        process.wait(timeout=PATIENCE)
