"""A progress bar for the requests of a run."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def progress_bar(stream: TextIO) -> Generator[Callable[[int, int], None], None, None]:
    """Show on `stream`, while the block runs, how many requests are done.

    Gives what a `Session` takes as `progress`: a function of the numbers of requests
    done and issued so far. On a terminal nothing is left at the end; elsewhere one line is
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    console = Console(file=stream)
    columns = ("requests", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=console.is_terminal) as bar:
        task = bar.add_task("requests", total=None)

        def show(done: int, issued: int) -> None:
            bar.update(task, completed=done, total=issued)

        yield show
