"""`dev.py reset`: delete what an installation of this machine keeps under var/, after a question."""

import os
import shutil
import sys
from pathlib import Path

from core.embedded.lock import Busy, Lock
from core.embedded.postgres import Postgres
from core.embedded.processes import EmbeddedError
from core.embedded.start import ROOT

QUESTION = "将删除 {} 中的全部数据（数据库、文件、密钥），输入 yes 确认 / deletes all data there; type yes: "


def main() -> int:
    """Exit code 0 when everything is gone, 1 when nothing was touched."""
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
    if os.environ.get("DATABASE_URL"):
        print("DATABASE_URL 指向外部数据库，不会被清空。 / DATABASE_URL names an external database: it is not touched.")
    if "--yes" not in sys.argv and input(QUESTION.format(var)).strip() != "yes":
        print("未作改动 / nothing changed")
        return 1
    lock = Lock(var / "running.lock")
    try:
        lock.take("dev.py reset")
        cluster = Postgres(var / "pg")  # as the real nobody it lives elsewhere
        cluster.end_leftovers()
        cluster.remove()
    except Busy as busy:
        print(f"正在运行，请先停止 / running, stop it first: {busy.holder}")
        return 1
    except EmbeddedError as error:
        print(error)
        return 1
    for entry in var.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry != lock.path:
            entry.unlink()
    print(f"已清空 / emptied: {var}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
