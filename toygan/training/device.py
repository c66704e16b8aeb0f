"""The device of a population: any that torch has here."""

from __future__ import annotations

import torch

from toygan.recipe import RecipeError


def as_device(device: str | torch.device) -> torch.device:
    """Return a device of torch; RecipeError if there is none of this name here.

    Example:
        >>> from toygan.training.device import as_device
        >>> as_device("cpu")
        device(type='cpu')
    """
    try:
        found = torch.device(device)
        torch.empty(1, device=found)
    except (RuntimeError, AssertionError, TypeError, ValueError, ImportError):  # each kind of device has another
        known = "'cuda' or 'cpu'" if torch.cuda.is_available() else "'cpu': PyTorch sees no CUDA device here"
        raise RecipeError("device", str(device), f"must be {known}") from None
    return found
