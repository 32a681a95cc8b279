"""songbuild plugins"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import json_option
from songbuild.app.cli.show import emit, exit_code, print_problems, result
from songbuild.problems import Problem, Span

if TYPE_CHECKING:
    from songbuild.devices.hosting.client import Host
    from songbuild.devices.hosting.facts import Facts, Value

WIDTHS = {
    (1,): "mono; on a stereo signal one for each side",
    (2,): "stereo; a mono signal goes to both sides",
    (1, 2): "mono or stereo",
    (): "neither mono nor stereo",
}


@click.command(
    short_help="Say what a plugin takes.",
    epilog="\b\nExamples:\n"
    "  songbuild plugins                               what is installed\n"
    "  songbuild plugins ZamComp.vst3                  its parameters, to be written in a song\n"
    "  songbuild plugins ZamComp.vst3 --state a.state  the same, as a saved state sets them\n"
    "  songbuild plugins ZamComp.vst3 --set ratio=6 --save presets/comp.state",
)
@click.argument("path", nargs=-1)
@click.option("--plugin", "name", metavar="NAME", help="Only this one of the plugins that a file holds.")
@click.option("--state", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Restore this state first.")
@click.option("--set", "given", metavar="PARAMETER=VALUE", multiple=True, help="Then set a parameter.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the state it has then.")
@click.option("--time-limit", default=60.0, type=click.FloatRange(min=1), metavar="S", help="Seconds to load [60].")
@json_option
def plugins(
    path: tuple[str, ...],
    name: str | None,
    state: Path | None,
    given: tuple[str, ...],
    save: Path | None,
    time_limit: float,
    as_json: bool,
) -> int:
    """List the parameters of the plugins at PATH, a .vst3 file or folder or the name of an installed one.

    Without a PATH, list what is installed.  A plugin is code: this loads it, in a process of its own.
    """
    from songbuild.devices.hosting.plugin import installed

    if not path:
        if name or state or given or save:
            raise click.UsageError("name the plugin that this is for")
        return _list(installed(), as_json)
    if save is not None and len(path) > 1:
        raise click.UsageError("--save is for one plugin")
    problems: list[Problem] = []
    wish = _Wish(name, _state(state), _values(given), save, time_limit)
    for text in path:
        problems += wish.show(text, as_json)
    print_problems(problems, as_json)
    if as_json:
        result(problems)
    return exit_code(problems)


class _Wish:
    """What was asked for, of every plugin that is named."""

    def __init__(
        self, name: str | None, state: bytes, values: dict[str, Value], save: Path | None, limit_s: float
    ) -> None:
        self.name, self.state, self.values, self.save, self.limit_s = name, state, values, save, limit_s

    def show(self, text: str, as_json: bool) -> Iterator[Problem]:
        """Print what is known of the plugins at a path; what is wrong."""
        from songbuild.devices.hosting.client import Host
        from songbuild.devices.hosting.plugin import find
        from songbuild.engine import RecipeError

        try:
            path = find(Path.cwd(), text)
            with Host(path, self.limit_s) as host:
                names = host.names() if self.name is None else [self.name]
            if self.save is not None and len(names) > 1:
                raise click.UsageError(f"choose one with --plugin: {', '.join(names)}")
            for name in names:
                with Host(path, self.limit_s) as host:
                    _print(path, self.opened(host, name), as_json)
            if self.save is not None and not as_json:
                click.echo(f"wrote {self.save}")
        except FileNotFoundError as error:
            yield Problem("PLG001", f"there is no plugin '{text}'", Span(text), str(error))
        except RecipeError as error:
            yield Problem("PLG002", error.message, Span(text))

    def opened(self, host: Host, name: str) -> Facts:
        """The plugin with its state and parameters set, and its state saved, as far as that is wanted."""
        host.open(name, {}, self.state)
        facts = host.facts()
        values, wrong = facts.canonical(self.values)
        if wrong:
            key, message, hint = wrong[0]
            raise click.UsageError(f"--set {key}: {message or 'no such parameter'}" + (f"; {hint}" if hint else ""))
        if not values and self.save is None:
            return facts
        host.open(name, values, self.state)
        if self.save is not None:
            self.save.parent.mkdir(parents=True, exist_ok=True)
            self.save.write_bytes(host.state())
        return host.facts()


def _state(path: Path | None) -> bytes:
    from songbuild.devices.hosting.plugin import read_state

    if path is None:
        return b""
    try:
        return read_state(path)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from None


def _values(given: tuple[str, ...]) -> dict[str, Value]:
    """PARAMETER=VALUE as a song would hold them."""
    found: dict[str, Value] = {}
    for each in given:
        key, equals, text = each.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes PARAMETER=VALUE, not '{each}'")
        found[key] = text == "true" if text in ("true", "false") else text
    return found


def _list(paths: list[Path], as_json: bool) -> int:
    """The plugins that are installed, by their files."""
    from songbuild.devices.hosting.plugin import FOLDERS

    for path in paths:
        if as_json:
            emit({"event": "installed", "path": str(path)})
        else:
            click.echo(path)
    if as_json:
        result([])
    elif not paths:
        click.echo(f"no plugin in {', '.join(FOLDERS)}")
    return 0


def _print(path: Path, facts: Facts, as_json: bool) -> None:
    if as_json:
        emit({"event": "plugin", "path": str(path), **facts.json()})
        return
    kind = "an instrument, which a song can't host" if facts.instrument else WIDTHS[facts.widths]
    click.echo(f"{click.style(facts.name, bold=True)} {facts.version}, {facts.maker}, {facts.category}")
    click.echo(f"  file      {path}\n  channels  {kind}\n  latency   {facts.latency} samples")
    lines = [("parameter", "value", "range"), *facts.lines()]
    wide = [max(len(line[place]) for line in lines) for place in (0, 1)]
    for key, value, bounds in lines:
        click.echo(f"  {key:{wide[0]}}  {value:{wide[1]}}  {bounds}")
