"""What the settings say of a server, as its callers find it."""

from __future__ import annotations


def test_limits_of_the_settings_hold(start, project):
    settings = project / "pyproject.toml"
    settings.write_text(f"{settings.read_text()}\n[tool.actionary.serve.limits]\nbody = 20\n")
    served = start()
    assert served.call("add", first=1, second=2)[0] == 413
    settings.write_text(settings.read_text().replace("body = 20", "body = 200"))
    assert start().call("add", first=1, second=2)[0] == 200


def test_a_limit_that_is_none_is_named_and_nothing_is_served(start, project):
    settings = project / "pyproject.toml"
    settings.write_text(f"{settings.read_text()}\n[tool.actionary.serve.limits]\ncalls = 0\n")
    refused = start(waits=False)
    assert refused.ended() == 1
    assert "serve.limits.calls: 0 is no limit" in refused.said
