"""Which pages a mount has: the one list of blueprints."""

from __future__ import annotations

from flask import Blueprint

from meetup.mount import Mount
from meetup.sessions.views import home
from meetup.web import assets


def root_blueprint(mount: Mount) -> Blueprint:
    """The mount's blueprint with every feature's and plugin's pages nested in it."""
    root = Blueprint(mount.name, "meetup", url_prefix=None)
    root.register_blueprint(assets.bp)
    root.add_url_rule("/", "home", home)
    for blueprint in mount.plugins.gather("meetup_blueprints", mount=mount):
        root.register_blueprint(blueprint)
    return root
