"""amitop in a process of its own, as scripts start it."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager

import pytest


@pytest.fixture
def start(tmp_path):
    """Start amitop; returns a context with the running process. Nothing of this machine's configuration is seen."""

    @asynccontextmanager
    async def start(*words: str, secret: str = "s3cret"):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "amitop",
            *words,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "AMITOP_SECRET": secret,
                "AMITOP_MANAGER_CONF": str(tmp_path / "manager.conf"),
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()
            process._transport.close()
            await asyncio.sleep(0)  # a pipe's transport is done one turn of the loop after it was closed

    return start


@pytest.fixture
def run(start):
    """Run amitop to its end; returns exit code, stdout and stderr."""

    async def run(*words: str, **options) -> tuple[int, str, str]:
        async with start(*words, **options) as process, asyncio.timeout(60):
            out, err = await process.communicate()
        assert "Traceback" not in err.decode()
        return process.returncode, out.decode(), err.decode()

    return run
