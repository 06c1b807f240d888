import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph import shacl
from graph.archiving import open_archive
from graph.build import build
from graph.prefixes import BASE, term, value
from graph.release import Release, current_release
from graph.restoring import rollback
from graph.revise import Order, revise
from graph.sources import read_ontology
from server.app import create_app
from server.facts import Facts
from server.settings import Settings
from tests.policy import with_policy
from tests.site import Site, serve
from tests.small import ENTRY, SIZE, edit, recorded_data
