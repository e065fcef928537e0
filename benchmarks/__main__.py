"""``python -m benchmarks``: all works, or some, with a table, a chart and the figures as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import orjson
from rich.console import Console

from benchmarks.report import as_json, chart, markdown
from benchmarks.runner import run_work
from benchmarks.works import WORKS, Work

console = Console(stderr=True)


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice([work.name for work in WORKS]), help="A work; may be repeated."
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each contestant works.")
@click.option("--quick", is_flag=True, help="One round, and at most 100,000 rows: to see that it runs.")
@click.option("--json", "figures", type=click.Path(dir_okay=False, path_type=Path), help="File for the figures.")
@click.option("--markdown", "page", type=click.Path(dir_okay=False, path_type=Path), help="File for the tables.")
@click.option("--chart", "picture", type=click.Path(dir_okay=False, path_type=Path), help="PNG file for the chart.")
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
    works = [_small(work) if quick else work for work in WORKS if not only or work.name in only]
    with console.status("") as status:
        results = {work.name: run_work(work, 1 if quick else rounds, status.update) for work in works}
    text = markdown(works, results)
    click.echo(text)
    if page is not None:
        page.write_text(text + "\n", "utf-8")
    if figures is not None:
        figures.write_bytes(orjson.dumps(as_json(results), option=orjson.OPT_INDENT_2))
    if picture is not None:
        chart(works, results, picture)


def _small(work: Work) -> Work:
    if work.name != "parquet":
        return work
    return replace(work, expected=100_000, story={**work.story, "rows": 100_000})


if __name__ == "__main__":
    main()
