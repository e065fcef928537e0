"""Rows as JSON: values, annotations, context URLs."""

from __future__ import annotations

from onteg_dynamics.sandbox.read.annotations import FORMATTED, AnnotationFilter
from onteg_dynamics.sandbox.read.context import context_url
from onteg_dynamics.sandbox.read.listing import ATTRIBUTE_NAME, render_listing
from onteg_dynamics.sandbox.read.render import RenderContext, render

__all__ = [
    "ATTRIBUTE_NAME",
    "FORMATTED",
    "AnnotationFilter",
    "RenderContext",
    "context_url",
    "render",
    "render_listing",
]
