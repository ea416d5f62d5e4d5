"""Tasks, futures, and what starts them: calls run at once anyway, so that each is there already.

async with asyncio.TaskGroup() as group:      with ThreadPoolExecutor() as pool:
    task = group.create_task(ask(q))              answers = list(pool.map(ask, questions))
answer = task.result()                            future = pool.submit(ask, q)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.calls.coroutines import awaited, started
from ember_mlir.frontend.narrowing import is_iterable
from ember_mlir.frontend.ready_values import TRY, Ready, TaskGroup, ThreadPool
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace

_WORKERS = "write 'with ember.execution_options(max_workers=…):' around the call of the program"
_TIMEOUT = "write 'with ember.execution_options(timeout_s=…):' around the call of the program"
_TOGETHER = "write asyncio.gather(…)"


_REFUSED: Mapping[tuple[str, str], str] = {
    ("asyncio.locks", "Semaphore"): _WORKERS,
    ("asyncio.locks", "BoundedSemaphore"): _WORKERS,
    ("asyncio.tasks", "wait_for"): _TIMEOUT,
    ("asyncio.timeouts", "timeout"): _TIMEOUT,
    ("asyncio.timeouts", "timeout_at"): _TIMEOUT,
    ("asyncio.tasks", "wait"): _TOGETHER,
    ("asyncio.tasks", "shield"): "await the call itself",
    ("asyncio.queues", "Queue"): _TOGETHER,
    ("concurrent.futures._base", "wait"): "write 'for future in as_completed(futures):'",
    ("concurrent.futures.process", "ProcessPoolExecutor"): "use a ThreadPoolExecutor",
}


def is_concurrent(module: str) -> bool:
    """Whether a module of that name starts calls, or waits for them."""
    return module.startswith(("asyncio.", "concurrent.futures."))


def concurrent_call(
    recorder: Recorder, function: object, args: Args, kwargs: Kwargs
) -> tuple[object] | None:
    """What a function or class gives that starts calls, or waits for them; None for others."""
    key = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    step = _REFUSED.get(key)
    if step is not None and isinstance(recorder, Trace):
        recorder.refuse(f"{_shown(key[0])}.{key[1]}()", step)
    how = _WAITING.get(key)
    return None if how is None else (how(recorder, args, kwargs),)


def _shown(module: str) -> str:
    """The module that users know."""
    return "asyncio" if module.startswith("asyncio") else "concurrent.futures"


def _task_group(recorder: Recorder, args: Args, kwargs: Kwargs) -> TaskGroup:
    del args, kwargs
    if isinstance(recorder, Trace) and recorder.tries():
        # Its error would be a group of errors.
        recorder.refuse("asyncio.TaskGroup() inside of 'try'", _TOGETHER)
    return TaskGroup()


def _pool(recorder: Recorder, args: Args, kwargs: Kwargs) -> ThreadPool:
    if len(args) > 1 or kwargs.keys() - {"max_workers", "thread_name_prefix"}:
        recorder.refuse("a function that threads call first", "call it before them")
    return ThreadPool()


def call_of_task(
    recorder: Recorder, owner: Ready | TaskGroup | ThreadPool, name: str, args: Args, kwargs: Kwargs
) -> object:
    """A method of a task, of a group of tasks, or of a pool of threads."""
    return _METHODS[name](recorder, (owner, *args), kwargs)


def _no_timeout(recorder: Recorder, kwargs: Kwargs, *more: object) -> None:
    if any(one is not None for one in (*more, kwargs.get("timeout"))):
        recorder.refuse("a timeout of a single call", _TIMEOUT)


def _gather(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    check_gathered(recorder, kwargs)
    return started(recorder, lambda: recorder.made([awaited(recorder, one) for one in args]))


def check_gathered(recorder: Recorder, kwargs: Kwargs) -> None:
    """Refuse what `asyncio.gather` would give instead of raising it."""
    if kwargs.get("return_exceptions"):
        recorder.refuse("an error as a result", TRY)


def _task(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    del recorder, kwargs
    return args[0]


def _grouped(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    return _task(recorder, args[1:], kwargs)


def _run(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    return awaited(recorder, args[0])


def _in_thread(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    return started(recorder, lambda: recorder.invoke(args[0], args[1:], kwargs))


def _submit(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    return _in_thread(recorder, args[1:], kwargs)


def _map(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    """Unlike `map`, that of a pool calls at once."""
    _no_timeout(recorder, kwargs)
    _, function, *lists = args
    found = recorder.invoke(map, (function, *lists), {})
    # An eager run calls as it goes through them.
    return found if isinstance(recorder, Trace) or not is_iterable(found) else iter([*found])


def _completed(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    _no_timeout(recorder, kwargs, *args[1:])
    return recorder.invoke(list, (args[0],), {})


def _result(recorder: Recorder, args: Args, kwargs: Kwargs) -> object:
    _no_timeout(recorder, kwargs, *args[1:])
    return awaited(recorder, args[0])


def _nothing(recorder: Recorder, args: Args, kwargs: Kwargs) -> None:
    del recorder, args, kwargs


_Call = Callable[[Recorder, Args, Kwargs], object]

_WAITING: Mapping[tuple[str, str], _Call] = {
    ("asyncio.tasks", "gather"): _gather,
    ("asyncio.tasks", "create_task"): _task,
    ("asyncio.tasks", "ensure_future"): _task,
    ("asyncio.runners", "run"): _run,
    ("asyncio.threads", "to_thread"): _in_thread,
    ("asyncio.tasks", "as_completed"): _completed,
    ("asyncio.taskgroups", "TaskGroup"): _task_group,
    ("concurrent.futures._base", "as_completed"): _completed,
    ("concurrent.futures.thread", "ThreadPoolExecutor"): _pool,
}

_METHODS: Mapping[str, _Call] = {
    "create_task": _grouped,
    "submit": _submit,
    "map": _map,
    "shutdown": _nothing,
    "result": _result,
}
