"""Charts as plain arrays (marks, axes, charts), and the painters that draw them into files and into a page."""

from toygan.chart.axis import Axis as Axis
from toygan.chart.chart import Chart as Chart
from toygan.chart.chart import Layer as Layer
from toygan.chart.marks import Arrows as Arrows
from toygan.chart.marks import Band as Band
from toygan.chart.marks import Bars as Bars
from toygan.chart.marks import Cells as Cells
from toygan.chart.marks import Line as Line
from toygan.chart.marks import Lines as Lines
from toygan.chart.marks import Mark as Mark
from toygan.chart.marks import Mesh as Mesh
from toygan.chart.marks import Points as Points
from toygan.chart.marks import Surface as Surface
from toygan.chart.marks import Text as Text
