"""A sample plugin: it thanks. Written from docs/plugins.md alone, and quoted there."""
