"""Capture web pages with a browser whose only network access is through a filtering proxy.

Two sandboxes run for one click. The proxy's has the network and no page; the browser's has the page and no network
but a socket to the proxy. Neither has a key, a database address or a file of this installation. Start reading at
`running.py`; `inside_proxy.py` and `inside_browser.py` are what runs in the sandboxes.
"""
