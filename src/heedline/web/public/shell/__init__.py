"""Code shared by all public pages: rendering, languages, cookies and error pages.

Start reading at `pages`, which renders, and `languages`, which takes the language from the path. `beside` puts the
original beside a translation that nobody has reviewed. `recovery` loses nothing that was typed.
"""
