"""Rows as files: a folder with one JSON or CSV file per table, written and read again without loss."""

from __future__ import annotations

from onteg_dynamics.sandbox.datafiles.load import load_folder
from onteg_dynamics.sandbox.datafiles.problems import DataFileError
from onteg_dynamics.sandbox.datafiles.save import FORMATS, save_folder

__all__ = ["FORMATS", "DataFileError", "load_folder", "save_folder"]
