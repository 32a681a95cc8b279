"""The table of commands, and what a failure looks like."""

from __future__ import annotations

from importlib import import_module

import click

from songbuild import __version__
from songbuild.app.interrupt import Interrupt

COMMANDS = (
    "init",
    "check",
    "render",
    "watch",
    "lock",
    "verify",
    "audit",
    "explain",
    "measure",
    "diff",
    "blame",
    "log",
    "merge",
    "review",
    "notes",
    "git",
    "schema",
    "plugins",
    "trust",
    "gc",
    "cache",
    "doctor",
)
"""Each is a click command of the same name in the module of that name."""

EXAMPLES = """\b
Examples:
  songbuild init my_song        a small song that sounds
  songbuild render my_song      build it; the files are in my_song/out
  songbuild check my_song       what is wrong with it, with file, line and column
  songbuild render my_song --only bass --bars 9-16
"""


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"songbuild.app.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from songbuild.problems import did_you_mean

        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"no command '{args[0]}'" + (f": {hint}" if hint else ""), ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="songbuild")
def cli() -> None:
    """Songs as code, built like software."""


def run() -> int:
    """Run the command that sys.argv names; returns its exit code.  A bug is raised as it is."""
    with Interrupt() as interrupt:
        try:
            return _run(interrupt)
        except Exception:
            if interrupt.cancel.is_set():  # it came in the middle of something that made another error of it
                raise KeyboardInterrupt from None
            raise


def _run(interrupt: Interrupt) -> int:
    try:
        return int(cli.main(prog_name="songbuild", standalone_mode=False, obj=interrupt) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except (BrokenPipeError, SystemExit):
        raise
    except OSError as error:  # of the files named on the command line; the engine has words for those of the cache
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        from songbuild.api import UsageError
        from songbuild.engine import EngineError

        if isinstance(error, UsageError):
            return _failed(str(error), code=2)
        if isinstance(error, EngineError):
            return _failed(error.message, error.hint)
        raise


def _failed(message: str, hint: str | None = None, code: int = 1) -> int:
    """Say what stands in the way, on standard error."""
    click.echo(f"{click.style('error:', fg='red')} {message}" + (f"\n       {hint}" if hint else ""), err=True)
    return code
