"""The company's own pages: the front page, signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import LoginManager, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.security import check_password_hash
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from company.models import Person

bp = Blueprint("site", __name__)
manager = LoginManager()
manager.login_view = "site.login"


class SignIn(FlaskForm):
    """The company's own form, with the company's own words."""

    email = EmailField(lazy_gettext("E-mail"), [InputRequired()])
    password = PasswordField(lazy_gettext("Password"), [InputRequired()])


def database() -> Any:
    """The company's session, of Flask-SQLAlchemy or Flask-SQLAlchemy-Lite alike."""
    return current_app.extensions["sqlalchemy"].session


@manager.user_loader
def load_person(key: str) -> Person | None:
    """Flask-Login asks for this at every request of someone who is signed in."""
    return database().get(Person, int(key))


@bp.get("/")
def home() -> str:
    """The front page, with links into both programmes."""
    return render_template("site/home.html")


@bp.route("/sign-in", methods=["GET", "POST"])
def login() -> Any:
    """Sign in, then back to where one came from, on this site alone."""
    form = SignIn()
    if form.validate_on_submit():
        person = database().scalar(select(Person).where(Person.email == form.email.data.strip().lower()))
        if person and check_password_hash(person.password_hash, form.password.data):
            login_user(person)
            after = request.args.get("next", "")
            safe = after.startswith("/") and not after.startswith(("//", "/\\"))
            return redirect(after if safe else url_for("site.home"))
        form.password.errors = [gettext("E-mail and password do not belong together.")]
    return render_template("site/login.html", form=form), 422 if form.errors else 200


@bp.post("/sign-out")
def logout() -> Any:
    """Sign out; Meetup's own button posts here too, with the token that Flask-WTF knows."""
    if FlaskForm().validate_on_submit():
        logout_user()
    return redirect(url_for("site.home"))
