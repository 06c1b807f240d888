"""Drive a headless Chromium over its debugging pipe."""

import base64
import json
import os
import select
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --hide-scrollbars"
)
PATIENCE = 20
# Key → its code, and the character that it types.
_KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), "ArrowDown": (40, "")}
_CONTROL = 2


class Browser:
    """One tab; `complaints` is what its console and the page's security policy reported."""

    def __init__(self, chromium: Path, profile: Path) -> None:
        """Start it."""
        reads, self._writes = os.pipe()
        answers, writes = os.pipe()
        # Chromium wants the ends of the pipe to be the descriptors 3 and 4.
        script = f'exec "$@" 3<&{reads} 4>&{writes}'
        flags = [*FLAGS.split(), f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        self._process = subprocess.Popen(
            ["bash", "-c", script, "chromium", str(chromium), *flags, "about:blank"],
            pass_fds=(reads, writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        self._answers = os.fdopen(answers, "rb", buffering=0)
        self._number, self._rest, self._session = 0, b"", ""
        self.complaints: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(row["targetId"] for row in targets if row["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._writes)
        self._answers.close()

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Return the result of a command of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._answers], [], [], PATIENCE)[0], "chromium says nothing"
            part = self._answers.read(1 << 16)
            assert part, "chromium has ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] != "verbose":
            self.complaints.append(parameters["entry"]["text"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"]))
        elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] != "log":
            self.complaints.append(json.dumps(parameters["args"]))

    def open(self, url: str) -> None:
        """Go to `url`, and wait until it is there."""
        self.run("window.isOld = true")
        self.call("Page.navigate", url=url)
        self.wait("!window.isOld && document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression, of a promise what it comes to."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, condition: str) -> None:
        """Return as soon as `condition` is true; fail after PATIENCE seconds."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.run(f"Boolean({condition})"):
                    return
            except AssertionError:
                pass  # the page went away while it was looked at
            time.sleep(0.02)
        raise AssertionError(f"never true: {condition}")

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key by its name."""
        code, text = _KEYS[key]
        fields = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        typed = {} if modifiers or not text else {"text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **fields, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **fields)

    def press_control(self, key: str) -> None:
        """Press a key with Control held."""
        self.press(key, _CONTROL)

    def type(self, text: str) -> None:
        """Type `text`, a key for each character."""
        for character in text:
            fields = {"key": character, "text": character}
            self.call("Input.dispatchKeyEvent", type="keyDown", **fields)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    def look(self, width: int, *, is_dark: bool = False, media: str = "") -> None:
        """Make the window that wide, and prefer that colour scheme; `media` may be "print"."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def picture(self, width: int, *, is_dark: bool = False) -> bytes:
        """Return the whole page as PNG, in a window of that width."""
        self.look(width, is_dark=is_dark)
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(found["data"])
