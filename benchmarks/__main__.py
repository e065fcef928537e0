"""``python -m benchmarks``: all works, or some, with tables, a chart and the figures as JSON."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.console import Console

from benchmarks.chart import draw
from benchmarks.report import as_json, markdown
from benchmarks.runner import run_work
from benchmarks.works import WORKS, smaller

console = Console(stderr=True)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice([work.name for work in WORKS]), help="A work; may be repeated."
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each contestant works.")
@click.option("--quick", is_flag=True, help="One round, and at most 100,000 rows: to see that it runs.")
@click.option("--json", "figures", type=_FILE, help="File for the figures.")
@click.option("--markdown", "page", type=_FILE, help="File for the tables.")
@click.option("--chart", "picture", type=_FILE, help="PNG file for the chart.")
def main(
    *,
    only: tuple[str, ...],
    rounds: int,
    quick: bool,
    figures: Path | None,
    page: Path | None,
    picture: Path | None,
) -> None:
    """The connector beside its peers, in one run."""
    works = [smaller(work) if quick else work for work in WORKS if not only or work.name in only]
    with console.status("") as status:
        results = {work.name: run_work(work, 1 if quick else rounds, status.update) for work in works}
    text = markdown(works, results)
    click.echo(text)
    if page is not None:
        page.write_text(text + "\n", "utf-8")
    if figures is not None:
        figures.write_bytes(orjson.dumps(as_json(results), option=orjson.OPT_INDENT_2))
    if picture is not None:
        draw(works, results, picture)


if __name__ == "__main__":
    main()
