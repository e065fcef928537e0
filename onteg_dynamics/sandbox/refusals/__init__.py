"""THE catalogue: every refusal of the sandbox, one function each, with the real service's status, code and message.

Codes and texts follow the Web API's error list (https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes)
and "Compose HTTP requests and handle errors". A new one goes into the module of its kind; all are used as
``refusals.name(…)``.
"""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.addresses import *
from onteg_dynamics.sandbox.refusals.base import *
from onteg_dynamics.sandbox.refusals.batches import *
from onteg_dynamics.sandbox.refusals.changes import *
from onteg_dynamics.sandbox.refusals.definitions import *
from onteg_dynamics.sandbox.refusals.elastic import *
from onteg_dynamics.sandbox.refusals.fetchxml import *
from onteg_dynamics.sandbox.refusals.files import *
from onteg_dynamics.sandbox.refusals.payload import *
from onteg_dynamics.sandbox.refusals.people import *
from onteg_dynamics.sandbox.refusals.processes import *
from onteg_dynamics.sandbox.refusals.query import *
from onteg_dynamics.sandbox.refusals.rows import *
from onteg_dynamics.sandbox.refusals.schema import *
from onteg_dynamics.sandbox.refusals.search import *
from onteg_dynamics.sandbox.refusals.throttling import *
from onteg_dynamics.sandbox.refusals.webhooks import *
