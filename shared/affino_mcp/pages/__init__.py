"""The one design of every page that people see: base template, style, script, and the headers that go with them."""
