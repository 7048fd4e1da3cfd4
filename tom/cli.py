"""`tom`: parses the command line, runs one command, and turns every foreseeable failure into a message."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tom import stopping
from tom.own_packages import stranger
from tom.streams import Forgiving, let_go, only_documents, silence_stdout, take_up
from tom.terminal import tell, telling_of_kernels, write_document

if TYPE_CHECKING:
    from tom.commands.base import Command

ABOUT = "Population episodes, one mind trained on them, and nested questions with an exact answer."


def parse(arguments: Sequence[str] | None = None) -> "Command":
    """The command that the arguments (default: the process's own) spell; exits on --help and on misuse. Raises OSError
    where the help cannot be written."""
    import tyro  # late, so that a signal in the first moment is told of as any other

    from tom.commands import COMMANDS

    unprefixed = (tyro.conf.OmitArgPrefixes,)
    makers: dict[str, Callable[..., Command]] = {**COMMANDS}
    try:
        return tyro.extras.subcommand_cli_from_dict(
            makers, prog="tom", description=ABOUT, args=arguments, config=unprefixed
        )
    except SystemExit:
        sys.stdout.flush()  # a short help is only now on its way
        raise


def carry_out(command: "Command") -> int:
    """Runs the command, prints its result, returns its status. Under --json, stdout is the one document's alone."""
    from worlds.trust import trusting

    command.check()
    with trusting(*command.trust), telling_of_kernels():
        if not command.json:
            document = command.work()
            command.show(document)
            return command.status(document)
        with only_documents():
            document = command.work()
    write_document(document, sys.stdout)
    return command.status(document)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0, 1 after a failure that is the user's to put right, 3 where what was
    to be shown is not proven, 130 after Ctrl-C, 143 after SIGTERM."""
    try:
        with stopping.listening(restore=arguments is not None):
            take_up()
            return _main(arguments)
    except KeyboardInterrupt as stop:
        return interrupted(stop, "there is no result")


def _main(arguments: Sequence[str] | None) -> int:
    try:
        command = parse(arguments)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            print(f"error: {error.strerror or error}", file=Forgiving(sys.stderr))
        let_go()
        return 1
    if problem := stranger():
        print(f"error: {problem}", file=sys.stderr)  # `tell` stands on the packages that are not ours
        return 1
    status = guarded(command)
    if command.json and arguments is None:  # a program: nothing that ends with it has a word after the document
        silence_stdout()
    return status


def guarded(command: "Command") -> int:
    """Carries the command out, with a message and a status instead of a traceback."""
    try:
        return told(command)
    except BrokenPipeError:  # the reader (head, less) has had enough
        return 1
    finally:
        let_go()


def told(command: "Command") -> int:
    """Carries the command out; what goes wrong is told on stderr. Raises BrokenPipeError where nobody reads that."""
    from worlds import FunhouseError

    try:
        status = carry_out(command)
        sys.stdout.flush()
    except FunhouseError as error:
        tell(f"error: {error}", style="red")
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        tell(f"error: {describe_os_error(error)}", style="red")
        return 1
    except KeyboardInterrupt as stop:
        return interrupted(stop, command.stopped())
    return status


def interrupted(stop: KeyboardInterrupt, rest: str) -> int:
    """Says what is kept after Ctrl-C or SIGTERM; returns the exit status."""
    stopping.ignore()
    said, status = stopping.told(stop, rest)
    tell(said, style="yellow")
    return status


def describe_os_error(error: OSError) -> str:
    """An operating system error in words: what, where, and what to do."""
    from worlds.harmless import harmless

    remedies = {
        errno.ENOSPC: "free some space and run the same command again: finished files are kept",
        errno.EDQUOT: "free some space and run the same command again: finished files are kept",
        errno.EACCES: "choose a place you may write to, or change its permissions",
        errno.EROFS: "choose a place you may write to",
    }
    what = error.strerror or str(error)
    where = f"\n  where: {harmless(os.fsdecode(error.filename))}" if error.filename else ""
    remedy = remedies.get(error.errno or 0, "check the path" if error.filename else None)
    return what + where + (f"\n  remedy: {remedy}" if remedy else "")
