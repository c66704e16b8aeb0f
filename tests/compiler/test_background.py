"""Compilation in the background: programs that are kept, shared and done without if anything fails."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import torch

from toygan import Population, Recipe
from toygan.compiler import background
from toygan.compiler.cache import Cache
from toygan.compiler.job import Job
from toygan.compiler.library import load
from toygan.training.program import Program

SMALL = Recipe(width=4, batch=8, regularizers={"r1": 0.1})


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "programs"))
    monkeypatch.setattr(background, "_failed", set())
    monkeypatch.setattr(background, "_failures", 0)
    monkeypatch.setattr(background, "_logged", False)


def jobs(population: Population) -> list[Job]:
    return [Job.of(trace.graph, like) for trace, like in Program(population).examples]


def wait_for(work: list[Job]) -> list[Path] | None:
    """The libraries, or None if the compiler has failed."""
    done: list[list[Path]] = []
    assert background.start(work, done.append)
    for name in ("toygan compiler", "toygan take"):
        for thread in threading.enumerate():
            if thread.name == name:
                thread.join()
    return done[0] if done else None


needs_compiler = pytest.mark.skipif(not background.has_compiler(), reason="needs a C++ compiler")


@pytest.mark.slow
@needs_compiler
def test_a_compiled_run_is_that_of_the_step_but_for_rounding() -> None:
    stepped = Population(SMALL.seeds(3), dtype=torch.float64)
    compiled = stepped.fork()
    program = compiled.program = Program(compiled)
    work = [Job.of(trace.graph, like) for trace, like in program.examples]
    assert background.find(work) is None
    libraries = wait_for(work)
    assert libraries is not None
    assert background.find(work) == libraries
    calls = iter([load(path) for path in libraries])
    program.use(lambda trace, like: next(calls))
    for population in (stepped, compiled):
        population.run(15)
        population.change([recipe.but(lr_d=0.01) for recipe in population.recipes])
        population.run(15)
    for mine, its in zip(stepped.state.tensors.values(), compiled.state.tensors.values(), strict=True):
        torch.testing.assert_close(its, mine, rtol=1e-7, atol=1e-7)
    assert [path.name for path in Cache().folder.glob("*.part")] == []


def job(number: int) -> Job:
    return Job(f"# {number}\ndef forward(self, x): return (x,)", (((1,), "float32"),))


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[Job]:
    """The jobs that a compiler has begun which always fails."""
    begun = []

    def fail(job: Job, path: Path) -> None:
        begun.append(job)
        raise error

    monkeypatch.setattr(background, "_compile", fail)
    return begun


def test_a_compiler_that_fails_is_one_line_and_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(monkeypatch, RuntimeError("error: first line\nlast line"))
    for number in range(5):
        assert wait_for([job(number)]) is None
    assert [record.getMessage() for record in caplog.records] == [
        "a run continues without its compiled program: last line"
    ]


def test_what_has_failed_is_not_tried_again_and_what_has_not_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_find_compiler", lambda: "c++")
    begun = failing(monkeypatch, RuntimeError("no such operation"))
    for number in (0, 0, 1):
        assert background.compile_now([job(number)]) is None
    assert begun == [job(0), job(1)]
    monkeypatch.setattr(background, "_compile", lambda job, path: path.write_bytes(b"library"))
    assert background.compile_now([job(2)]) == [Cache().path(job(2).key)]
    failing(monkeypatch, RuntimeError("no such operation"))
    for number in (3, 4, 5):
        assert background.has_compiler()
        assert background.compile_now([job(number)]) is None
    assert not background.has_compiler(), "three failures in a row"


def test_what_the_compiler_leaves_to_torch_is_tried_once_on_a_machine_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = failing(monkeypatch, background.LeftToTorch("torch.ops.aten.solve.default torch.ops.aten.other.default"))
    solves = [Job(f"x{i} = torch.ops.aten.solve.default(a, b)", ()) for i in range(3)]
    near = Job("x = torch.ops.aten.solve.default_of_another(a, b)", ())
    for one in solves:
        monkeypatch.setattr(background, "_failed", set())  # as in another process
        assert background.compile_now([one]) is None
    assert begun == solves[:1]
    assert background.compile_now([near]) is None
    assert begun == [solves[0], near]
    assert background._failures == 0
    assert not caplog.records


@pytest.mark.parametrize(
    ("mode", "writable", "reason"),
    [(0o755, True, "must belong to this user, with mode 700"), (0o700, False, "cannot be written")],
)
def test_a_folder_that_cannot_be_used_is_one_line_and_no_error(
    mode: int, writable: bool, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    folder = tmp_path / "programs"
    folder.mkdir()
    folder.chmod(mode)
    monkeypatch.setattr(
        os, "access", lambda path, how: writable or not how & os.W_OK
    )  # whatever the user of the test may do
    begun = failing(monkeypatch, AssertionError())
    for number in range(2):
        assert wait_for([job(number)]) is None
        assert not background.has_compiler()
    assert [record.getMessage() for record in caplog.records] == [
        f"runs continue without compiled programs: {folder}: {reason}"
    ]
    assert background.find([job(0)]) is None
    assert list(folder.iterdir()) == begun == []


def test_programs_of_a_folder_that_is_only_read_are_used_and_none_is_added(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache, kept = Cache(), job(0)
    cache.path(kept.key).write_bytes(b"library")
    cache.seal(kept.key)
    before = sorted(cache.folder.iterdir())

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "access", lambda path, how: not how & os.W_OK)
    monkeypatch.setattr(os, "utime", refuse)
    failing(monkeypatch, AssertionError())
    for number in (0, 1, 2):
        assert wait_for([job(number)]) == ([cache.path(kept.key)] if number == 0 else None)
        assert background.find([kept]) == [cache.path(kept.key)]
    assert len(caplog.records) == 1
    assert sorted(cache.folder.iterdir()) == before


def test_two_that_want_the_same_compile_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def compile_slowly(job: Job, path: Path) -> None:
        compiled.append(job)
        threading.Event().wait(0.05)
        path.write_bytes(b"library")

    monkeypatch.setattr(background, "_compile", compile_slowly)
    (job,) = jobs(Population(SMALL))
    cache, found = Cache(), []
    threads = [threading.Thread(target=lambda: found.append(background._library(cache, job))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1
    assert found == [cache.path(job.key)] * 4


def test_a_library_is_in_a_folder_of_its_user_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_compile", lambda job, path: path.write_bytes(b"library"))
    libraries = wait_for(jobs(Population(SMALL)))
    assert libraries is not None
    assert stat.S_IMODE(os.stat(libraries[0].parent).st_mode) == 0o700


def test_without_a_compiler_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    assert not background.has_compiler()


def test_one_after_the_other_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr(background, "compile_now", lambda jobs: go.wait(10) and None)
    assert background.start([], print)
    assert not background.start([], print)
    go.set()
    for thread in threading.enumerate():
        if thread.name == "toygan compiler":
            thread.join()
    assert background.start([], print)


def test_of_several_processes_one_logs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    word = threading.Lock()
    monkeypatch.setattr(background, "_may_log", lambda: word.acquire(blocking=False))
    for _ in range(3):
        monkeypatch.setattr(background, "_logged", False)  # as in another process
        background.log("a line")
    assert len(caplog.records) == 1


SLEEPS = """if True:
    import os, sys, time
    from pathlib import Path
    Path(os.environ["TOYGAN_NOTE"]).write_text(str(os.getpid()))
    time.sleep(600)
