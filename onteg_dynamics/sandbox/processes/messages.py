"""The messages of this room."""

from __future__ import annotations

from onteg_dynamics.sandbox.processes.beginnings import BEGINNINGS
from onteg_dynamics.sandbox.processes.marketing import MARKETING
from onteg_dynamics.sandbox.processes.orders import ORDERS
from onteg_dynamics.sandbox.processes.sales import SALES
from onteg_dynamics.sandbox.processes.service import SERVICE

PROCESSES = (*SALES, *ORDERS, *SERVICE, *MARKETING, *BEGINNINGS)
