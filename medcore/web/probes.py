"""Quiet answers to the probes of Streamlit's client.

Opened at a page's address (`/optimizer_comparison`) the client first asks whether the server's root
lies there, then whether it lies one level up. The first answer has to be "no"; a 404 would
write an error into the browser's console at every link that is opened.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

PROBES = ("/_stcore/health", "/_stcore/host-config")


class QuietProbes:
    """ASGI middleware: 300 Multiple Choices, neither success nor error, for a probe below the root."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith(PROBES) and path not in PROBES:
            await send({"type": "http.response.start", "status": 300, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)
