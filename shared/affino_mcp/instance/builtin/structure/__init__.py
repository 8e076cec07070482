"""Structure as operators make and change it: sections, forums, categories, types and securities."""
