"""One at a time: a lock on a file that the kernel gives back when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


class Busy(RuntimeError):
    """Somebody else holds the lock; `holder` is what they wrote into the file."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Lock:
    """Taken by `take`, given back by `release` or by the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = -1

    def take(self, holder: str) -> None:
        """Raises: Busy when another process holds it. `holder` is shown to the next who asks."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            written = os.read(descriptor, 400).decode(errors="replace")
            os.close(descriptor)
            raise Busy(written) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, holder.encode())
        self.descriptor = descriptor

    def release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
