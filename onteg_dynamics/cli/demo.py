"""``demo``: a sandbox in this process, the connection checked, and a believable little flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from onteg_dynamics.cli import show
from onteg_dynamics.cli.sandbox import open_sandbox
from onteg_dynamics.dataverse.transport import Exchange
from onteg_dynamics.executor import Executor

__all__ = ["play"]

CUSTOMER = "Northwind Roasters"
OPEN_OPPORTUNITIES = "statecode eq 0 and parentaccountid eq {account}"


def play() -> None:
    """Run the demo.

    Raises:
        OntegError: a step failed.
    """
    with open_sandbox() as sandbox, Executor(watch=_sent) as executor:
        settings = sandbox.settings()
        _title(f"A local Dataverse at {sandbox.url}; nothing leaves this machine")
        show.print_findings(executor.test_connection(settings))
        _Flow(executor, settings).run()


class _Flow:
    """The steps, each with what it needs of the ones before."""

    def __init__(self, executor: Executor, settings: Mapping[str, str]) -> None:
        self.executor = executor
        self.settings = settings

    def run(self) -> None:
        lead = {
            "subject": "Espresso machines for three offices",
            "firstname": "Nadia",
            "lastname": "Berg",
            "companyname": CUSTOMER,
            "leadsourcecode": "Web",
        }
        self._step("Create Record", "a new lead comes in", {"table": "lead", "row": lead})
        account = self._account()
        opportunity = self._opportunity(account)
        self._step(
            "Update Record",
            "it goes well: rating by its label",
            {
                "table": "opportunity",
                "key": opportunity,
                "row": {"opportunityratingcode": "Hot", "closeprobability": "80"},
            },
        )
        rows = self._step(
            "List Records",
            "open opportunities of this customer",
            {
                "table": "opportunity",
                "select": "name,estimatedvalue,opportunityratingcode,statuscode,customerid",
                "filter": OPEN_OPPORTUNITIES.format(account=account),
                "order_by": "estimatedvalue desc",
                "labels": "true",
            },
        )["rows"]
        show.print_rows([{head: row.get(key) for head, key in _SHOWN.items()} for row in rows])

    def _account(self) -> str:
        options = {"table": "account", "select": "name", "filter": f"name eq '{CUSTOMER}'", "top": "1"}
        found = self._step("List Records", "find its account by name", options)
        return str(found["rows"][0]["accountid"])

    def _opportunity(self, account: str) -> str:
        row = {
            "name": "Espresso machines for three offices",
            "customerid": {"table": "account", "id": account},
            "parentaccountid": CUSTOMER,
            "estimatedvalue": "18500",
            "estimatedclosedate": "2027-03-31",
        }
        options = {"table": "opportunity", "row": row}
        return str(self._step("Create Record", "an opportunity bound to the account", options)["id"])

    def _step(self, action: str, why: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        _title(f"{action}: {why}")
        result = self.executor.run(action, options, self.settings)
        output = result.unwrap()
        told = output.get("id") or (f"{len(output['rows'])} rows" if "rows" in output else "done")
        show.console.print(f"  [green]✓[/] {told}  [dim]{result.stats['seconds']} s[/]")
        return output


_SHOWN = {
    "name": "name",
    "estimatedvalue": "estimatedvalue",
    "rating": "opportunityratingcode.label",
    "statuscode": "statuscode.label",
    "customer": "customerid.label",
}


def _title(text: str) -> None:
    show.console.print(f"\n[bold cyan]{escape(text)}[/]", soft_wrap=True)


def _sent(exchange: Exchange) -> None:
    """What went over the wire: the request, its body and the status that came back."""
    request = exchange.request
    path = request.path if len(request.path) < 160 else request.path[:159] + "…"
    show.console.print(f"  [dim]{request.method} {escape(path)} → {exchange.status}[/]", soft_wrap=True)
    if request.body and "multipart" not in request.headers.get("Content-Type", ""):
        show.console.print(f"  [dim]     {escape(request.body.decode())}[/]", soft_wrap=True)
