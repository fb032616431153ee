"""The report of an assessment: one HTML file that stands alone, on screen and on paper.

Start reading at `page.py`, which lays the page out. `markup.py` is the only place that writes a tag, so that nothing
from a filing can become markup. The charts (`bars.py`, `series.py`, with `axis.py`, `plane.py`, `load_line.py` and
`mark.py`) know nothing about assessments and serve any page that shows compute against a line.
"""
