"""The search for a remedy: changes of a recipe that are tried on runs of it, within a budget."""

from __future__ import annotations

from toygan.remedy.find import RemedySearch as RemedySearch
from toygan.remedy.find import find_remedy as find_remedy
from toygan.remedy.find import judge as judge
from toygan.remedy.found import FoundRemedies as FoundRemedies
from toygan.remedy.found import TriedRemedy as TriedRemedy
