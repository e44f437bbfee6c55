"""The order quote in FastAPI, in the ordinary way."""

from __future__ import annotations

from fastapi import FastAPI
from peers import ASGIApp
from workload import works


def fastapi(count: int) -> ASGIApp:
    """Serve so many routes: a typed body and a response model."""
    app = FastAPI()
    for each in works(count):
        app.post(f"/api/actions/{each.name}", response_model=each.quote)(each.handler)
    return app
