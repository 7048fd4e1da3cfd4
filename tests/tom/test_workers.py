"""Worker processes end with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUSY = """
import os, time
from tom import stopping
from tom.workers import workers
if __name__ == "__main__":
    with stopping.listening(), workers(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 60).result()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_worker_ends_amid_its_work_when_its_parent_is_stopped_or_killed(tmp_path, number):
    (tmp_path / "busy.py").write_text(BUSY)
    command, settings = [sys.executable, str(tmp_path / "busy.py")], {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.send_signal(number)
        try:
            parent.wait(10)
            assert ended(worker)
        finally:
            parent.kill()
            if not ended(worker, 0.1):
                os.kill(worker, signal.SIGKILL)


def ended(process: int, patience: float = 10.0) -> bool:
    """Whether a process is gone, or goes within so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
