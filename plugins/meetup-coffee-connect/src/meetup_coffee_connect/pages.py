"""Every page of the plugin: importing their views puts them on the blueprint."""

from __future__ import annotations

from meetup_coffee_connect import views as programme
from meetup_coffee_connect.blueprint import bp
from meetup_coffee_connect.conferences import views as conferences
from meetup_coffee_connect.index import views as index
from meetup_coffee_connect.initiatives import views as initiatives
from meetup_coffee_connect.letters import views as letters
from meetup_coffee_connect.remedies import views as remedies

__all__ = ["bp", "conferences", "index", "initiatives", "letters", "programme", "remedies"]
