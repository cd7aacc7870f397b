"""The emulator as a process: one port, threads, one line of JSON on standard output."""

import json
import logging
import signal
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from typing import Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from market.gateways.emulator.app import create_emulator_app
from market.gateways.emulator.emulator import (
    APP_ID,
    SECOND_APP_ID,
    SECOND_SELLER_ID,
    SELLER_ID,
    Emulator,
)

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not bound)


class Quiet(WSGIRequestHandler):
    """No line per request: query strings hold tokens, and the emulator keeps its own log."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (its name there)
        if type == "error":
            logging.getLogger("emulator").error(message, *args)


@dataclass(frozen=True)
class Address:
    """Where to listen. Port 0 takes a free one; `tls` names a certificate and a key file; `public_url` is the front of
    codes and links if it is another than host and port.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: tuple[str, str] | None = None
    public_url: str = ""

    def own_url(self, port: int) -> str:
        """Where callers on this machine find it."""
        host = "127.0.0.1" if self.host in _EVERYWHERE else self.host
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls else 'http'}://{host}:{port}"


class Live:
    """A running emulator: `with Live(emulator) as live: live.gateway_url`."""

    def __init__(self, emulator: Emulator, address: Address = Address()) -> None:
        self.emulator = emulator
        app = create_emulator_app(emulator)
        self.server: BaseWSGIServer = make_server(
            address.host, address.port, app, threaded=True, request_handler=Quiet, ssl_context=address.tls
        )
        self.base_url = emulator.options.own_url = address.own_url(self.server.server_port)
        emulator.options.base_url = address.public_url.rstrip("/") or self.base_url

    @property
    def gateway_url(self) -> str:
        return f"{self.base_url}/gateway.do"

    def __enter__(self) -> Self:
        self.emulator.courier.start()
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self._thread.join()
        self.close()

    def close(self) -> None:
        self.emulator.courier.stop()
        self.server.server_close()
        self.emulator.store.close()

    def announcement(self) -> dict[str, object]:
        """What a caller needs to know, as printed at the start."""
        return {
            "gateway_url": self.gateway_url,
            "port": self.server.server_port,
            "cashier_url": f"{self.emulator.options.base_url}/cashier/",
            "control_url": f"{self.base_url}/_emulator/",
            "app_id": APP_ID,
            "app_ids": [APP_ID, SECOND_APP_ID],
            "seller_id": SELLER_ID,
            "seller_ids": [SELLER_ID, SECOND_SELLER_ID],
            "keys": self.emulator.keys.files,
        }


def serve(emulator: Emulator, address: Address) -> None:
    """Serve until SIGTERM or Ctrl-C. Prints exactly one line once the port answers."""
    live = Live(emulator, address)

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=live.server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    emulator.courier.start()
    sys.stdout.write(json.dumps(live.announcement()) + "\n")
    sys.stdout.flush()
    live.server.serve_forever(0.1)
    live.close()