"""


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A C++ compiler that never ends; it writes down its process, in the file that is returned."""
    note, compiler = tmp_path / "note", tmp_path / "c++"
    compiler.write_text(f"#!{sys.executable}\n{SLEEPS}")
    compiler.chmod(0o700)
    monkeypatch.setenv("CXX", str(compiler))
    monkeypatch.setenv("TOYGAN_NOTE", str(note))
    return note


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(6000):
        if true():
            return
        threading.Event().wait(0.01)
    raise TimeoutError


def read(note: Path) -> int:
    wait_until(lambda: note.exists() and note.read_text() != "")
    return int(note.read_text())


def is_over(process: int) -> bool:
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE  # of whoever adopts it
    except psutil.NoSuchProcess:
        return True


COMPILES = """if True:
    import os, sys, threading
    os.environ["TOYGAN_COMPILE"] = "1"
    from toygan import Population, Recipe
    from toygan.compiler import background
    population = Population(Recipe(width=4, batch=8))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_compiler_ends_with_the_process_that_waits_for_it(sleeper: Path, end: signal.Signals) -> None:
    code = COMPILES + "    population.compile()\n"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
        compiler = read(sleeper)
        process.send_signal(end)
        _, errors = process.communicate(timeout=60)
    wait_until(lambda: is_over(compiler))
    assert errors.strip().splitlines()[-1:] == (["KeyboardInterrupt"] if end == signal.SIGINT else [])


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")
def test_a_process_ends_at_once_and_in_silence_while_its_compiler_works(sleeper: Path) -> None:
    code = COMPILES + (
        "    from toygan.training.program import Program\n"
        "    background.start(Program(population).list_jobs(), print)\n"
        "    while not os.path.exists(os.environ['TOYGAN_NOTE']): threading.Event().wait(.01)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert (ended.stdout, ended.stderr) == ("", "")
    compiler = read(sleeper)
    wait_until(lambda: is_over(compiler))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")
def test_a_compiler_that_is_killed_is_one_line(
    sleeper: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    work = jobs(Population(SMALL))
    assert background.start(work, print)
    read(sleeper)
    for child in psutil.Process().children():
        if "toygan.compiler.build" in child.cmdline():
            os.killpg(child.pid, signal.SIGKILL)
    for thread in threading.enumerate():
        if thread.name == "toygan compiler":
            thread.join()
    assert [record.getMessage() for record in caplog.records] == [
        "a run continues without its compiled program: the compiler ended with -9"
    ]
    assert Population(SMALL).compile().startswith("captured")
    assert [path.name for path in Cache().folder.glob("*.*")] == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a compiler of POSIX")
def test_the_compiler_runs_no_file_of_the_working_folder(
    sleeper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    for module in ("torch", "json", "signal"):
        (folder / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CXX", "/bin/false")
    work = jobs(Population(SMALL))
    assert wait_for(work) is None
    assert not (tmp_path / "ran").exists()
    assert len(caplog.records) == 1


def test_to_import_toygan_loads_no_compiler() -> None:
    code = "import sys, toygan; print(sorted(m for m in sys.modules if m.startswith('torch._inductor')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


ENDING = """
import atexit, threading, time
from toygan.compiler import background

def compile_now(jobs):
    while threading.main_thread().is_alive():
        time.sleep(0.001)
    return []

background.compile_now = compile_now
background.start([], lambda libraries: print("taken", flush=True))
atexit.register(time.sleep, 0.2)  # called after Python has waited for its threads
"""


def test_libraries_that_come_while_the_process_ends_are_not_taken() -> None:
    ended = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
