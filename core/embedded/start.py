"""The main job of `dev.py`: everything an installation needs, on this machine, until somebody stops it.

Order: database, queue, schema, demo data, emulated Alipay, web; once the first page answers, the addresses and the
demo log-ins are printed, then worker and beat come up behind it. Run as `python -m core.embedded.start`.
"""

import argparse
import contextlib
import io
import os
import secrets
import shlex
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import config
from core.embedded import commands, roles, schema, tls
from core.embedded.lock import Busy, Lock
from core.embedded.postgres import Postgres
from core.embedded.processes import (
    EmbeddedError,
    child_environment,
    claim_port,
    end_all,
    free_port,
    marked,
)
from core.embedded.supervisor import Child, Stopped, Supervisor
from core.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
MARK = "XINGCUN_SUPERVISED"
BY_HAND = (*config.DEFAULTS, "DATABASE_OWNER_URL", "EMULATOR_CONTROL_URL")
STOP_ORDER = (("web", "beat", "alipay"), ("worker",), ("queue",))


class Start:
    """One run of the main job; `self.environment` is what every child of ours gets."""

    def __init__(self, host: str, port: int, *, demo: bool, tls: bool = False) -> None:
        self.host, self.port, self.demo, self.tls = host, port, demo, tls
        self.var = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
        self.supervisor = Supervisor(ROOT)
        self.lock = Lock(self.var / "running.lock")
        self.cluster: Postgres | None = None
        self.token = secrets.token_hex(16)
        self.environment = child_environment(
            VAR_DIR=str(self.var),
            XINGCUN_MODE=os.environ.get("XINGCUN_MODE") or ("demo" if demo else "production"),
            SERVER_URL=os.environ.get("SERVER_URL") or self.local_url,
            **{MARK: str(self.var), commands.START_TOKEN: self.token},
        )

    @property
    def local_host(self) -> str:
        """How this machine's own programs find us, as it stands in an address."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  compared, not bound
        return f"[{host}]" if ":" in host else host

    @property
    def local_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.local_host}:{self.port}"

    @property
    def embedded(self) -> bool:
        """Whether the database is our own, which may be thrown away and made again."""
        return self.cluster is not None

    def main(self) -> int:
        """Runs until stopped. Returns the exit code: 0 after a stop that was asked for."""
        try:
            self.lock.take(self.local_url)
            claim_port(self.host, self.port)
        except Busy as busy:
            self.supervisor.show(f"已在运行 / Already running: {busy.holder}\n")
            return 1
        except EmbeddedError as error:
            self.supervisor.show(f"{error}\n")
            return 1
        code = 0
        self.supervisor.obey_signals()
        try:
            self._bring_up()
            self.supervisor.watch()
        except Stopped:
            self.supervisor.show("\n正在停止… / Stopping…\n")
        except EmbeddedError as error:
            self.supervisor.show(f"{error}\n")
            code = 1
        finally:
            self._shut_down()
        return code

    def _bring_up(self) -> None:
        mark = f"{MARK}={self.var}"
        end_all(lambda: marked(mark), (signal.SIGTERM, signal.SIGKILL))  # what a killed start left behind
        self.environment.setdefault("SECRET_KEY", self._secret_key())
        self._name_operator()
        self._start_database()
        self._start_queue()
        self._start_alipay()
        self._write_environment()
        self._bring_schema_up()
        if self.demo:
            self._fill()
        self._announce(self._start_web())
        self.supervisor.start("worker", commands.worker(), self.environment)
        self.supervisor.start("beat", commands.beat(self.var / "beat-schedule"), self.environment)

    def _secret_key(self) -> str:
        path = self.var / "secret_key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()

    # --- servers -------------------------------------------------------------------------------------

    def _start_database(self) -> None:
        if self.environment.get("DATABASE_URL"):
            self.environment.setdefault("DATABASE_OWNER_URL", self.environment["DATABASE_URL"])
            return
        cluster = self.cluster = Postgres(self.var / "pg")
        cluster.prepare()
        log = self.supervisor.pipe("db")
        child = self.supervisor.adopt(Child("db", cluster.spawn(log), stop_with=signal.SIGINT))
        os.close(log)
        if not self.supervisor.wait_for(child, cluster.answers, seconds=300):  # a long recovery is still one
            raise EmbeddedError(
                "数据库未能启动，见上面的 db 行。 / The database did not start: see the lines of db above."
            )
        roles.make_roles(cluster)
        roles.make_database(cluster)
        self.environment["DATABASE_URL"] = cluster.url(roles.DATABASE, roles.APP)
        self.environment["DATABASE_OWNER_URL"] = cluster.url(roles.DATABASE, roles.OWNER)

    def _start_queue(self) -> None:
        if self.environment.get("REDIS_URL"):
            return
        queue = Valkey(self.var / "valkey")
        queue.prepare()
        log = self.supervisor.pipe("queue")
        child = self.supervisor.adopt(Child("queue", queue.spawn(log)))
        os.close(log)
        if not self.supervisor.wait_for(child, queue.answers):
            raise EmbeddedError(
                "队列未能启动，见上面的 queue 行。 / The queue did not start: see the lines of queue above."
            )
        self.environment["REDIS_URL"] = queue.url()

    def _start_alipay(self) -> None:
        """The emulator, in the demo only: a real installation talks to the real gateway."""
        if self.environment["XINGCUN_MODE"] != "demo" or self.environment.get("ALIPAY_GATEWAY_URL"):
            return
        port, keys = free_port(self.host, self.port + 1), self.var / "alipay"
        gateway = f"http://{self.local_host}:{port}"
        self.environment |= {
            "ALIPAY_GATEWAY_URL": f"{gateway}/gateway.do",
            "ALIPAY_KEYS_DIR": str(keys),
            "EMULATOR_CONTROL_URL": f"{gateway}/_emulator/",
        }
        seen_at = urlsplit(self.environment["SERVER_URL"]).netloc.rpartition(":")[0] or self.local_host
        store = self.var / "emulator.sqlite"
        command = commands.emulator(self.host, port, store, keys, seen_at=seen_at)
        child = self.supervisor.start("alipay", command, self.environment)
        if not self.supervisor.wait_for(child, lambda: commands.answers(f"{gateway}/_emulator/")):
            raise EmbeddedError(
                "支付模拟器未能启动，见上面的 alipay 行。 / The emulator did not start: see alipay above."
            )

    def _start_web(self) -> str:
        """Returns what the person needs to know besides the address, looked up while the server comes up."""
        servers = [commands.gunicorn] if not commands.granian_runs() else [commands.granian, commands.gunicorn]
        notes, pair = "", self._pair()
        trusted = pair.authority if pair else None
        for server in servers:
            child = self.supervisor.start("web", server(self.host, self.port, tls=pair), self.environment)
            notes = notes or self._notes()
            if self.supervisor.wait_for(child, lambda: commands.is_ours(self.local_url, self.token, trusted)):
                return notes
            self.supervisor.say(f"{server.__name__} 未能启动 / did not start", "web")
            self.supervisor.stop(["web"])
        raise EmbeddedError(
            "网页服务未能启动，见上面的 web 行。 / The web server did not start: see the lines of web above."
        )

    def _pair(self) -> tls.Pair | None:
        if not self.tls:
            return None
        seen_at = urlsplit(self.environment["SERVER_URL"]).hostname or ""
        return tls.pair(self.var / "tls", {seen_at, self.local_host.strip("[]")})

    def _name_operator(self) -> None:
        """Production insists on who runs it; a start by hand without demo says so and goes on with a visible blank."""
        if self.environment["XINGCUN_MODE"] != "production":
            return
        blank = [name for name in ("ICP_NO", "HOST_BODY", "SERVICE_PHONE") if not self.environment.get(name)]
        if blank:
            self.supervisor.say(f"上线前请设置 / before going public set: {', '.join(blank)}")
        self.environment |= dict.fromkeys(blank, "（待填写）")

    # --- data ----------------------------------------------------------------------------------------

    def _bring_schema_up(self) -> None:
        """Migrate, unless the database stands at the head already: asking costs less than the flask command."""
        if schema.current(self.environment["DATABASE_OWNER_URL"]) == schema.head():
            return
        self.supervisor.say("更新数据库结构 / bringing the schema up to date")
        if self.supervisor.run(commands.flask("db", "upgrade"), self.environment):
            raise EmbeddedError("数据库结构更新失败，见上面的输出。 / The migrations failed: see the output above.")

    def _notes(self) -> str:
        """The demo's log-ins, or the first operator's password on an empty system."""
        words = ("demo", "logins") if self.demo else ("people", "first-operator")
        return self.supervisor.output(commands.flask(*words), self.environment)

    def _fill(self) -> None:
        """Demo data on the first start; the marker saves the question on later ones."""
        made = self.var / "demo-made"
        if not (self.embedded and made.exists()):
            self._make_demo()
            made.touch()

    def _make_demo(self) -> None:
        state = self.supervisor.output(commands.flask("demo", "state"), self.environment).strip()
        if state == "made":
            return
        if state == "foreign":
            raise EmbeddedError(
                "数据库里已有自己的数据，不能加演示数据；请加 --no-demo 启动。 / "
                "The database holds data of your own, no demo is mixed in: start with --no-demo."
            )
        if state == "partial":  # an earlier start was killed in the middle of it
            if self.cluster is None:
                raise EmbeddedError(
                    "外部数据库里有未完成的演示数据，请清空该数据库后重试。 / "
                    "The external database holds half-made demo data: empty it and try again."
                )
            roles.drop_database(self.cluster, roles.DATABASE)
            roles.make_database(self.cluster)
            self._bring_schema_up()
        self.supervisor.say("生成演示数据（仅第一次）/ making the demo data (first start only)")
        if self.supervisor.run(commands.flask("demo", "make"), self.environment):
            raise EmbeddedError("演示数据生成失败，见上面的输出。 / The demo data failed: see the output above.")

    # --- words ---------------------------------------------------------------------------------------

    def _write_environment(self) -> None:
        """`var/env` for commands by hand: `set -a; . var/env; set +a; .venv/bin/flask --app wsgi …`."""
        path = self.var / "env"
        given = {name: value for name, value in self.environment.items() if name in BY_HAND}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(given.items())]
        path.touch(mode=0o600)
        path.write_text("".join(lines))

    def _announce(self, notes: str) -> None:
        since = os.environ.get("XINGCUN_STARTED_AT")
        took = f" ({time.time() - float(since):.1f} s)" if since else ""
        trust = f"  手机请先导入 / import on phones: {self.var / 'tls' / 'ca.crt'}" if self.tls else ""
        words = [notes.strip("\n"), f"  {self.local_url}{took}", trust, "  Ctrl-C 停止 / stops"]
        self.supervisor.show("\n" + "\n".join(filter(None, words)) + "\n\n")

    def _shut_down(self) -> None:
        began = time.monotonic()
        with contextlib.suppress(Stopped):
            self.supervisor.stop(*STOP_ORDER)
        if self.cluster:
            self.cluster.stop()
        self.lock.release()
        self.supervisor.show(f"已停止 / Stopped ({time.monotonic() - began:.1f} s)\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--no-demo", dest="demo", action="store_false")
    parser.add_argument("--tls", action="store_true", help="https with a certificate of this installation")
    given = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows the rest
    return Start(os.environ.get("HOST") or "127.0.0.1", given.port, demo=given.demo, tls=given.tls).main()


if __name__ == "__main__":
    sys.exit(main())
