"""The emulator as a process: one port, threads, one line of JSON on standard output."""

import json
import logging
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from market.gateways.emulator.app import create_emulator_app
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.emulator import (
    APP_ID,
    SECOND_APP_ID,
    SECOND_SELLER_ID,
    SELLER_ID,
    Emulator,
    Options,
)
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.store import Store


class Quiet(WSGIRequestHandler):
    """No line per request: query strings hold tokens, and the emulator keeps its own log."""

    def log(self, type: str, message: str, *args: object) -> None:
        if type == "error":
            logging.getLogger("emulator").error(message, *args)


class Live:
    """A running emulator: `with Live(emulator) as live: live.gateway_url`. Port 0 takes a free one."""

    def __init__(
        self, emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0, tls: tuple[str, str] | None = None,
        public_url: str = "",
    ) -> None:
        self.emulator = emulator
        app = create_emulator_app(emulator)
        self.server: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=Quiet, ssl_context=tls
        )
        self.server.daemon_threads = True  # type: ignore[attr-defined]
        scheme = "https" if tls else "http"
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.base_url = public_url.rstrip("/") or f"{scheme}://{shown}:{self.server.server_port}"
        emulator.options.base_url = self.base_url

    @property
    def gateway_url(self) -> str:
        return f"{self.base_url}/gateway.do"

    def __enter__(self) -> "Live":
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
            "cashier_url": f"{self.base_url}/cashier/",
            "control_url": f"{self.base_url}/_emulator/",
            "app_id": APP_ID,
            "app_ids": [APP_ID, SECOND_APP_ID],
            "seller_id": SELLER_ID,
            "seller_ids": [SELLER_ID, SECOND_SELLER_ID],
            "keys": self.emulator.keys.files,
        }


def serve(
    *, host: str, port: int, store: str, clock: str, keys: str, options: Options,
    tls: tuple[str, str] | None = None, public_url: str = "",
) -> None:
    """Serve until SIGTERM or Ctrl-C. Prints exactly one line once the port answers."""
    emulator = Emulator(Keys.open(Path(keys)), Store(store), Clock.of(clock), options)
    try:
        live = Live(emulator, host=host, port=port, tls=tls, public_url=public_url)
    except (OSError, SystemExit) as error:
        raise SystemExit(f"the port {host}:{port} cannot be opened: {error}") from None

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=live.server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    emulator.courier.start()
    print(json.dumps(live.announcement()), flush=True)
    live.server.serve_forever(0.1)
    live.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiet() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
