"""How Sphinx draws the documentation; `make site` gives it the pages (tools/site.py)."""

from __future__ import annotations

from importlib.metadata import version as installed

# Sphinx would import them once as a type checker does, and models cannot be made twice.
import meetup.api
import meetup.standalone  # noqa: F401

project = "Meetup"
author = "The Meetup founders"
version = release = installed("flask-meetup")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
root_doc = "index"
language = "en"

# Names of headings as GitHub makes them, so that a page reads the same there and here.
myst_heading_anchors = 5
myst_links_external_new_tab = False

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"Meetup {release}"
html_static_path: list[str] = []
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#8c4d14", "color-brand-content": "#0e5a53"},
    "dark_css_variables": {"color-brand-primary": "#e0a66c", "color-brand-content": "#7fd1c7"},
}
