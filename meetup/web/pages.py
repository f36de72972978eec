"""Drawing pages: one template environment a mount, so that a host's own filters and globals stay its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import current_app, get_flashed_messages, request
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from jinja2 import BaseLoader, ChoiceLoader, PackageLoader, PrefixLoader
from markupsafe import Markup, escape

from meetup.access import can
from meetup.links import veiled
from meetup.web import formats
from meetup.web.assets import static
from meetup.web.current import SAFE_METHODS, current_actor, current_mount, current_work, link
from meetup.web.forms import refused
from meetup.web.i18n import NAMES, _, locale_code, ngettext
from meetup.web.nav import Entry

if TYPE_CHECKING:
    from meetup.mount import Mount


def make_environment(mount: Mount, plugin_loaders: Sequence[BaseLoader] = ()) -> Environment:
    """The template environment of `mount`: the host's templates first, then plugins', then ours.

    ``core:meetup/…`` is always ours, so that whoever replaces a template can extend the one it replaces.
    """
    app = mount.app
    environment = Environment(app, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    own = PackageLoader("meetup", "templates")
    environment.loader = ChoiceLoader(
        [app.jinja_env.loader or own, *plugin_loaders, own, PrefixLoader({"core": own}, delimiter=":")]
    )
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _(message), lambda s, p, n: mount.words.ngettext(s, p, n), newstyle=True
    )
    environment.filters.update(formats.FILTERS)
    environment.globals.update(
        link=link,
        url=mount.url,
        # Flask's, for what a host puts into its templates: a link to its own pages.
        url_for=app.url_for,
        csrf=csrf_field,
        get_flashed_messages=get_flashed_messages,
        static=static,
        slot=draw_slot,
        refused=refused,
        settings=mount.settings,
        ngettext=ngettext,
        name_of=formats.name_of,
        veiled=veil,
    )
    return environment


def csrf_field() -> Markup:
    """The hidden input that every form of ours carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def menu(area: str) -> list[Entry]:
    """The entries of `area` for the current actor, in order, the one that we are under marked."""
    entries = current_mount().plugins.gather_safely("meetup_menu", actor=current_actor(), area=area)
    entries.sort(key=lambda entry: (entry.order, entry.label))
    # The nearest of those that the page lies under: the desk's first entry is above all the others.
    here = [(len(path), entry.url) for entry in entries for path in (entry.url, *entry.also) if _is_under(path)]
    _length, nearest = max(here, default=(0, ""))
    return [replace(entry, active=entry.url == nearest) for entry in entries]


def _is_under(url: str) -> bool:
    path = url.partition("?")[0]
    return request.path == path or (path.count("/") > 1 and request.path.startswith(path.rstrip("/") + "/"))


def draw_slot(name: str, thing: Any = None) -> Markup:
    """What plugins have for the slot `name` of the page that is being drawn."""
    panels = current_mount().plugins.gather_safely("meetup_panels", work=current_work(), slot=name, thing=thing)
    panels.sort(key=lambda panel: (panel.order, panel.title))
    return Markup("").join(
        Markup('<section class="m-panel"><h2>{}</h2>{}</section>').format(panel.title, panel.body) for panel in panels
    )


def in_language(code: str) -> str:
    """Where the page that one sees is in the language `code`: a refused step's page is that of its form."""
    path = request.path
    if request.method not in SAFE_METHODS:
        adapter = current_app.create_url_adapter(request)
        # What a step is sent to lies below the page with its form, and cannot be read itself.
        while adapter is not None and path and not adapter.test(path, method="GET"):
            path = path.rpartition("/")[0]
    if not path or path == request.path:
        return f"?lang={code}"
    # Two slashes at its beginning would be another machine.
    return f"{request.script_root}/{path.lstrip('/')}?lang={code}"


def page(template: str, **context: Any) -> str:
    """A page: ``meetup/<template>`` with what every page needs."""
    mount = current_mount()
    actor = current_actor()
    everywhere: dict[str, Any] = {
        "actor": actor,
        "can": lambda action, thing=None: can(actor, action, thing),
        "nav": menu("public"),
        "desk_nav": menu("desk") if actor.is_staff else [],
        "locale": locale_code(),
        "locales": [(code, NAMES[code]) for code in mount.settings.locales],
        "locale_url": in_language,
        "programme_name": mount.settings.site_name,
        "site_name": mount.settings.site_name,
        "login_url": mount.identity.login_url(request.path),
        "logout_url": mount.identity.logout_url(),
        "bootstrap_css_url": static("bootstrap/css/bootstrap.min.css"),
        "home_url": f"{request.script_root}{mount.url_prefix}/",
        "now": mount.clock(),
        "request": request,
    }
    everywhere.update(context)
    current_app.update_template_context(everywhere)
    return str(mount.jinja.get_template(f"meetup/{template}").render(everywhere))


def veil(row: Any) -> str:
    """What stands for `row` in addresses that anyone sees; see :func:`meetup.links.veiled`."""
    return veiled(current_mount().secret, row.subject)


def lines(text: str) -> Markup:
    """Plain text as paragraphs, its line breaks kept."""
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in paragraphs
    )
