"""A small company site that holds two programmes: its own sign-in, database, history, frame and words."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask, request
from flask.cli import with_appcontext
from flask_babel import Babel, get_locale
from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import generate_password_hash

from company.identity import CompanyIdentity
from company.models import Base, Person
from company.views import bp, database, manager
from meetup import Meetup

ROLES = ("admin", "organizer", "officer", "leader")


def create_app(config: Mapping[str, Any] | None = None, *, db: Any = None, instance: str | None = None) -> Flask:
    """The company's site.

    Args:
        config: settings that win over ``FLASK_*`` of the environment.
        db: the company's database extension; Flask-SQLAlchemy by default, Flask-SQLAlchemy-Lite does as well.
        instance: the folder of its files; ``instance/`` beside the package by default.
    """
    app = Flask(__name__, instance_path=instance)
    folder = Path(app.instance_path)
    address = f"sqlite:///{folder / 'company.sqlite3'}"
    app.config.update(
        SECRET_KEY="only for trying it out: set FLASK_SECRET_KEY",
        SQLALCHEMY_DATABASE_URI=address,
        SQLALCHEMY_ENGINES={"default": address},
        BABEL_DEFAULT_LOCALE="vi",
    )
    app.config.from_prefixed_env()
    app.config.update(config or {})
    folder.mkdir(parents=True, exist_ok=True)

    (db or SQLAlchemy(metadata=Base.metadata)).init_app(app)
    Babel(app, locale_selector=lambda: request.accept_languages.best_match(["vi", "en"]))
    manager.init_app(app)
    app.context_processor(lambda: {"language": str(get_locale())})
    app.register_blueprint(bp)
    app.cli.add_command(add_person)

    # The first programme lives in the company's database, beside its tables; the second has one of its own.
    Meetup(
        app,
        name="coffee",
        url_prefix="/coffee",
        identity=CompanyIdentity(),
        settings={"MEETUP_SITE_NAME": "Cà phê doanh nghiệp"},
    )
    Meetup(
        app,
        name="dialogue",
        url_prefix="/dialogue",
        identity=CompanyIdentity(),
        settings={
            "MEETUP_SITE_NAME": "Đối thoại trực tiếp",
            "MEETUP_DATABASE_URL": f"sqlite:///{folder / 'dialogue.sqlite3'}",
        },
    )
    return app


@click.command("person")
@click.argument("email")
@click.option("--name", default="", help="As shown; the address by default.")
@click.option("--role", default="", type=click.Choice(("", *ROLES)), help="What they do in both programmes.")
@click.option("--password", default="", help="Made up and printed if left out.")
@with_appcontext
def add_person(email: str, name: str, role: str, password: str) -> None:
    """Add someone who may sign in."""
    password = password or secrets.token_urlsafe(9)
    person = Person(email=email.lower(), name=name or email, role=role, password_hash=generate_password_hash(password))
    database().add(person)
    database().commit()
    click.echo(f"{email} signs in with {password}")
