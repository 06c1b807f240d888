"""Where the Turtle lives: the one place that finds it, from a clone or an editable install."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = ROOT / "ontology"
SHAPES = ROOT / "shapes"
DATA = ROOT / "data"
RULES = ROOT / "graph" / "rules"
