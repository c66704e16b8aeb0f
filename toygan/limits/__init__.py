"""Limits: the memory and the time that an iteration would take, and the refusal of one that is too large."""

from toygan.limits.budget import budget as budget
from toygan.limits.budget import refuse_too_large as refuse_too_large
from toygan.limits.budget import refuse_too_many as refuse_too_many
from toygan.limits.cost import Cost as Cost
from toygan.limits.cost import cost as cost
