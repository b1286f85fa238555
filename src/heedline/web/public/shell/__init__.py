"""What every public page shares: rendering, the page's language, cookies, and the pages for what can go wrong.

Start reading at `pages`, which renders, and `languages`, which takes the language from the path. `beside` puts the
original beside a translation that nobody has reviewed. `recovery` loses nothing that was typed.
"""
