"""The token that opens the lessons in JupyterLab: a new one for each start, whatever a configuration says."""

from __future__ import annotations

import secrets
from typing import Any

from jupyter_server.auth import IdentityProvider
from traitlets import validate

TOKEN = secrets.token_hex(24)


class FreshToken(IdentityProvider):
    """A token that no configuration changes, and that JupyterLab prints with its address."""

    token_generated = property(lambda self: True, lambda self, value: None)

    def _token_default(self) -> str:
        return TOKEN

    @validate("token")
    def _keep(self, proposal: Any) -> str:
        return TOKEN
