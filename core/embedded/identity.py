"""As whom PostgreSQL runs: it refuses root, and everything else we start may well be root (containers, CI).

Three ways, the first that works: as ourselves (not root); as `nobody` in a user namespace, where the files stay root's
and a 0700 parent stays passable; as the real `nobody`, with data and programs moved where nobody can reach them.
"""

import ctypes
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.embedded.processes import LIBC, LINUX, EmbeddedError

CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Identity:
    """How a child becomes the one who runs PostgreSQL; `owner` is (uid, gid) of its files where that is not us."""

    enter: Callable[[], None] | None
    owner: tuple[int, int] | None = None

    def own(self, path: Path) -> None:
        """Give `path` to the one who runs PostgreSQL."""
        if self.owner:
            os.chown(path, *self.owner)


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _enter_namespace() -> None:
    who = _nobody()
    if not LINUX or LIBC.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{who.pw_uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{who.pw_gid} 0 1")


def _become_nobody() -> None:
    who = _nobody()
    os.setgroups([])
    os.setresgid(who.pw_gid, who.pw_gid, who.pw_gid)
    os.setresuid(who.pw_uid, who.pw_uid, who.pw_uid)


def works(enter: Callable[[], None], *paths: Path) -> bool:
    """Whether a child can take the step and reach `paths` afterwards (tried in a fork, so nothing changes here)."""
    pid = os.fork()
    if not pid:
        code = 2
        try:
            enter()
            code = 0 if all(os.access(path, os.X_OK) for path in paths) else 1
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def choose(program: Path, *, namespaces: bool = True) -> Identity:
    """The first way that works on this machine; `namespaces=False` passes over the second (containers forbid it).

    Raises: EmbeddedError for a user id without a line in the password file: PostgreSQL cannot start as such a one.
    """
    if os.geteuid():
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise EmbeddedError(
                f"当前用户号 {os.geteuid()} 不在 /etc/passwd 中，PostgreSQL 无法启动；请换一个有登记的用户。 / "
                f"User id {os.geteuid()} has no line in /etc/passwd, PostgreSQL cannot start: use one that has."
            ) from None
        return Identity(enter=None)
    if namespaces and works(_enter_namespace, program):
        return Identity(enter=_enter_namespace)
    return Identity(enter=_become_nobody, owner=(_nobody().pw_uid, _nobody().pw_gid))
